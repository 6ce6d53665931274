"""Cases and what people do to them."""
