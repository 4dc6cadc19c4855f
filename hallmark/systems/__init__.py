"""One wing per system: what it offers the shared commands."""
