"""What a report speaks of, in words."""

from __future__ import annotations

from replywatch.domain.results.report import Report
from replywatch.render.locale import Locale
from replywatch.render.text import local_time

NOUNS = {"first": "enquiries", "turn": "exchanges"}
"""What is counted, by measure."""


def scope(report: Report, locale: Locale) -> str:
    """Which exchanges are counted, seen from when."""
    zone = locale.zone
    since = "" if report.period.since is None else f" from {local_time(report.period.since, zone)}"
    until = "" if report.period.until is None else f" to {local_time(report.period.until, zone)}"
    return f"All {NOUNS[report.definition.measure]}{since}{until}, as of {local_time(report.as_of, zone)} ({zone})"
