"""Services: what is particular to one of them."""
