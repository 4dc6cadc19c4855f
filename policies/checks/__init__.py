"""The folder that checkov loads: the one file beside this one; without this file checkov loads nothing."""
