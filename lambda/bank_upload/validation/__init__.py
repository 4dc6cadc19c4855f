"""Validation of files: for banks, and again for the workflow."""
