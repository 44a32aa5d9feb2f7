"""Dates of header fields as instants (RFC 5322, sections 3.3 and 4.3)."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_tz
from functools import lru_cache

from replywatch.domain.instants import DAY, HOUR

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_END = (date(2200, 1, 1).toordinal() - _EPOCH_DAY) * DAY
_WIDEST_OFFSET = 14 * HOUR
"""Seconds; Kiribati is 14 hours ahead of UTC. Wider offsets come from broken programs."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN = re.compile(
    r"(?:[A-Z][a-z]{2}, )? ?([0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r" ([+-][0-9]{4})(?: \([^()]*\))?"
)
_COMMENT = re.compile(r" *\([^()]*\)")
_COLON_OFFSET = re.compile(r"([ 0-9][+-][0-9]{2}):([0-9]{2})(?![0-9:])")
_UTC = re.compile(r" (?:UTC?|GMT|Z)(?![^ ])|\+0+(?![^ ])", re.IGNORECASE)
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
    day, hour, minute, second, zone = found.groups()
    days = _plain_day(day)
    return None if days is None else _instant(days, (int(hour), int(minute), int(second)), *_plain_zone(zone))


@lru_cache(maxsize=1024)
def _plain_day(text: str) -> int | None:
    """Days from 1970 to a day such as `6 Jul 2026`; None if there is no such day."""
    day, month, year = text.split(" ")
    return _days(int(year), _MONTHS.index(month) + 1, int(day)) if month in _MONTHS else None


@lru_cache(maxsize=64)
def _plain_zone(text: str) -> tuple[int, bool]:
    """Seconds ahead of UTC of a zone such as `+0130`, and whether it is known (`-0000` says that it isn't)."""
    seconds = int(text[1:3]) * HOUR + int(text[3:]) * 60
    return (-seconds if text[0] == "-" else seconds), text != "-0000"


def _any_date(text: str) -> tuple[int, bool] | None:
    """As `parse_date`, by the standard library's lenient parser."""
    text = _COLON_OFFSET.sub(r"\1\2", _COMMENT.sub("", text[:_LONGEST]))
    try:
        parts = parsedate_tz(text)
    except (IndexError, ValueError, TypeError):
        return None  # the lenient parser stumbles over some rubbish; rubbish is no date
    if parts is None:
        return None
    days = _days(*parts[:3])
    if days is None:
        return None
    offset = parts[9] or 0
    has_zone = offset != 0 or _UTC.search(text) is not None  # the parser gives 0 for an unknown zone too
    return _instant(days, parts[3:6], offset, has_zone)


def _days(year: int, month: int, day: int) -> int | None:
    """Days from 1970-01-01 to a day; None if there is no such day."""
    try:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except (ValueError, OverflowError):
        return None


def _instant(days: int, time: tuple[int, int, int], offset: int, has_zone: bool) -> tuple[int, bool] | None:
    """The instant of a local time `offset` seconds ahead of UTC; None if it isn't sane."""
    hour, minute, second = time
    # Second 60 is a leap second.
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60 and abs(offset) <= _WIDEST_OFFSET):
        return None
    instant = days * DAY + hour * HOUR + minute * 60 + second - offset
    return (instant, has_zone) if 0 <= instant < _END else None
