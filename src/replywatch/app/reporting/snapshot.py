"""The exchanges as they stood at one moment, matched down to one rung.

Most clusters have nothing after that moment, and their stored rows are read as they are. The few others are derived
again in memory from the messages up to then; what came later is not known there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replywatch.config.model import Config
from replywatch.domain.figures.doubts import Doubts, doubts_of
from replywatch.domain.figures.measure import Wait, wait_of
from replywatch.domain.messages import RUNG_BITS, Exchange, Rung
from replywatch.domain.people import contact_key
from replywatch.domain.periods import Period
from replywatch.store.database import Database
from replywatch.store.queries import Queries, Window


class Snapshot:
    """The store as it stood at `as_of`."""

    def __init__(self, database: Database, config: Config, as_of: int, min_match: Rung) -> None:
        self.as_of = as_of
        self.queries = Queries(database)
        self.down_to = RUNG_BITS[min_match]
        self._again = self._derive_again(database, config)

    def waits(self, period: Period, *, first_only: bool) -> Iterator[Wait]:
        """What the figures need of the exchanges that arrived in `period`, at most until as_of."""
        window = self._window(period, first_only=first_only)
        yield from self.queries.waits(window)
        yield from map(wait_of, self._again_in(window))

    def exchanges(self, period: Period, *, first_only: bool) -> Iterator[Exchange]:
        """The exchanges that arrived in `period`, at most until as_of, by arrival."""
        window = self._window(period, first_only=first_only)
        again = sorted(self._again_in(window), key=lambda e: (e.arrived_at, e.id), reverse=True)
        for exchange in self.queries.exchanges(window):
            while again and (again[-1].arrived_at, again[-1].id) < (exchange.arrived_at, exchange.id):
                yield again.pop()
            yield exchange
        yield from reversed(again)

    def doubts(self, period: Period, *, first_only: bool) -> Doubts:
        """Which of the answered exchanges that arrived in `period` rest on an unsure clock."""
        window = self._window(period, first_only=first_only)
        return doubts_of(self._again_in(window), self.as_of, self.queries.doubts(window, self.as_of))

    def by_id(self, ids: Sequence[str]) -> list[Exchange]:
        """The exchanges with these ids, in their order."""
        found = self.queries.exchanges_by_id(ids, self.down_to) | {e.id: e for e in self._again}
        return [found[i] for i in ids]

    def written_to_at(self, exchange: Exchange) -> int | None:
        """When the contact was first written to personally in another conversation afterwards, up to as_of."""
        contact = contact_key(exchange.contact)
        return self.queries.written_to(contact, exchange.arrived_at, self.as_of, exchange.conversation)

    def count_written_to(self, ids: Sequence[str]) -> int:
        """For how many of the exchanges with these ids `written_to_at` is known."""
        again = {e.id: e for e in self._again}
        stored = self.queries.count_written_to([i for i in ids if i not in again], self.down_to, self.as_of)
        return stored + sum(self.written_to_at(again[i]) is not None for i in ids if i in again)

    def count_answered(self, period: Period, *, first_only: bool) -> int:
        """How many of the exchanges that arrived in `period` were answered at a known time."""
        window = self._window(period, first_only=first_only)
        again = sum(e.answered_at is not None and e.answered_at <= self.as_of for e in self._again_in(window))
        return self.queries.count_answered(window, self.as_of) + again

    def is_any_open(self, period: Period, *, first_only: bool) -> bool:
        """Whether an exchange that arrived in `period` has no answer, not even one at an unknown time."""
        window = self._window(period, first_only=first_only)
        again = (e.answered_at is None and e.answered_before is None for e in self._again_in(window))
        return any(again) or self.queries.is_any_open(window)

    def count_put_away(self, period: Period, *, first_only: bool) -> int:
        """How many of the exchanges that arrived in `period` count only because they were answered."""
        window = self._window(period, first_only=first_only)
        return self.queries.count_put_away(window) + sum(e.put_away for e in self._again_in(window))

    def _window(self, period: Period, *, first_only: bool) -> Window:
        return Window(*period.until_as_of(self.as_of), self.down_to, first_only)

    def _again_in(self, window: Window) -> list[Exchange]:
        return [
            e
            for e in self._again
            if window.since <= e.arrived_at < window.until and (e.ordinal == 1 or not window.first_only)
        ]

    def _derive_again(self, database: Database, config: Config) -> list[Exchange]:
        spanning = self.queries.hide_spanning(self.as_of)
        if not spanning:
            return []
        from replywatch.app.deriving.derive import exchanges_until  # noqa: PLC0415 - all rules, 100 ms; rarely needed

        return [e for e, rungs in exchanges_until(database, config, spanning, self.as_of) if rungs & self.down_to]
