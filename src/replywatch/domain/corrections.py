"""Corrections by hand: which of the marks that were ever put on a message hold.

A mark speaks of one of three aspects: the kind of the message, what became of it, what it replies to. Of each the
latest that nobody took back holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

from replywatch.domain.messages import UNCORRECTED, Answered, Correction, Corrections, NeedsNone


class Mark(NamedTuple):
    """One correction on record."""

    number: int
    """Ascending as they were made."""
    identity: str
    """Of the message that it corrects."""
    correction: Correction
    made_at: int


class TakenBack(NamedTuple):
    """A word on record that marks of a message hold no longer."""

    identity: str
    number: int | None
    """Of the mark that was taken back; None: of every earlier one, as release 0.1.0 meant it."""


def standing(record: Iterable[Mark | TakenBack]) -> dict[str, list[Mark]]:
    """Identity → the marks that nobody took back, in the order of the record; messages without one are left out."""
    marks: dict[str, list[Mark]] = {}
    for entry in record:
        earlier = marks.setdefault(entry.identity, [])
        if isinstance(entry, Mark):
            earlier.append(entry)
        else:
            earlier[:] = [] if entry.number is None else [m for m in earlier if m.number != entry.number]
    return {identity: left for identity, left in marks.items() if left}


def corrections_of(marks: Iterable[Mark]) -> Corrections:
    """What the standing marks of one message say: of each aspect the latest of them."""
    return reduce(Corrections.said, (mark.correction for mark in marks), UNCORRECTED)


def holding(marks: Iterable[Mark]) -> list[Mark]:
    """Those of the standing marks of one message that `corrections_of` is made of, in the order of the record."""
    latest = {_aspect(mark.correction): mark for mark in marks}
    return sorted(latest.values())


def _aspect(correction: Correction) -> type[Correction]:
    """Of which aspect a correction speaks: two of one aspect can't both hold."""
    return Answered if isinstance(correction, NeedsNone) else type(correction)
