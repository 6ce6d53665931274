"""Recordings made from a model of the heart: known to the millivolt, for demos and tests."""
