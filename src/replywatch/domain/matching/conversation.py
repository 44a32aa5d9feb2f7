"""A conversation on the walk through its messages: who takes part in it, and the exchange that is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from replywatch.domain.matching.open_exchange import OpenExchange
from replywatch.domain.messages import Message


@dataclass(slots=True, eq=False)
class Conversation:
    """The state of a conversation on the way through its messages."""

    first: str
    """Identity of its first message."""
    ordinal: int = 0
    """Of the latest exchange; 1 too where our own message opened the conversation."""
    last_human: int | None = None
    """The latest clock of human mail from or to the outside."""
    open: OpenExchange | None = None
    contacts: set[str] = field(default_factory=set)
    """Outsiders who wrote on their own, and whom they wrote to."""
    homes: set[str] = field(default_factory=set)
    """The right sides of their addresses."""
    drawn_in: set[str] = field(default_factory=set)
    """Outsiders whom we wrote to first, after somebody else had written, and whom they wrote to in turn."""

    def write_to(self, outsiders: Iterable[str]) -> None:
        """A message of ours goes to these people."""
        if self.contacts:
            strangers = (a for a in outsiders if a not in self.contacts and _home(a) not in self.homes)
            self.drawn_in.update(strangers)

    def hear_from(self, message: Message) -> bool:
        """An inbound message came; whether it is from a contact, and not from somebody whom we drew in."""
        people = message.senders | message.outsiders
        if not self.drawn_in.isdisjoint(message.senders):
            self.drawn_in |= people - self.contacts
            return False
        self.contacts |= people
        self.homes.update(map(_home, people))
        self.drawn_in -= people
        return True

    def note_human(self, message: Message) -> None:
        """Human mail from or to the outside breaks the silence; clocks may run backward."""
        self.last_human = max(message.clock, self.last_human or message.clock)

    def is_silent(self, clock: int, seconds: int) -> bool:
        """Whether the last human mail came at least so many seconds before an instant; False if there was none."""
        return self.last_human is not None and clock - self.last_human >= seconds


def _home(address: str) -> str:
    """The right side of an address."""
    return address.rpartition("@")[2]
