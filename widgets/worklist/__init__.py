"""The worklist as it is looked through: rows with a small picture each, the way along a pile."""
