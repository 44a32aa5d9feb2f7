"""An exchange together with where it stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.measure import bucket_of, outcome, wait_of, waited
from replywatch.domain.messages import Exchange, Status


@dataclass(frozen=True, slots=True)
class ExchangeAt:
    """An exchange and where it stands at as_of."""

    exchange: Exchange
    status: Status
    as_of: int
    elapsed: int | None = None
    """Seconds from arrival to the reply, at least 0; None unless answered at a known time."""
    contact_written_to_at: int | None = None
    """For one never answered: when the contact was written to personally in another conversation afterwards."""

    @property
    def bucket(self) -> str:
        """The key of its row in `figures.measure.BUCKETS`."""
        return self.status.value if self.elapsed is None else bucket_of(self.elapsed).key

    @property
    def waited(self) -> int:
        """Seconds from arrival to as_of."""
        return waited(self.exchange.arrived_at, self.as_of)

    def written_to(self, at: int | None) -> ExchangeAt:
        """The same, with `contact_written_to_at`."""
        return self if at is None else replace(self, contact_written_to_at=at)


def exchange_at(exchange: Exchange, as_of: int, never_after: int, coverage: Coverage) -> ExchangeAt:
    """Where `exchange` stands at `as_of`."""
    found = outcome(wait_of(exchange), as_of, never_after, coverage)
    return ExchangeAt(exchange, found.status, as_of, found.elapsed)
