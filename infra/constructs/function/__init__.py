"""Functions: one module for each kind of code, over a common base."""
