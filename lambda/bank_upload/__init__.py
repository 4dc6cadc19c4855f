"""The functions of `bank_upload`: `validation`, `transformation`, `notification`, and what they share."""
