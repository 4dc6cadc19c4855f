"""The functions of the system `screening`."""
