"""The report: one value that every format shows.

    Summary (`figures.summary`), who waits, ledger, coverage, warnings → Report → `results.figures` → render

It stands above figures/ because it also holds what is not counted from waits: warnings, the ledger, names. Instants and
durations are integer seconds unless a field says otherwise; shares are between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from replywatch.domain.figures.benchmarks import ARTICLES, BENCHMARKS, Benchmark
from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.figures.measure import BUCKETS, Bucket
from replywatch.domain.figures.statistics import Expected
from replywatch.domain.figures.summary import Summary
from replywatch.domain.messages import Rung
from replywatch.domain.periods import Period
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know

NOT_WITHIN_14_DAYS = "not_within_14_days"
"""Key of the last expected share."""


@dataclass(frozen=True, slots=True)
class Definition:
    """How the figures were counted: two reports compare only where this is the same."""

    measure: Literal["first", "turn"]
    """`first`: enquiries, from arrival to the first personal answer; `turn`: every exchange."""
    zone: ZoneInfo
    """In which days begin."""
    never_after: int
    new_enquiry_after: int
    min_match: Rung
    """The weakest rung of the matching ladder that counted."""
    rules_version: int
    fields_version: int
    """Of the fields that are stored (`domain.headers.fields_version`): the lowest version of all mail that counts."""
    config_fingerprint: str
    clock: Literal["calendar"] = "calendar"


@dataclass(frozen=True, slots=True)
class BucketRow:
    """One row of the buckets with its figures."""

    bucket: Bucket
    count: int
    share: float | None
    """Of all exchanges; None if there are none."""
    expected: Expected | None
    """The share once everything now waiting has run its course; None for the rows without an upper edge."""
    benchmark_share: float | None
    """Of the articles' sample, where it has a figure for just this row."""


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody who waits for an answer."""

    id: str
    short_id: str
    """The first characters of `id`, as far as they name one message."""
    message_id: str | None
    contact: str
    subject: str
    """As it came: hostile text."""
    arrived_at: int
    waiting_seconds: int
    visitor_of: str = ""
    """As in `Exchange`."""
    bounced_reply: str | None = None
    """Message-ID, else identity, of the last answer that could not be delivered; None if there is none."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says."""

    generated_at: int
    """When it was made."""
    version: str
    """Of the program that made it."""
    as_of: int
    """The moment it speaks of."""
    period: Period
    addresses: tuple[str, ...]
    """The watched addresses; empty: all mail from outside counts."""
    definition: Definition
    summary: Summary
    contact_written_to: int
    """Of those never answered: the contact was written to personally in another conversation afterwards."""
    put_away: int
    """Of all exchanges: thrown away or called spam, and counted only because they were answered."""
    absent: AbsentMail
    oldest_waiting: tuple[WaitingPerson, ...]
    """Who stands behind `summary.longest_waiting`."""
    ledger: Ledger
    coverage: Coverage
    doubts: Doubts
    """Which of the answered waits rest on an unsure clock."""
    warnings: tuple[Warning, ...]
    """What a reader has to know first."""
    benchmarks: tuple[Benchmark, ...] = BENCHMARKS

    @property
    def buckets(self) -> tuple[BucketRow, ...]:
        """The rows of `BUCKETS`; counts and shares add up."""
        summary = self.summary
        expected = {row.to_seconds: row for row in summary.survival.expected if row.to_seconds is not None}
        # The articles speak of the first answer only.
        articles = ARTICLES.figures if self.definition.measure == "first" else ()
        published = {figure.key: figure.share for figure in articles}
        return tuple(
            BucketRow(
                bucket=bucket,
                count=summary.counts[bucket.key],
                share=summary.counts[bucket.key] / summary.total if summary.total else None,
                expected=None if bucket.to_seconds is None else expected[bucket.to_seconds],
                benchmark_share=published.get(bucket.key),
            )
            for bucket in BUCKETS
        )

    @property
    def expected(self) -> tuple[tuple[str, Expected], ...]:
        """(key, row) of the expected shares, which add up: the buckets with an upper edge, then the rest."""
        keys = [bucket.key for bucket in BUCKETS if bucket.to_seconds is not None]
        return tuple(zip((*keys, NOT_WITHIN_14_DAYS), self.summary.survival.expected, strict=True))
