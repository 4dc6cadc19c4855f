"""Least privilege, exercised: what roles were used for, beside what they grant."""
