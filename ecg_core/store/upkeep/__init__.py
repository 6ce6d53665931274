"""The database, its settings, its health and its back-ups."""
