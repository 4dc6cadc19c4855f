"""Policies on who may reach what, whatever its type."""
