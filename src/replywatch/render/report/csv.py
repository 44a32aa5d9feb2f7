"""The report as a plain table that any spreadsheet opens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from replywatch.domain.results.figures import Figure, figures
from replywatch.domain.results.report import Report
from replywatch.render.csv_lines import PLAIN, Cell, Dialect, csv_lines
from replywatch.render.locale import Locale
from replywatch.render.numbers import number, rfc3339
from replywatch.render.report.labels import row_label
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
Row = dict[str, Cell]


def report_csv(report: Report, dialect: Dialect = PLAIN) -> str:
    """`report` as CSV: a header, then one row for each figure, and in the end the warnings.

    `section` says what a row is about; cells that don't apply to it are empty. Durations are seconds, instants RFC 3339
    in UTC unless the dialect says otherwise, shares between 0 and 1; labels and texts are English, days in them those
    of the definition's zone.
    """
    measured = (_row(figure, report.definition.measure) for figure in figures(report))
    rows = chain(_about(report), measured, _warnings(report))
    return "".join(f"{line}\n" for line in csv_lines(COLUMNS, rows, dialect))


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


def _warnings(report: Report) -> Iterator[Row]:
    """What figures may hide."""
    for warning in report.warnings:
        text = warning_text(warning, Locale(report.definition.zone))
        yield {"section": "warning", "key": warning.code.value, "label": warning.account or None, "text": text}


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
