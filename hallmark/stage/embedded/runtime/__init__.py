"""The runtime of Python functions: what their processes run, and which interpreter runs it."""
