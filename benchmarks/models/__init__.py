"""The models beside others, and what their tables say."""
