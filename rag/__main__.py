"""`python -m rag` is `clipdesk`."""

from rag.cli import main

main()
