"""`python -m liegan_book.cli` is the command line."""

from liegan_book.cli.main import main

main()
