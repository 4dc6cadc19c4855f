"""Processing of a range of a file's rows."""
