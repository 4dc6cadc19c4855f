"""The system `bank_upload`: banks' daily files of transactions, validated at once and processed by a workflow."""
