"""What is measured and written of an ECG, and what of it can be taken away."""
