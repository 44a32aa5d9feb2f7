"""Dates of header fields as instants (RFC 5322, sections 3.3 and 4.3)."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_tz

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_END = (date(2200, 1, 1).toordinal() - _EPOCH_DAY) * 86_400
_WIDEST_OFFSET = 14 * 3600
"""Seconds; Kiribati is 14 hours ahead of UTC. Wider offsets come from broken programs."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_PLAIN = re.compile(
    r"(?:[A-Z][a-z]{2}, )? ?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r" ([+-])([0-9]{2})([0-9]{2})(?: \([A-Za-z ]*\))?"
)
_COMMENT = re.compile(r" *\([^()]*\)")
_COLON_OFFSET = re.compile(r"([ 0-9][+-][0-9]{2}):([0-9]{2})(?![0-9:])")
_LONGEST = 200
"""Characters; a date that needs more is none."""


def parse_date(text: str) -> tuple[int, bool] | None:
    """The instant of a date in seconds since 1970 UTC, and whether it names its zone; None if it is no sane date.

    A date without a zone, with `-0000` or with an unknown zone name counts as UTC. Sane are the years 1970 to
    2199. Understands obsolete forms, comments, and what `From ` lines of mbox files hold.
    """
    return _plain_date(text) or _any_date(text)


def received_date(value: str) -> int | None:
    """The instant at the end of a Received field, seconds since 1970 UTC (RFC 5321, section 4.4); None without."""
    _, semicolon, text = value.rpartition(";")
    found = parse_date(text.strip()) if semicolon else None
    return found[0] if found else None


def _plain_date(text: str) -> tuple[int, bool] | None:
    """As `parse_date` for the form that nearly every date has; None for any other."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    day, name, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    month = _MONTHS.get(name)
    if month is None:
        return None
    offset = int(zone_hours) * 3600 + int(zone_minutes) * 60
    has_zone = sign == "+" or offset != 0
    if sign == "-":
        offset = -offset
    return _instant((int(year), month, int(day), int(hour), int(minute), int(second)), offset, has_zone)


def _any_date(text: str) -> tuple[int, bool] | None:
    """As `parse_date`, by the standard library's lenient parser."""
    text = _COLON_OFFSET.sub(r"\1\2", _COMMENT.sub("", text[:_LONGEST]))
    try:
        parts = parsedate_tz(text)
    except (IndexError, ValueError, TypeError):
        return None  # the lenient parser stumbles over some rubbish; rubbish is no date
    if parts is None:
        return None
    return _instant(parts[:6], parts[9] or 0, parts[9] is not None)


def _instant(moment: tuple[int, int, int, int, int, int], offset: int, has_zone: bool) -> tuple[int, bool] | None:
    """The instant of a local time `offset` seconds ahead of UTC; None if there is no such time, or not a sane one."""
    year, month, day, hour, minute, second = moment
    # Second 60 is a leap second.
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60 and abs(offset) <= _WIDEST_OFFSET):
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except (ValueError, OverflowError):
        return None
    instant = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return (instant, has_zone) if 0 <= instant < _END else None
