"""Evidence: how far a model can be trusted, from labelled cases, whoever labelled them."""
