"""What is doubtful of the draft that was taken."""
