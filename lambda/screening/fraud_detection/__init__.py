"""`fraud_detection` scores a transaction; done again, or twice at once, it says what was said first."""
