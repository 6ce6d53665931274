"""Where P wave, QRS complex and T wave of a mean beat begin and end."""
