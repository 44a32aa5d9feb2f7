"""The version of the rules by which mail is judged; apart from them, since most commands only compare it."""

from __future__ import annotations

RULES_VERSION = 7
"""Goes up with every change to what is derived, such as kinds, parties, directions, clocks or matching.

Rows derived under other rules are derived again.
"""
