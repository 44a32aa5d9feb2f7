"""The version of what is stored of a header; apart from the fields, since most commands only compare it."""

FIELDS_VERSION = 2
"""Which of a header is stored: `FETCH_FIELDS` as far as `keep_fields` keeps them (domain/headers/header.py).

Goes up whenever a field is added: what was fetched before is asked for it once. 1 was release 0.1.0.
"""
