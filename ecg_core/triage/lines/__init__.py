"""The lines of the table of verdict and priority, by what they look at."""
