"""What speaks against a page: limits with their reasons, and signs of what is no ECG."""
