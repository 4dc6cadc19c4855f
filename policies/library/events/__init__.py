"""Buses, rules and their targets."""
