"""Sending: items of a system, lane by lane, and the outcome of each."""
