"""The gates: each runs a tool and leaves evidence."""
