"""The system `realtime`: transactions in, verdicts and an audit trail out."""
