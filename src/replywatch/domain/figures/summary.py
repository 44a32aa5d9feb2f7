"""The figures of a set of waits, in one pass over them.

    waits → `summarise` → Summary → `results.report.Report` (with who waits, ledger, coverage, warnings) → render

Instants and durations are integer seconds unless a field says otherwise; shares are between 0 and 1.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.measure import EDGES, Wait, bounds, count_by_bucket, outcome, waited
from replywatch.domain.figures.statistics import Spread, Survival, percentile, spread, survival
from replywatch.domain.messages import Status

LONGEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Exchanges that were acknowledged; none of them counts as answered for that."""

    count: int
    share: float | None
    """Of all exchanges; None if there are none."""
    median: float | None
    """Seconds from arrival to the acknowledgement."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a set of waits."""

    total: int
    counts: Mapping[str, int]
    """Bucket key → exchanges, for every row of `BUCKETS`; adds up to `total`."""
    answered: Spread
    """Of those answered at a known time."""
    survival: Survival
    acknowledged: Acknowledged
    longest_waiting: tuple[str, ...]
    """Ids of those who wait the longest (status waiting), longest first, at most `LONGEST_SHOWN`."""
    never_ids: tuple[str, ...]
    """Ids of all that were never answered."""
    clock_anomalies: int
    """Replies dated before their message; their wait counts as 0."""


@dataclass(slots=True)
class _Tally:
    """What one pass over the waits collects."""

    elapsed: list[int] = field(default_factory=list)
    censored: list[int] = field(default_factory=list)
    bounds: list[tuple[int, int]] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    waiting: list[tuple[int, str]] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    unknown: int = 0
    anomalies: int = 0

    def without_answer(self, wait: Wait, as_of: int, never_after: int, coverage: Coverage) -> None:
        """Take in a wait that has no reply with a known time at `as_of`."""
        status, _, observed = outcome(wait, as_of, never_after, coverage)
        if status is Status.ANSWERED_TIME_UNKNOWN:
            self.bounds.append(bounds(wait))
            return
        self.censored.append(observed)
        if status is Status.WAITING:
            self.waiting.append((wait.arrived_at, wait.id))
        elif status is Status.NEVER:
            self.never.append(wait.id)
        else:
            self.unknown += 1

    def summary(self) -> Summary:
        """The figures of what was collected."""
        self.elapsed.sort()
        self.acknowledged.sort()
        total = len(self.elapsed) + len(self.bounds) + len(self.censored)
        return Summary(
            total=total,
            counts=self._counts(),
            answered=spread(self.elapsed),
            survival=survival(self.elapsed, self.censored, self.bounds, EDGES),
            acknowledged=Acknowledged(
                len(self.acknowledged),
                len(self.acknowledged) / total if total else None,
                percentile(self.acknowledged, 50) if self.acknowledged else None,
            ),
            longest_waiting=tuple(id_ for _, id_ in heapq.nsmallest(LONGEST_SHOWN, self.waiting)),
            never_ids=tuple(self.never),
            clock_anomalies=self.anomalies,
        )

    def _counts(self) -> dict[str, int]:
        """Exchanges per row, in the order of `BUCKETS`."""
        return count_by_bucket(self.elapsed) | {
            Status.NEVER.value: len(self.never),
            Status.WAITING.value: len(self.waiting),
            Status.ANSWERED_TIME_UNKNOWN.value: len(self.bounds),
            Status.UNKNOWN.value: self.unknown,
        }


def summarise(waits: Iterable[Wait], *, as_of: int, never_after: int, coverage: Coverage) -> Summary:
    """The figures of `waits` as they stood at `as_of`, in one pass and in any order.

    Waits that arrived after `as_of` are left out, as are acknowledgements after it.

    Args:
        waits: The exchanges of the period.
        as_of: The moment the report speaks of.
        never_after: Age in seconds from which an unanswered exchange counts as never answered.
        coverage: What was read.
    """
    tally = _Tally()
    add_elapsed = tally.elapsed.append  # looked up once: there may be a million
    for wait in waits:
        _, arrived, answered, _, _, acknowledged = wait
        if arrived > as_of:
            continue
        if acknowledged is not None and acknowledged <= as_of:
            tally.acknowledged.append(waited(arrived, acknowledged))
        if answered is None or answered > as_of:
            tally.without_answer(wait, as_of, never_after, coverage)
        else:
            add_elapsed(waited(arrived, answered))
            if answered < arrived:
                tally.anomalies += 1
    return tally.summary()
