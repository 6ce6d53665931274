"""Training: from labelled recordings to a model that may be shipped."""
