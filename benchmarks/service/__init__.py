"""Many readers, outages, floods, hostile files: what the service endures."""
