"""Events: patterns, rules, targets, delivery, archives, and what calls what."""
