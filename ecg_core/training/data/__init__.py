"""Data sets and the pages that are drawn from them while training."""
