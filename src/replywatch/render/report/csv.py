"""The report as a plain table that any spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO

from replywatch.domain.figures.report import SCHEMA, Report
from replywatch.render.numbers import rfc3339, seconds, share
from replywatch.render.text import safe

COLUMNS = (
    "section",
    "key",
    "label",
    "from_seconds",
    "to_seconds",
    "count",
    "share",
    "share_early",
    "interval_low",
    "interval_high",
    "expected_share",
    "expected_share_early",
    "benchmark_share",
    "seconds",
    "instant",
    "text",
)
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms are meant
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""

Cell = str | int | float | None
Row = dict[str, Cell]


def report_csv(report: Report) -> str:
    """`report` as CSV (RFC 4180, but lines end with LF): a header, then one row for each figure.

    `section` says what a row is about; cells that don't apply to it are empty. Durations are seconds, instants RFC 3339
    in UTC, shares between 0 and 1.
    """
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval=None, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in _rows(report))
    return text.getvalue()


def cell(value: Cell) -> Cell:
    """`value` so that a spreadsheet shows it and never runs it: text made safe, formulas quoted with `'`."""
    if not isinstance(value, str):
        return value
    value = safe(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


def _rows(report: Report) -> Iterator[Row]:
    yield from _about(report)
    yield from _shares(report)
    yield from _durations(report)
    yield from _people(report)
    for name, count in _account(report):
        yield {"section": "account", "key": name, "count": count}
    for account in report.coverage.accounts:
        for name in ("covered_from", "covered_to", "last_complete", "last_attempt"):
            yield {
                "section": "coverage",
                "key": account.account,
                "label": name,
                "instant": rfc3339(getattr(account, name)),
            }
    for address, count in report.coverage.senders_not_ours:
        yield {"section": "senders_not_ours", "key": address, "count": count}


def _about(report: Report) -> Iterator[Row]:
    """What the figures speak of."""
    definition = report.definition
    yield {"section": "report", "key": "schema", "text": SCHEMA}
    yield {"section": "report", "key": "as_of", "instant": rfc3339(report.as_of)}
    yield {"section": "period", "key": "since", "instant": rfc3339(report.period.since)}
    yield {"section": "period", "key": "until", "instant": rfc3339(report.period.until)}
    for name in ("measure", "clock", "zone", "min_match", "rules_version", "config_fingerprint"):
        yield {"section": "definition", "key": name, "text": str(getattr(definition, name))}
    yield {"section": "definition", "key": "never_after", "seconds": definition.never_after}
    yield {"section": "definition", "key": "new_enquiry_after", "seconds": definition.new_enquiry_after}
    for warning in report.warnings:
        yield {"section": "warning", "text": warning}


def _shares(report: Report) -> Iterator[Row]:
    """Totals, buckets and estimates."""
    for name, count in asdict(report.totals).items():
        yield {"section": "totals", "key": name, "count": count}
    for row in report.buckets:
        yield {
            "section": "buckets",
            "key": row.bucket.key,
            "label": row.label,
            "from_seconds": row.bucket.from_seconds,
            "to_seconds": row.bucket.to_seconds,
            "count": row.count,
            "share": share(row.share),
            "expected_share": share(row.expected_share),
            "expected_share_early": share(row.expected_share_early),
            "benchmark_share": share(row.benchmark_share),
        }
    for key, label, expected in report.expected:
        yield {
            "section": "expected",
            "key": key,
            "label": label,
            "from_seconds": expected.from_seconds,
            "to_seconds": expected.to_seconds,
            "expected_share": share(expected.share),
            "expected_share_early": share(expected.share_early),
        }
    for estimate in report.survival.within:
        yield {
            "section": "survival",
            "key": "within",
            "to_seconds": estimate.seconds,
            "share": share(estimate.share),
            "share_early": share(estimate.share_early),
            "interval_low": share(estimate.interval_low),
            "interval_high": share(estimate.interval_high),
        }


def _durations(report: Report) -> Iterator[Row]:
    """Percentiles and the other times."""
    percentiles = report.percentiles._asdict()
    yield {"section": "percentiles", "key": "n", "count": int(percentiles.pop("n"))}
    for name, value in percentiles.items():
        yield {"section": "percentiles", "key": name, "seconds": seconds(value)}
    for name in ("median", "median_early", "follow_up"):
        yield {"section": "survival", "key": name, "seconds": getattr(report.survival, name)}
    yield {
        "section": "acknowledged",
        "key": "median",
        "count": report.acknowledged.count,
        "share": share(report.acknowledged.share),
        "seconds": seconds(report.acknowledged.median),
    }


def _people(report: Report) -> Iterator[Row]:
    """The oldest waiting."""
    for waiter in report.oldest_waiting:
        yield {
            "section": "waiting",
            "key": waiter.message_id or waiter.id,
            "label": waiter.contact,
            "seconds": waiter.waiting_seconds,
            "instant": rfc3339(waiter.arrived_at),
            "text": waiter.subject,
        }


def _account(report: Report) -> Iterator[tuple[str, int]]:
    """The lines of the account in the order they are said."""
    account = report.account
    yield "read", account.read
    yield "counted", account.counted
    for kind, count in sorted(account.excluded_by_kind.items()):
        yield f"excluded.{kind.value}", count
    for name in ("internal", "outbound", "foreign", "set_aside", "not_watched"):
        yield name, getattr(account, name)
