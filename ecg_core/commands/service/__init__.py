"""Commands of whoever runs a service: the audit, accounts, back-ups, the worker."""
