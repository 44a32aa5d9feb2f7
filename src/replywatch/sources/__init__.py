"""Adapters that hold mail: IMAP servers, Maildirs, mbox files."""
