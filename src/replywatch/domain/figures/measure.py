"""How long one exchange waited, seen from a given moment.

Status is never stored: it follows from the exchange, the moment (`as_of`), the limit after which a wait counts as
never answered, and from what was read (`coverage`). Instants and durations are integer seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Status


class Wait(NamedTuple):
    """What the figures need of an exchange: one row of the store, made by `Wait._make(row)`."""

    id: str
    arrived_at: int
    answered_at: int | None
    """Sent time of the reply."""
    answered_after: int | None
    """With `answered_before`: somebody answered between the two, but the reply was not seen."""
    answered_before: int | None
    acknowledged_at: int | None
    """Sent time of the first automatic answer while the exchange was open."""


class Bucket(NamedTuple):
    """One row of the partition of all exchanges."""

    key: str
    label: str
    from_seconds: int | None
    """Shortest wait that belongs here; None where the row is not about a known wait."""
    to_seconds: int | None
    """First wait that no longer belongs here; None for no upper edge, or where the row is not about a known wait."""


class Outcome(NamedTuple):
    """Where an exchange stands at as_of."""

    status: Status
    bucket: str
    """Key of the one row of `BUCKETS` that counts it."""
    elapsed: int | None
    """Seconds from arrival to the reply, at least 0; None unless answered at a known time."""
    observed: int
    """Seconds for which it is known to have had no answer: until the reply, its earliest moment, the first gap in what
    was read, or as_of."""


BUCKETS = (
    Bucket("under_1h", "under 1 hour", 0, HOUR),
    Bucket("under_24h", "1 to 24 hours", HOUR, DAY),
    Bucket("1_to_2_days", "1 to 2 days", DAY, 2 * DAY),
    Bucket("2_to_14_days", "2 to 14 days", 2 * DAY, 14 * DAY),
    Bucket("over_14_days", "over 14 days", 14 * DAY, None),
    Bucket("never", "never answered", None, None),
    Bucket("waiting", "still waiting", None, None),
    Bucket("answered_time_unknown", "answered, time unknown", None, None),
    Bucket("unknown", "unknown: not all was read", None, None),
)
"""A partition: every exchange is in exactly one row. The documents leave 24-48 h and over 14 days without a name; both
have a row here, so that nothing is hidden and nothing forced."""

ANSWERED_BUCKETS = tuple(bucket for bucket in BUCKETS if bucket.from_seconds is not None)
"""The rows of known waits, shortest first."""

EDGES = tuple(bucket.to_seconds for bucket in ANSWERED_BUCKETS if bucket.to_seconds is not None)
"""Where one row of known waits ends and the next begins: 1 h, 24 h, 2 d, 14 d."""


def outcome(wait: Wait, as_of: int, never_after: int, coverage: Coverage) -> Outcome:
    """Status, bucket and observed time of `wait` as they stood at `as_of`.

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
        elapsed = max(0, wait.answered_at - arrived)
        return Outcome(Status.ANSWERED, ANSWERED_BUCKETS[bisect_right(EDGES, elapsed)].key, elapsed, elapsed)
    if wait.answered_before is not None and wait.answered_before <= as_of:
        return Outcome(Status.ANSWERED_TIME_UNKNOWN, Status.ANSWERED_TIME_UNKNOWN, None, bounds(wait)[0])
    gap = coverage.gap(arrived, as_of)
    if gap is not None and gap <= arrived + never_after:
        return Outcome(Status.UNKNOWN, Status.UNKNOWN, None, gap - arrived)
    status = Status.NEVER if as_of - arrived >= never_after else Status.WAITING
    return Outcome(status, status, None, (as_of if gap is None else gap) - arrived)


def bounds(wait: Wait) -> tuple[int, int]:
    """The shortest and the longest that `wait` can have lasted, in seconds, at least 0.

    For an exchange whose reply was not seen: `answered_before` must be set.
    """
    if wait.answered_before is None:
        raise ValueError("the exchange has no bounds")
    after = wait.arrived_at if wait.answered_after is None else wait.answered_after
    low = max(0, after - wait.arrived_at)
    return low, max(low, wait.answered_before - wait.arrived_at)
