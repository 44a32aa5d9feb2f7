"""Who waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.domain.results.exchange_at import ExchangeAt


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Who waits for an answer at as_of."""

    as_of: int
    rows: list[ExchangeAt]
    """Enquiries first, then later turns; the longest wait first in both."""
    hidden: int
    """How many more enquiries have waited so long that they count as never answered."""
