"""Card transactions: sources, fields, and the expected decisions of the rules."""
