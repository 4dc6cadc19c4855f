"""Services: rules for one of them each."""
