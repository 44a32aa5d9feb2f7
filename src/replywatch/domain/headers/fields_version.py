"""The version of the fields that are asked for, in a file of its own: reports name it, and have to start quickly."""

FIELDS_VERSION = 2
"""Raised whenever `FETCH_FIELDS` in domain/headers/header.py changes."""
