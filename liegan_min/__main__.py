"""`python -m liegan_min` is the command line."""

from liegan_min.cli import main

main()
