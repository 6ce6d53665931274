"""Page: records and scans become the one canonical page the network reads.

Drawing and reading a page import libraries that take a second; `values`, `layouts` and `arrange`,
which the network needs, do not: so each is imported from its own module.
"""
