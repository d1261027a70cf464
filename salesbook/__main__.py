"""`python -m salesbook`: the command line."""

from salesbook.cli.app import main

main()
