"""Sent mail that got a new time when it was moved to another server: its replies seem to have been written then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from replywatch.domain.instants import DAY, local

LATER = DAY
"""Seconds after its Date by which a message has to be saved to count as moved; a draft rarely waits longer."""
FEWEST = 5
"""Messages from which it can be told."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of the sent mail of one account, and when."""

    count: int
    of: int
    """Messages that were looked at."""
    day: date
    """On which most of them were saved."""

    @property
    def what(self) -> str:
        """What is wrong, to stand behind the number of messages."""
        return (
            f"were saved over a day after the date they bear, most on {self.day}, as if moved here without their times:"
            " replies count from when they were saved"
        )

    @property
    def hint(self) -> str:
        """What to do."""
        return (
            "Move them once more, with a program that keeps INTERNALDATE (imapsync does); or add a Maildir or mbox copy"
            ' of the old mail as an account, and give the mailbox here the role "skip". Until then, look at newer mail'
            f" only: --since {self.day + timedelta(days=1)}."
        )


def moved(times: Iterable[tuple[int | None, int | None]], zone: tzinfo) -> Moved | None:
    """What is to be said of sent messages with these (Date, mailbox's time); None unless most were saved later.

    Those without one of the two tell nothing and are left out.
    """
    known = [(written, saved) for written, saved in times if written is not None and saved is not None]
    days = Counter(local(saved, zone).date() for written, saved in known if saved - written > LATER)
    count = days.total()
    if len(known) < FEWEST or count * 2 <= len(known):
        return None
    return Moved(count, len(known), min(days, key=lambda day: (-days[day], day)))
