"""The command line: one command per file, thin; one error boundary."""
