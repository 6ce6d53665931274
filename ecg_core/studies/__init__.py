"""Studies that the app never runs: curation, cross-validation, baselines, attention."""
