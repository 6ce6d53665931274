"""WFDB: header, signals in every storage format, segments, annotations."""
