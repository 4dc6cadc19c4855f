"""A wing for each system: what it offers the shared commands."""
