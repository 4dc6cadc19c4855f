"""Custom checkov checks, one policy per file; checkov loads no folder without this file."""
