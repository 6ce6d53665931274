"""Measured figures: every table of BENCHMARKS.md comes from a module here."""
