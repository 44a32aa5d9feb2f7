"""Mail that was moved to a mailbox without its times: many copies saved at once that were written on different days."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from replywatch.domain.instants import DAY, MINUTE

WITHIN = 10 * MINUTE
"""Seconds from the first to the last copy of a burst."""
FEWEST = 10
"""Copies that make a burst."""
SPAN = DAY
"""Seconds that their Dates have to span, and more: what a computer sent that was offline is saved at once, too."""


class LateCopies(NamedTuple):
    """The copies of one mailbox that were saved in one second, each over an hour after its Date."""

    saved_at: int
    number: int
    """How many there are."""
    first_written: int
    """The earliest Date."""
    last_written: int


def burst_seconds(copies: Sequence[LateCopies]) -> set[int]:
    """The seconds whose copies belong to a burst; `copies` are of one mailbox, in the order in which they were saved.

    What was saved soon after it was written is no part of one: a busy mailbox saves much in ten minutes. Takes linear
    time.
    """
    found: set[int] = set()
    earliest: deque[LateCopies] = deque()
    """Of the window those before which none was written that is saved later: the first has the earliest Date."""
    latest: deque[LateCopies] = deque()
    count = first = marked = 0
    for at, last in enumerate(copies):
        count += last.number
        while earliest and earliest[-1].first_written >= last.first_written:
            earliest.pop()
        while latest and latest[-1].last_written <= last.last_written:
            latest.pop()
        earliest.append(last)
        latest.append(last)
        while last.saved_at - copies[first].saved_at > WITHIN:
            left = copies[first]
            first += 1
            count -= left.number
            if earliest[0] is left:
                earliest.popleft()
            if latest[0] is left:
                latest.popleft()
        if count >= FEWEST and latest[0].last_written - earliest[0].first_written > SPAN:
            marked = max(marked, first)
            found.update(c.saved_at for c in copies[marked : at + 1])
            marked = at + 1
    return found
