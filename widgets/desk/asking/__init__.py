"""What only the reader can say of how an ECG was read: its questions, corrections and refusals."""
