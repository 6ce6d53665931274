"""Training of the marks network on sheets that are drawn as they are needed."""
