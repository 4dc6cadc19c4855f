"""Mutants: edits of a template that a control's own policy must report, exactly; that is how a policy is proved."""
