"""Mutants: edits of a template that a control's own policy must report, exactly, as proof that it can fail."""
