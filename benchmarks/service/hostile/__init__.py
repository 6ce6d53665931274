"""Files that mean harm, or came to it, through the reader of files: `make bench-hostile`."""
