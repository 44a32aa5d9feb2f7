"""The report: one value that every format shows.

    waits → `summarise` (one pass) → Summary → `build_report` (with names, account line, coverage) → Report → render

Instants and durations are integer seconds unless a field says otherwise; shares are between 0 and 1.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from replywatch.domain.figures.benchmarks import ARTICLES, BENCHMARKS, Benchmark
from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.measure import ANSWERED_BUCKETS, BUCKETS, EDGES, Bucket, Wait, bounds, outcome
from replywatch.domain.figures.statistics import Expected, Spread, Survival, percentile, spread, survival
from replywatch.domain.messages import Kind, Rung, Status
from replywatch.domain.periods import Period

SCHEMA = "replywatch.report/1"
LONGEST_SHOWN = 5

NOT_WITHIN_14_DAYS = "not_within_14_days"

_TURN_LABELS = {
    Status.NEVER: "no further reply (often none needed)",
    Status.WAITING: "no further reply yet (often none needed)",
}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Exchanges that an automatic answer acknowledged; none of them counts as answered for that."""

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
        status, _, _, observed = outcome(wait, as_of, never_after, coverage)
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
        below = [0, *(bisect_left(self.elapsed, edge) for edge in EDGES), len(self.elapsed)]
        counts = {bucket.key: below[at + 1] - below[at] for at, bucket in enumerate(ANSWERED_BUCKETS)}
        return counts | {
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
    for wait in waits:
        _, arrived, answered, _, _, acknowledged = wait
        if arrived > as_of:
            continue
        if acknowledged is not None and acknowledged <= as_of:
            tally.acknowledged.append(max(0, acknowledged - arrived))
        if answered is None or answered > as_of:
            tally.without_answer(wait, as_of, never_after, coverage)
        elif answered >= arrived:  # what `outcome` says too, without a call for each of very many
            tally.elapsed.append(answered - arrived)
        else:
            tally.elapsed.append(0)
            tally.anomalies += 1
    return tally.summary()


@dataclass(frozen=True, slots=True)
class Definition:
    """How the figures were counted: two reports compare only where this is the same."""

    measure: Literal["first", "turn"]
    """`first`: enquiries, from arrival to the first personal answer; `turn`: every exchange."""
    zone: ZoneInfo
    never_after: int
    new_enquiry_after: int
    min_match: Rung
    """The weakest rung of the matching ladder that counted."""
    rules_version: int
    config_fingerprint: str
    clock: Literal["calendar"] = "calendar"


@dataclass(frozen=True, slots=True)
class Totals:
    """All exchanges of the period, and what happened to them."""

    exchanges: int
    answered: int
    """At a known or an unknown time."""
    never: int
    waiting: int
    unknown: int
    contact_written_to: int
    """Of `never`: the contact was written to personally in another conversation afterwards."""
    clock_anomalies: int


@dataclass(frozen=True, slots=True)
class BucketRow:
    """One row of the buckets with its figures."""

    bucket: Bucket
    label: str
    """As the report's measure calls it."""
    count: int
    share: float | None
    """Of all exchanges; None if there are none."""
    expected_share: float | None
    """Once everything now waiting has run its course; None for the rows without edges."""
    expected_share_early: float | None
    benchmark_share: float | None
    """Of the articles' sample, where it has a figure for just this row."""


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody who waits for an answer."""

    id: str
    message_id: str | None
    contact: str
    subject: str
    """As it came: hostile text."""
    arrived_at: int
    waiting_seconds: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every message that was read ended up."""

    read: int
    counted: int
    """Messages that open or continue an exchange."""
    excluded_by_kind: Mapping[Kind, int]
    internal: int
    outbound: int
    foreign: int
    set_aside: int
    not_watched: int

    @property
    def closes(self) -> bool:
        """Whether the parts add up to what was read."""
        return self.read == (
            self.counted
            + sum(self.excluded_by_kind.values())
            + self.internal
            + self.outbound
            + self.foreign
            + self.set_aside
            + self.not_watched
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says."""

    as_of: int
    period: Period
    definition: Definition
    totals: Totals
    buckets: tuple[BucketRow, ...]
    """In the order of `BUCKETS`; counts and shares add up."""
    percentiles: Spread
    survival: Survival
    acknowledged: Acknowledged
    oldest_waiting: tuple[WaitingPerson, ...]
    account: Ledger
    coverage: Coverage
    warnings: tuple[str, ...]
    benchmarks: tuple[Benchmark, ...] = BENCHMARKS

    @property
    def expected(self) -> tuple[tuple[str, str, Expected], ...]:
        """(key, label, row) of the expected shares, which add up: the rows with an upper edge, then the rest."""
        names = [(row.bucket.key, row.label) for row in self.buckets if row.bucket.to_seconds is not None]
        names.append((NOT_WITHIN_14_DAYS, "not within 14 days"))
        return tuple((*name, row) for name, row in zip(names, self.survival.expected, strict=True))


def build_report(  # noqa: PLR0913 - a report has that many parts
    summary: Summary,
    *,
    as_of: int,
    period: Period,
    definition: Definition,
    oldest_waiting: Sequence[WaitingPerson],
    contact_written_to: int,
    account: Ledger,
    coverage: Coverage,
    warnings: Sequence[str] = (),
) -> Report:
    """The report of a summary.

    Args:
        summary: The figures.
        as_of: The moment they speak of.
        period: Arrivals counted.
        definition: How they were counted.
        oldest_waiting: Who stands behind `summary.longest_waiting`, in the same order.
        contact_written_to: How many of `summary.never_ids` were written to elsewhere afterwards.
        account: Where every message ended up.
        coverage: What was read; its warnings are added.
        warnings: Other sentences for the top of the report, such as that the last poll is old.
    """
    said = [*warnings, *coverage.warnings(as_of, since=period.since, zone=definition.zone)]
    if not account.closes:
        said.append("The account does not close: messages were lost on the way. This is a bug, please report it.")
    counts = summary.counts
    return Report(
        as_of=as_of,
        period=period,
        definition=definition,
        totals=Totals(
            exchanges=summary.total,
            answered=summary.answered.n + counts[Status.ANSWERED_TIME_UNKNOWN],
            never=counts[Status.NEVER],
            waiting=counts[Status.WAITING],
            unknown=counts[Status.UNKNOWN],
            contact_written_to=contact_written_to,
            clock_anomalies=summary.clock_anomalies,
        ),
        buckets=_bucket_rows(summary, definition.measure),
        percentiles=summary.answered,
        survival=summary.survival,
        acknowledged=summary.acknowledged,
        oldest_waiting=tuple(oldest_waiting),
        account=account,
        coverage=coverage,
        warnings=tuple(said),
    )


def _bucket_rows(summary: Summary, measure: str) -> tuple[BucketRow, ...]:
    """The rows of `BUCKETS` with their figures."""
    expected = {row.to_seconds: row for row in summary.survival.expected if row.to_seconds is not None}
    # The articles speak of the first answer only.
    published = {figure.key: figure.share for figure in ARTICLES.figures} if measure == "first" else {}
    labels = _TURN_LABELS if measure == "turn" else {}
    rows = []
    for bucket in BUCKETS:
        beside = None if bucket.to_seconds is None else expected[bucket.to_seconds]
        count = summary.counts[bucket.key]
        rows.append(
            BucketRow(
                bucket=bucket,
                label=labels.get(Status(bucket.key), bucket.label) if bucket.from_seconds is None else bucket.label,
                count=count,
                share=count / summary.total if summary.total else None,
                expected_share=None if beside is None else beside.share,
                expected_share_early=None if beside is None else beside.share_early,
                benchmark_share=published.get(bucket.key),
            )
        )
    return tuple(rows)
