"""Sent mail that got a new time when it was moved to another server: its replies seem to have been written then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from replywatch.domain.instants import DAY, local_day

LATER = DAY
"""Seconds after its Date by which a message has to be saved to count as moved; a draft rarely waits longer."""
FEWEST = 5
"""Messages from which it can be told."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of the sent mail of one account, and when."""

    count: int
    """Messages that were saved later than they were written."""
    known: int
    """Messages that were looked at and have both times."""
    day: date
    """On which most of them were saved."""


def moved(times: Iterable[tuple[int | None, int | None]], zone: tzinfo) -> Moved | None:
    """What is to be said of sent messages with these (Date, mailbox's time); None unless most were saved later.

    Those without one of the two tell nothing and are left out.
    """
    known = [(written, saved) for written, saved in times if written is not None and saved is not None]
    days = Counter(local_day(saved, zone) for written, saved in known if saved - written > LATER)
    count = days.total()
    if len(known) < FEWEST or count * 2 <= len(known):
        return None
    return Moved(count, len(known), min(days, key=lambda day: (-days[day], day)))
