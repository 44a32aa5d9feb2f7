"""Who waits for an answer, and what an alarm makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import CANT_SAY


class Verdict(Enum):
    """What an alarm says."""

    FINE = "fine"
    """Nobody waits."""
    BREACH = "breach"
    """Somebody does, whatever else is not known."""
    CANT_SAY = "can't say"
    """Nobody is known to wait, and somebody may."""


def place_in_list(row: ExchangeAt) -> tuple[bool, int, str]:
    """What a list is sorted by: enquiries first, then later turns; the longest wait first in both."""
    return row.exchange.ordinal > 1, row.exchange.arrived_at, row.exchange.id


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Who waits for an answer, by what was known at as_of."""

    as_of: int
    read_at: int
    """When the mail was last read completely: the earliest pass over the accounts."""
    counted_to: int
    """The instant to which their waits are counted: the present; of archives, as_of."""
    since: int | None
    """Start of the period of those in `never`; None: there is none. `may_wait` reaches back as far as `rows`, too."""
    rows: list[ExchangeAt]
    """Who waits: enquiries first, then later turns; the longest wait first in both."""
    may_wait: list[ExchangeAt]
    """Those of whom it can't be said, since not all mail was read in which an answer may be; in the same order."""
    never: int
    """How many more enquiries count as never answered: of the whole period, however long was asked for."""
    short_ids: Mapping[str, str]
    """Identity → its first characters, as far as they name one message."""
    warnings: tuple[Warning, ...]

    def verdict(self, *, turns: bool) -> Verdict:
        """What an alarm says of it; later turns, which often need no answer, count with `turns` alone."""
        if any(turns or row.exchange.ordinal == 1 for row in self.rows):
            return Verdict.BREACH
        unknown = any(turns or row.exchange.ordinal == 1 for row in self.may_wait)
        return Verdict.CANT_SAY if unknown or any(w.code in CANT_SAY for w in self.warnings) else Verdict.FINE
