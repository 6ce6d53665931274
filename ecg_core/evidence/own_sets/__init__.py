"""Somebody's own labelled ECGs: checked, scored in the background, kept by name."""
