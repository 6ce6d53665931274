"""Store: cases and readings kept whole, the audit chain, people, background work, upkeep."""
