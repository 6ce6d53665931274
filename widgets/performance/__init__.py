"""The views of the Performance page."""
