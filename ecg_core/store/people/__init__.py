"""Accounts, roles, passwords and links."""
