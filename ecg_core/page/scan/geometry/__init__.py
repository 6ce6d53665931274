"""Where every millimetre of the paper lies in a picture."""
