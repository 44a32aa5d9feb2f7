"""How much there is to erase."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is chosen to be erased."""

    messages: int
    """Copies of one message count once."""
    places: int
    """Locations that no longer exist included."""
    conversations: int
    """Those that lose some or all of their messages."""
