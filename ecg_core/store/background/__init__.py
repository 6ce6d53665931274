"""ECGs that wait for the machine."""
