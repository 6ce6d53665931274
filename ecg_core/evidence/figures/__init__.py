"""Figures from labelled cases: rates, curves, groups, comparisons, readers, drift."""
