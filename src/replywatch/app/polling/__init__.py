"""One pass over all accounts: what to read, reading it, what is missing, when to try again."""
