"""Relations between resources, as tables: who calls a function, what passes on what arrives, what holds a policy."""
