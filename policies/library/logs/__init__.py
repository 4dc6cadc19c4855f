"""Policies on log groups."""
