"""The runtime of Python functions: the program of their processes, and the interpreter that runs it."""
