"""screening's own commands."""

OWNER = "screening"
