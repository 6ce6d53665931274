"""What else could tell the labels: print, margins, names, copies."""
