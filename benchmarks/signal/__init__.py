"""Measurements and long records against what experts marked."""
