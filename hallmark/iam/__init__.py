"""Least privilege, exercised: the permissions that roles used, beside those that they grant."""
