"""The decision of a reader: what it is about, what it can be, how it is saved."""
