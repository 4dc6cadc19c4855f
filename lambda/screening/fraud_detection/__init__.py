"""The function `fraud_detection`."""
