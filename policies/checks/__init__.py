"""What checkov loads: the one file beside this one; checkov loads no folder without this file."""
