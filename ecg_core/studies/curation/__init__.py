"""Curation of folders of ECG pages: duplicates, label conflicts, groups, leaks, quality."""
