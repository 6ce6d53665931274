"""Cross-validation on folders of pages, as published and honestly, next to trivial baselines."""
