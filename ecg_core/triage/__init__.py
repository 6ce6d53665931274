"""Triage: who is read first, by rules as tables; no database."""
