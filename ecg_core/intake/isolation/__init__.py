"""The process that parses files from outside: its limits, its jail, what it sends back."""
