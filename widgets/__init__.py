"""What the pages share: the viewer, bars, the decision form, and the cached way through."""
