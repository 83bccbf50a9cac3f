"""The command line: `liegan VERB`."""
