"""Generated files: every kind of valid row, repeats and conflicts, and what is refused, each kind of it."""
