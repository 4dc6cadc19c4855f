"""The function `validation`."""
