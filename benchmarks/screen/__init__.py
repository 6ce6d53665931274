"""What a reader waits for: the desk, the viewer, the Performance page."""
