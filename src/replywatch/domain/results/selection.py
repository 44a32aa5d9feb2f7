"""Which of the exchanges are shown: by what became of them, by whom they are, by where they were sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from replywatch.domain.messages import Status
from replywatch.domain.people import contact_key
from replywatch.domain.results.exchange_at import ExchangeAt


@dataclass(frozen=True, slots=True)
class Selection:
    """Takes an exchange if it meets everything that is asked for; what is empty or None asks for nothing."""

    statuses: frozenset[Status] = frozenset()
    buckets: frozenset[str] = frozenset()
    """Keys of `figures.measure.BUCKETS`."""
    contact: str = ""
    """An address, in any spelling of the same person; without `@`, a domain."""
    address: str = ""
    """The watched address that was written to."""
    limit: int | None = None
    """So many are taken at most, the first ones."""

    def of(self, exchanges: Iterable[ExchangeAt]) -> Iterator[ExchangeAt]:
        """Those of `exchanges` that are taken, in their order."""
        return islice(filter(self._takes, exchanges), self.limit)

    def _takes(self, found: ExchangeAt) -> bool:
        return (
            (not self.statuses or found.status in self.statuses)
            and (not self.buckets or found.bucket in self.buckets)
            and (not self.contact or self._is_contact(found.exchange.contact))
            and (not self.address or found.exchange.address == self.address.lower())
        )

    def _is_contact(self, contact: str) -> bool:
        wanted = self.contact.lower()
        return contact_key(contact) == contact_key(wanted) if "@" in wanted else contact.rpartition("@")[2] == wanted
