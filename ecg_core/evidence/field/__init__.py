"""The figures of others, of other methods, and of training, beside our own."""
