"""Card transactions: where they come from, what they look like, and what the rules should say about them."""
