"""The figures of a report one by one: which there are is said here, what is shown of them is for each format to say.

A new figure is added here, and to `report.schema.json`, docs/formats.md and the labels in `render.report.labels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from replywatch.domain.figures.statistics import Expected
from replywatch.domain.messages import Status
from replywatch.domain.results.report import Report

Number = int | float | None


class Figure(NamedTuple):
    """What is known under one name."""

    section: str
    """What it is about: `totals`, `buckets`, `expected`, `survival`, `percentiles`, `acknowledged`, `waiting`,
    `ledger`, `coverage`, `senders_not_ours`. Those of `waiting` and `senders_not_ours` name people."""
    key: str
    """Its name, one of its kind in the section together with the dimensions."""
    dimensions: Mapping[str, int | str | None]
    """What it is a figure of, by name: `from_seconds` and `to_seconds` (None: no edge), `account`, `contact` and
    `subject` (hostile text)."""
    values: Mapping[str, Number]
    """What is known, by unit: `count`, `seconds` (a duration), `instant` (integer seconds UTC), and shares between 0
    and 1: `share`, `share_early` (answers that are known by bounds only at their earliest), `share_low` and
    `share_high` (ends of the 95 % interval), `expected_share`, `expected_share_early`, `benchmark_share`. None: not
    known."""


def figures(report: Report) -> Iterator[Figure]:
    """Every figure of `report`, section by section, always in the same order."""
    yield from _totals(report)
    yield from _shares(report)
    yield from _durations(report)
    for person in report.oldest_waiting:
        who = {"contact": person.contact, "subject": person.subject}
        values = {"seconds": person.waiting_seconds, "instant": person.arrived_at}
        yield Figure("waiting", person.message_id or person.id, who, values)
    yield from _ledger(report)
    yield from _coverage(report)


def _totals(report: Report) -> Iterator[Figure]:
    """All exchanges of the period, and what became of them."""
    summary = report.summary
    for key, count in (
        ("exchanges", summary.total),
        ("answered", summary.answered.n + summary.counts[Status.ANSWERED_TIME_UNKNOWN]),
        ("never", summary.counts[Status.NEVER]),
        ("waiting", summary.counts[Status.WAITING]),
        ("unknown", summary.counts[Status.UNKNOWN]),
        ("contact_written_to", report.contact_written_to),
        ("clock_anomalies", summary.clock_anomalies),
        ("unsure_clocks", report.doubts.unsure),
        ("put_away", report.put_away),
        ("answers_unseen", report.absent.answers_unseen),
        ("answers_to_missing", report.absent.answers_to_missing),
    ):
        yield Figure("totals", key, {}, {"count": count})


def _shares(report: Report) -> Iterator[Figure]:
    """Buckets and estimates."""
    for row in report.buckets:
        bucket, values = row.bucket, {"count": row.count, "share": row.share}
        values |= _expected(row.expected) | {"benchmark_share": row.benchmark_share}
        yield Figure("buckets", bucket.key, _span(bucket.from_seconds, bucket.to_seconds), values)
    for key, expected in report.expected:
        yield Figure("expected", key, _span(expected.from_seconds, expected.to_seconds), _expected(expected))
    for estimate in report.summary.survival.within:
        seconds, share, share_early, share_low, share_high = estimate
        values = {"share": share, "share_early": share_early, "share_low": share_low, "share_high": share_high}
        yield Figure("survival", "within", {"to_seconds": seconds}, values)


def _durations(report: Report) -> Iterator[Figure]:
    """Percentiles and the other times."""
    summary = report.summary
    for key, number in summary.answered._asdict().items():
        yield Figure("percentiles", key, {}, {"count" if key == "n" else "seconds": number})
    survival = summary.survival
    for key, seconds in (
        ("median", survival.median),
        ("median_early", survival.median_early),
        ("follow_up", survival.follow_up),
    ):
        yield Figure("survival", key, {}, {"seconds": seconds})
    count, share, median = summary.acknowledged.count, summary.acknowledged.share, summary.acknowledged.median
    yield Figure("acknowledged", "median", {}, {"count": count, "share": share, "seconds": median})


def _ledger(report: Report) -> Iterator[Figure]:
    """Where every message went, in the order in which it is said."""
    ledger = report.ledger
    for key, count in (
        ("read", ledger.read),
        ("counted", ledger.counted),
        *((f"excluded.{kind.value}", count) for kind, count in sorted(ledger.excluded_by_kind.items())),
        ("internal", ledger.internal),
        ("outbound", ledger.outbound),
        ("foreign", ledger.foreign),
        ("set_aside", ledger.set_aside),
        ("not_watched", ledger.not_watched),
    ):
        yield Figure("ledger", key, {}, {"count": count})


def _coverage(report: Report) -> Iterator[Figure]:
    """What was read."""
    for account in report.coverage.accounts:
        for key, instant in (
            ("covered_from", account.covered_from),
            ("covered_to", account.covered_to),
            ("last_complete", account.last_complete),
            ("last_attempt", account.last_attempt),
        ):
            yield Figure("coverage", key, {"account": account.account}, {"instant": instant})
    for address, count in report.coverage.senders_not_ours:
        yield Figure("senders_not_ours", address, {}, {"count": count})


def _span(from_seconds: int | None, to_seconds: int | None) -> dict[str, int | None]:
    return {"from_seconds": from_seconds, "to_seconds": to_seconds}


def _expected(row: Expected | None) -> dict[str, float | None]:
    """A share once everything now waiting has run its course; None where there is none."""
    return {"expected_share": row and row.share, "expected_share_early": row and row.share_early}
