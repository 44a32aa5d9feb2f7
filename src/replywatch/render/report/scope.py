"""What a report speaks of, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from replywatch.domain.instants import local, local_day, midnight
from replywatch.domain.results.report import Report
from replywatch.render.days import short_day, short_time
from replywatch.render.grid import columns_of
from replywatch.render.locale import Locale
from replywatch.render.text import local_time, safe

NOUNS = {"first": "enquiries", "turn": "exchanges"}
"""What is counted, by measure."""
_ONE = {"first": "enquiry", "turn": "exchange"}


def scope(report: Report, locale: Locale) -> str:
    """Which exchanges are counted, seen from when, in full."""
    zone, (since, until) = locale.zone, report.period
    start = "" if since is None else f" from {_day_of(since, zone) or local_time(since, zone)}"
    stop = "" if until is None else f" to {_last_day(until, zone) or local_time(until, zone)}"
    return f"All {NOUNS[report.definition.measure]}{start}{stop}, as of {local_time(report.as_of, zone)} ({zone})"


def days(report: Report, locale: Locale) -> str:
    """The period in few words: `28 Aug to 26 Nov 2026`; it ends with the last day that counts, or as_of."""
    zone, (since, until) = locale.zone, report.period
    last = report.as_of if until is None or until > report.as_of else until - 1
    end = short_day(last, None, zone)
    if until == last + 1 and not _day_of(until, zone):
        end += f" {local(until, zone):%H:%M}"
    if since is None:
        return f"all until {end}"
    if _day_of(since, zone):
        start = short_day(since, last, zone)
        return end if short_day(since, None, zone) == end else f"{start} to {end}"
    return f"{short_time(since, last, zone)} to {end}"


def number(report: Report) -> str:
    """How many exchanges are counted: `54 enquiries`."""
    total, measure = report.summary.total, report.definition.measure
    return f"{total} {(_ONE if total == 1 else NOUNS)[measure]}"


def watched(addresses: Sequence[str], room: int) -> str:
    """The watched addresses in about `room` columns: all of them, or the first and how many more."""
    if not addresses:
        return "all mail from outside"
    shown = ", ".join(map(safe, addresses))
    if columns_of(shown) <= room or len(addresses) == 1:
        return shown
    return f"{safe(addresses[0])} and {len(addresses) - 1} more"


def _day_of(instant: int, zone: tzinfo) -> date | None:
    """The day that begins at `instant`; None if none does."""
    day = local_day(instant, zone)
    return day if instant == midnight(day, zone) else None


def _last_day(until: int, zone: tzinfo) -> date | None:
    """The last day of a period that ends, without it, at `until`; None if that ends within a day."""
    return local_day(until - 1, zone) if _day_of(until, zone) else None
