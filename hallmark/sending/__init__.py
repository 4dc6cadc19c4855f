"""Sending: items of a system put in one lane after another, and what became of each."""
