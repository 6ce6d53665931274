"""From a straightened picture to sheets: who stands where, at what scale, and why."""
