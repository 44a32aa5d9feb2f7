"""The report as a plain table that any spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import chain

from replywatch.domain.results.figures import Figure, figures
from replywatch.domain.results.report import Report
from replywatch.render.locale import Locale
from replywatch.render.numbers import number, rfc3339
from replywatch.render.report.labels import row_label
from replywatch.render.text import safe
from replywatch.render.warnings import warning_text

SCHEMA = "replywatch.report/1"
"""Name and number of this form; that of JSON is counted apart."""

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
_COLUMN_OF = {"contact": "label", "subject": "text", "share_low": "interval_low", "share_high": "interval_high"}
"""Dimensions and units whose column has another name."""
_SECTIONS = {"ledger": "account"}
"""Sections that have another name here: columns and sections stay what they were in the first release."""
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms are meant
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""

Cell = str | int | float | None
Row = dict[str, Cell]


def report_csv(report: Report) -> str:
    """`report` as CSV (RFC 4180, but lines end with LF): a header, then one row for each figure.

    `section` says what a row is about; cells that don't apply to it are empty. Durations are seconds, instants RFC 3339
    in UTC, shares between 0 and 1; labels and texts are English, days in them those of the definition's zone.
    """
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval=None, lineterminator="\n")
    writer.writeheader()
    rows = chain(_about(report), (_row(figure, report.definition.measure) for figure in figures(report)))
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def cell(value: Cell) -> Cell:
    """`value` so that a spreadsheet shows it and never runs it: text made safe, formulas quoted with `'`."""
    if not isinstance(value, str):
        return value
    value = safe(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


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
        yield {"section": "warning", "text": warning_text(warning, Locale(definition.zone))}


def _row(figure: Figure, measure: str) -> Row:
    """A figure as one row, its numbers in the columns of their units."""
    row: Row = {"section": _SECTIONS.get(figure.section, figure.section), "key": figure.key}
    if figure.section in ("buckets", "expected"):
        row["label"] = row_label(figure.key, measure)
    for name, value in (*figure.dimensions.items(), *figure.values.items()):
        row[_COLUMN_OF.get(name, name)] = value if isinstance(value, str) else number(name, value)
    if account := row.pop("account", None):
        row |= {"key": account, "label": figure.key}
    return row
