"""What is known of how far attention maps tell anything."""
