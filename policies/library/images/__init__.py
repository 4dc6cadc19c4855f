"""Container images of functions."""
