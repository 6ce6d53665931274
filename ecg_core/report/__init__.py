"""Report: a draft narrative composed by rules, and one page to print."""
