"""The audit chain and what proves it whole."""
