"""What is served beside the pages: signing in, guards at the door, what happens at the start."""
