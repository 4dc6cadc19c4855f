"""What the Python functions of all systems share; runs on Python 3.9 and later."""
