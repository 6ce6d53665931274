"""Reading what is printed on a flat picture: lines of ink become words."""
