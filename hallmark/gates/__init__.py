"""The gates: each runs a tool and records evidence."""
