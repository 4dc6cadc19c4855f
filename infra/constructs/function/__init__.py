"""Functions: one module for each kind of code, over what all kinds share."""
