"""Templates: resources, what expressions resolve to, names, marks."""
