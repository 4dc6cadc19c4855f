"""The system `screening`: single transactions screened for fraud and compliance, in a private network."""
