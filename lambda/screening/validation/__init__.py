"""The function that takes transactions: judges, claims, records."""
