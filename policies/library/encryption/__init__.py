"""Policies on encryption, at rest and on the way, of whatever keeps or carries data."""
