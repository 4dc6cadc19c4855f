"""bank_upload's own commands."""

OWNER = "bank_upload"
