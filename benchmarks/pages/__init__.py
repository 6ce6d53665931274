"""Pages that others print, scan and photograph: what is read of them, and how true."""
