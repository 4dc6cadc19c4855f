"""Events: patterns, rules, targets, delivery, archives, and callers of functions."""
