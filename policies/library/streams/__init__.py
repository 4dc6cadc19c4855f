"""Readers of streams."""
