"""Answers and figures on the four-class page set."""
