"""The function `compliance_checking`."""
