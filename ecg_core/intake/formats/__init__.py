"""One file a format: what it recognises, how it reads, why it refuses."""
