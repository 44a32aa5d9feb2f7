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
    people: int
    """Those outside with whom the messages were exchanged."""
    texts: int
    """What is replaced besides mail: errors of passes, and names of mailboxes that are gone."""
    first: int | None
    """The clock of the oldest message; None if there is no message."""
    last: int | None
    """The clock of the newest one."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to erase."""
        return not (self.messages or self.texts)
