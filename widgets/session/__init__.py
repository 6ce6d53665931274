"""Who is at the screen, which ECGs are open, and the cached way through."""
