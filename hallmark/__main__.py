"""`python -m hallmark` is the command `hallmark`."""

from hallmark.cli import main

main()
