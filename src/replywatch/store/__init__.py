"""The SQLite store: facts, derived rows, all SQL."""
