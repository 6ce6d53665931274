"""Pages drawn from records: the renderer, printed sheets and what happens to paper."""
