"""How long one exchange waited, seen from a given moment.

Status is never stored: it follows from the exchange, the moment (`as_of`), the limit after which a wait counts as
never answered, and from what was read (`coverage`). Instants and durations are integer seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Exchange, Status


class Wait(NamedTuple):
    """What the figures need of an exchange: one row of the store, made by `Wait._make(row)`, or by `wait_of`."""

    id: str
    arrived_at: int
    answered_at: int | None
    """Sent time of the reply."""
    answered_after: int | None
    """With `answered_before`: somebody answered between the two, but the reply was not seen."""
    answered_before: int | None
    acknowledged_at: int | None
    """Sent time of the first acknowledgement while the exchange was open."""


class Bucket(NamedTuple):
    """One row of the partition of all exchanges."""

    key: str
    """Its name for programs; `render.report.labels` has the one for people."""
    from_seconds: int | None
    """Shortest wait that belongs here; None where the row is not about a known wait."""
    to_seconds: int | None
    """First wait that no longer belongs here; None for no upper edge, or where the row is not about a known wait."""


class Outcome(NamedTuple):
    """Where an exchange stands at as_of."""

    status: Status
    elapsed: int | None
    """Seconds from arrival to the reply, at least 0; None unless answered at a known time."""
    observed: int
    """Seconds for which it is known to have had no answer: until the reply, its earliest moment, the first gap in what
    was read, or as_of."""


BUCKETS = (
    Bucket("under_1h", 0, HOUR),
    Bucket("under_24h", HOUR, DAY),
    Bucket("1_to_2_days", DAY, 2 * DAY),
    Bucket("2_to_14_days", 2 * DAY, 14 * DAY),
    Bucket("over_14_days", 14 * DAY, None),
    Bucket("never", None, None),
    Bucket("waiting", None, None),
    Bucket("answered_time_unknown", None, None),
    Bucket("unknown", None, None),
)
"""A partition: every exchange is in exactly one row. The documents leave 24-48 h and over 14 days without a name; both
have a row here, so that nothing is hidden and nothing forced."""

ANSWERED_BUCKETS = tuple(bucket for bucket in BUCKETS if bucket.from_seconds is not None)
"""The rows of known waits, shortest first."""

EDGES = tuple(bucket.to_seconds for bucket in ANSWERED_BUCKETS if bucket.to_seconds is not None)
"""Where one row of known waits ends and the next begins: 1 h, 24 h, 2 d, 14 d."""


def wait_of(exchange: Exchange) -> Wait:
    """What the figures need of `exchange`."""
    e = exchange
    return Wait(e.id, e.arrived_at, e.answered_at, e.answered_after, e.answered_before, e.acknowledged_at)


def waited(start: int, end: int) -> int:
    """Seconds from `start` to `end`, two instants; 0 where the clocks ran backwards. Every wait is counted here."""
    return end - start if end > start else 0


def bucket_of(seconds: int) -> Bucket:
    """The row of `BUCKETS` to which a known wait of so many seconds belongs."""
    return ANSWERED_BUCKETS[bisect_right(EDGES, seconds)]


def count_by_bucket(ordered: Sequence[int]) -> dict[str, int]:
    """Key → how many of the known waits `bucket_of` puts into each row; `ordered` are their seconds, ascending.

    Of very many waits few are looked at: it searches for those at which a row ends.
    """

    def row(seconds: int) -> int:
        return ANSWERED_BUCKETS.index(bucket_of(seconds))

    ends = [bisect_right(ordered, number, key=row) for number in range(len(ANSWERED_BUCKETS))]
    return {
        bucket.key: end - start for bucket, (start, end) in zip(ANSWERED_BUCKETS, pairwise([0, *ends]), strict=True)
    }


def outcome(wait: Wait, as_of: int, never_after: int, coverage: Coverage) -> Outcome:
    """Status, wait and observed time of `wait` as they stood at `as_of`.

    Answers and evidence after `as_of` have not happened yet. An answer always wins over `never`, however late it came.
    Without an answer, the time from arrival to min(as_of, arrival + never_after) has to be covered; otherwise the
    reply may exist unread, and the exchange is `unknown`.

    Args:
        wait: The exchange; must have arrived by `as_of`.
        as_of: The moment the report speaks of.
        never_after: Age in seconds from which an unanswered exchange counts as never answered.
        coverage: What was read.
    """
    arrived = wait.arrived_at
    if wait.answered_at is not None and wait.answered_at <= as_of:
        elapsed = waited(arrived, wait.answered_at)
        return Outcome(Status.ANSWERED, elapsed, elapsed)
    if wait.answered_before is not None and wait.answered_before <= as_of:
        return Outcome(Status.ANSWERED_TIME_UNKNOWN, None, bounds(wait)[0])
    gap = coverage.gap(arrived, as_of)
    if gap is not None and gap <= arrived + never_after:
        return Outcome(Status.UNKNOWN, None, waited(arrived, gap))
    status = Status.NEVER if waited(arrived, as_of) >= never_after else Status.WAITING
    return Outcome(status, None, waited(arrived, as_of if gap is None else gap))


def bounds(wait: Wait) -> tuple[int, int]:
    """The shortest and the longest that `wait` can have lasted, in seconds, at least 0.

    For an exchange whose reply was not seen: `answered_before` must be set.
    """
    if wait.answered_before is None:
        raise ValueError("the exchange has no bounds")
    after = wait.arrived_at if wait.answered_after is None else wait.answered_after
    low = waited(wait.arrived_at, after)
    return low, max(low, waited(wait.arrived_at, wait.answered_before))
