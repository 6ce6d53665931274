"""Waveforms recovered from the ink of a page."""
