"""Readers of templates and tables: JSON and YAML, stricter than their parsers."""
