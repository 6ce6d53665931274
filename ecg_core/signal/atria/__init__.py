"""What the atria do: P waves that lead the beats, and those of a rhythm of their own."""
