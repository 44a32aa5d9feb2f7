"""A conversation on the walk through its messages: who belongs together in it, and what each circle waits for.

A *circle* is the outsiders of a conversation that belong together. Strangers whom only our circular, a portal's common
root or a provider's thread ties together wait each for himself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from replywatch.domain.matching.open_exchange import OpenExchange


@dataclass(slots=True, eq=False)
class Circle:
    """Outsiders who belong together, and how far the talk with them has come."""

    members: set[str]
    ordinal: int = 0
    """Of the latest exchange; 1 too where we wrote first."""
    last_human: int | None = None
    """The latest clock of human mail from or to a member."""
    open: OpenExchange | None = None

    def note_human(self, clock: int) -> None:
        """Human mail from or to a member breaks the silence; clocks may run backward."""
        self.last_human = max(clock, self.last_human or clock)

    def written_to(self, clock: int) -> None:
        """A person of ours wrote to a member; if that was the first mail of all, an answer is no enquiry."""
        if self.last_human is None:
            self.ordinal = 1
        self.note_human(clock)

    def is_silent(self, clock: int, seconds: int) -> bool:
        """Whether the last human mail came at least so many seconds before an instant; False if there was none."""
        return self.last_human is not None and clock - self.last_human >= seconds

    def absorb(self, other: Circle) -> None:
        """Take in the members of another circle; of two open waits the older one goes on."""
        self.members |= other.members
        self.ordinal = max(self.ordinal, other.ordinal)
        if other.last_human is not None:
            self.note_human(other.last_human)
        if self.open is None:
            self.open = other.open
        elif other.open is not None:
            self.open = self.open.joined(other.open)


@dataclass(slots=True, eq=False)
class Conversation:
    """The state of a conversation on the way through its messages."""

    first: str
    """Identity of its first message."""
    marked: list[OpenExchange] = field(default_factory=list)
    """The exchanges of which a mark says when they were answered."""
    _circles: dict[str, Circle] = field(default_factory=dict)
    """Outsider → the circle that he belongs to."""
    _reached: dict[str, list[OpenExchange]] = field(default_factory=dict)
    """Outsider → the exchanges that a reply to him may end; ended ones linger."""
    _holding: dict[int, OpenExchange] = field(default_factory=dict)
    """Inbound message → the exchange that took it in."""

    def circles(self) -> Iterator[Circle]:
        """All circles, in the order in which they came to be."""
        yield from dict.fromkeys(self._circles.values())

    def circle_of(self, outsider: str) -> Circle | None:
        """The circle that somebody belongs to; None while he neither wrote nor was written to."""
        return self._circles.get(outsider)

    def together(self, people: Iterable[str]) -> Circle:
        """The one circle that all of these, one at least, belong to from now on."""
        found: Circle | None = None
        for person in people:
            known = self._circles.get(person)
            if found is None:
                found = known or Circle({person})
                self._circles[person] = found
            elif known is None:
                found.members.add(person)
                self._circles[person] = found
            elif known is not found:
                found = self._join(found, known)
        if found is None:
            raise ValueError("nobody to form a circle of")
        return found

    def _join(self, one: Circle, other: Circle) -> Circle:
        """One circle of two; the smaller is put into the larger, so that it costs little however often it happens."""
        larger, smaller = (one, other) if len(one.members) >= len(other.members) else (other, one)
        larger.absorb(smaller)
        for member in smaller.members:
            self._circles[member] = larger
        return larger

    def may_be_reached(self, exchange: OpenExchange, people: Iterable[str], number: int) -> None:
        """A reply to one of these people, or one that names message `number`, may end this exchange."""
        for person in people:
            self._reached.setdefault(person, []).append(exchange)
        self._holding[number] = exchange

    def reached(self, people: Iterable[str]) -> Iterator[OpenExchange]:
        """The open exchanges of which somebody waits who is among `people`."""
        for person in people:
            if exchanges := self._reached.get(person):
                live = list(dict.fromkeys(current for e in exchanges if (current := e.current()).is_open))
                self._reached[person] = live
                yield from live

    def holding(self, numbers: Collection[int]) -> Iterator[OpenExchange]:
        """The open exchanges that took in one of these messages."""
        for number in numbers:
            if (exchange := self._holding.get(number)) and (current := exchange.current()).is_open:
                yield current
