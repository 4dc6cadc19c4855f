"""merchant_upload's own commands."""

OWNER = "merchant_upload"
