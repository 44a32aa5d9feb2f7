"""Moments, periods and durations as people write them.

A moment is an ISO date or datetime (`2026-02-01`, `2026-02-01T14:30`, with an offset or `Z` if wanted) or a dotted
day-first one (`1.2.2026`, `1.2.2026 14:30`). Without an offset it is local time: one that does not exist moves forward
by the gap, one that comes twice is the first. A period is half-open: from `since` up to, not including, `until`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from replywatch.domain.instants import DAY, HOUR, MINUTE, instant_of, local, midnight
from replywatch.errors import UsageError

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_BACK = re.compile(r"(\d{1,4}) ?([dw])", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}) ?(s|m|min|h|d|w)", re.ASCII)
_SECONDS = {"s": 1, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DAYS = {"d": 1, "w": 7}
_LATEST = 2**62
"""Later than any instant."""
_FORMS = "write 2026-02-01, 1.2.2026 or 2026-02-01T14:30; a period also takes 90d or 12w, counted back"


class Period(NamedTuple):
    """Exchanges that arrived in [since, until); None = no limit (as_of limits every report)."""

    since: int | None
    until: int | None

    def until_as_of(self, as_of: int) -> tuple[int, int]:
        """The period as a half-open span of instants; what comes in the second of `as_of` is the last in it."""
        since = -_LATEST if self.since is None else self.since
        until = _LATEST if self.until is None else self.until
        return since, min(until, as_of + 1)


def parse_moment(text: str, zone: tzinfo, *, end: bool) -> int:
    """The instant that `text` names.

    A bare date is its local midnight, or with `end` the midnight after it, so that a period up to that date includes
    the whole day.

    Raises:
        UsageError: if `text` is no moment, or is ambiguous (slashes).
    """
    return _moment(text.strip(), zone, end=end)[0]


def parse_past(text: str, now: int, zone: tzinfo) -> int:
    """The instant of something that happened: `now`, or a moment as in `parse_moment`; a bare date is its midnight.

    Raises:
        UsageError: as `parse_moment`.
    """
    return now if text.strip().lower() == "now" else parse_moment(text, zone, end=False)


def parse_as_of(text: str, zone: tzinfo) -> int:
    """The last instant that is known at `text`: of a bare date the last second of its day.

    Raises:
        UsageError: as `parse_moment`.
    """
    instant, whole_day = _moment(text.strip(), zone, end=True)
    return instant - whole_day


def parse_period(since: str | None, until: str | None, default: str, as_of: int, zone: tzinfo) -> Period:
    """The period that `--since` and `--until` name.

    Both take a moment or a time back: `90d` (days) or `12w` (weeks) is local midnight so many calendar days before
    as_of. `since` also takes `all`.

    Args:
        since: Start, or None for `default`.
        until: End, or None for no limit.
        default: The start if none is given, such as `90d`.
        as_of: The moment the report speaks of.
        zone: The zone for dates and times without an offset.

    Raises:
        UsageError: if a text makes no sense, or if the period ends before it begins.
    """
    start = _bound(default if since is None else since, as_of, zone, end=False)
    stop = None if until is None else _bound(until, as_of, zone, end=True)
    if start is not None and stop is not None and start >= stop:
        begins = f"--since {since}" if since is not None else f"the default, {default}"
        raise UsageError(f"the period ends (--until {until}) before it begins ({begins})", "give an earlier --since")
    return Period(start, stop)


def parse_bound(text: str, now: int, zone: tzinfo) -> int:
    """The instant before which `text` draws a line: a moment, or a time back from `now` as in `parse_period`.

    Raises:
        UsageError: if `text` is neither.
    """
    return _line(text.strip(), now, zone, end=False)


def parse_duration(text: str) -> int:
    """Seconds of a duration such as `30s`, `90min` (or `90m`), `4h`, `14d`, `2w`; a day is 24 hours.

    Raises:
        UsageError: if `text` is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no duration", "write 90min, 4h, 14d or 2w")
    return int(match[1]) * _SECONDS[match[2]]


def _bound(text: str, as_of: int, zone: tzinfo, *, end: bool) -> int | None:
    """One end of a period; None for `all`."""
    text = text.strip()
    return None if text == "all" and not end else _line(text, as_of, zone, end=end)


def _line(text: str, as_of: int, zone: tzinfo, *, end: bool) -> int:
    """A moment, or a time back."""
    match = _BACK.fullmatch(text)
    if match is None:
        return parse_moment(text, zone, end=end)
    today = local(as_of, zone).date()
    return midnight(today - timedelta(days=int(match[1]) * _DAYS[match[2]]), zone)


def _moment(text: str, zone: tzinfo, *, end: bool) -> tuple[int, bool]:
    """The instant of a moment, as `parse_moment` says, and whether it is a bare date."""
    if "/" in text:
        raise UsageError(f"{text!r} is ambiguous: day or month first?", _FORMS)
    try:
        moment = _dotted(text) or _iso(text)
        if not isinstance(moment, datetime):
            return midnight(moment + timedelta(days=end), zone), True
        return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=zone)), False
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no date or time", _FORMS) from error


def _dotted(text: str) -> date | datetime | None:
    """A day-first date or datetime; None if `text` has not that form."""
    match = _DOTTED.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    if match[4] is None:
        return date(year, month, day)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is put on by the caller


def _iso(text: str) -> date | datetime:
    """An ISO 8601 date or datetime."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)
