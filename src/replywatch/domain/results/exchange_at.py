"""An exchange together with where it stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.measure import outcome, wait_of, waited
from replywatch.domain.messages import Exchange, Status


@dataclass(frozen=True, slots=True)
class ExchangeAt:
    """An exchange and where it stands at as_of."""

    exchange: Exchange
    status: Status
    as_of: int
    contact_written_to_at: int | None = None
    """For one never answered: when the contact was written to personally in another conversation afterwards."""

    @property
    def waited(self) -> int:
        """Seconds from arrival to as_of."""
        return waited(self.exchange.arrived_at, self.as_of)


def exchange_at(exchange: Exchange, as_of: int, never_after: int, coverage: Coverage) -> ExchangeAt:
    """Where `exchange` stands at `as_of`."""
    return ExchangeAt(exchange, outcome(wait_of(exchange), as_of, never_after, coverage).status, as_of)
