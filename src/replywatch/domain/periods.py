"""Moments, periods and durations that people name on the command line and in the config.

What they write is read by `spans`: of what lasts, such as a day or a month, a period begins with its first instant and
ends with its last. A period is half-open: from `since` up to, not including, `until`.

Two sorts of words look back, from two places. `90d` and `12w` are counted back from as_of, the moment that the figures
speak of. `yesterday` and `last month` are what they are on the wall: seen from now, whatever as_of is (ADR 0042).
"""

from __future__ import annotations

import re
from datetime import timedelta, tzinfo
from typing import NamedTuple

from replywatch.domain.instants import DAY, HOUR, MINUTE, local, local_day, midnight
from replywatch.domain.spans import Span, span_of
from replywatch.errors import UsageError

_BACK = re.compile(r"(\d{1,4}) ?([dw])", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}) ?(s|m|min|h|d|w)", re.ASCII)
_SECONDS = {"s": 1, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DAYS = {"d": 1, "w": 7}
_LATEST = 2**62
"""Later than any instant."""
_LONGEST_DAY = 25 * HOUR


class Period(NamedTuple):
    """Exchanges that arrived in [since, until); None = no limit (as_of limits every report)."""

    since: int | None
    until: int | None

    def until_as_of(self, as_of: int) -> tuple[int, int]:
        """The period as a half-open span of instants; what comes in the second of `as_of` is the last in it."""
        since = -_LATEST if self.since is None else self.since
        until = _LATEST if self.until is None else self.until
        return since, min(until, as_of + 1)


def parse_moment(text: str, now: int, zone: tzinfo) -> int:
    """The instant that `text` names; of a day its first.

    Raises:
        UsageError: `text` is no moment, lasts longer than a day, or is ambiguous.
    """
    begins, ends = span_of(text, now, zone)
    if ends - begins > _LONGEST_DAY:
        raise UsageError(f"{text!r} lasts longer than a day", "Write a day, or a day and a time: 2026-02-01T14:30.")
    return begins


def parse_as_of(text: str, now: int, zone: tzinfo) -> int:
    """The last instant that is known at `text`: of a day, a month and all else that lasts its last second.

    Raises:
        UsageError: `text` names no moment and nothing that lasts, or is ambiguous.
    """
    begins, ends = span_of(text, now, zone)
    return max(begins, ends - 1)


def parse_period(  # noqa: PLR0913, PLR0917 - both ends, what stands for one, and the three things that words depend on
    since: str | None, until: str | None, default: str, as_of: int, now: int, zone: tzinfo
) -> Period:
    """The period that `--since` and `--until` name.

    Args:
        since: Start, or None for `default`.
        until: End, or None for no limit.
        default: The start if none is given, such as `90d`.
        as_of: The moment the report speaks of.
        now: The time by the clock of this machine.
        zone: The zone for dates and times without an offset.

    Raises:
        UsageError: a text makes no sense, or the period ends before it begins, begins in the future or after as_of: an
            empty report would look like one of a quiet time.
    """
    start = parse_start(default if since is None else since, as_of, now, zone)
    stop = None if until is None else _line(until, as_of, now, zone).ends
    if start is not None:
        begins = f"--since {since}" if since is not None else f"the default, {default}"
        if start > max(now, as_of):
            raise UsageError(
                f"the period begins in the future ({begins}, that is {_shown(start, zone)})",
                f"Give an earlier --since; today is {local_day(now, zone)}.",
            )
        if stop is not None and start >= stop:
            raise UsageError(
                f"the period ends (--until {until}) before it begins ({begins})", "Give an earlier --since."
            )
        if start > as_of:
            raise UsageError(
                f"the period begins ({begins}, that is {_shown(start, zone)}) later than the figures reach: "
                f"{_shown(as_of, zone)}",
                "Run `replywatch poll`, or give an earlier --since or a later --as-of.",
            )
    return Period(start, stop)


def parse_start(text: str, as_of: int, now: int, zone: tzinfo) -> int | None:
    """The first instant of a period that begins with `text`; None for `all`.

    Raises:
        UsageError: `text` is not `all`, no time back from as_of (`90d`, `12w`), and names nothing that begins.
    """
    return None if text.strip().casefold() == "all" else _line(text, as_of, now, zone).begins


def parse_bound(text: str, now: int, zone: tzinfo) -> int:
    """The instant before which `text` draws a line: where what it names begins, or a time back from `now`.

    Raises:
        UsageError: `text` is neither.
    """
    return _line(text, now, now, zone).begins


def parse_duration(text: str) -> int:
    """Seconds of a duration such as `30s`, `90min` (or `90m`), `4h`, `14d`, `2w`; a day is 24 hours.

    Raises:
        UsageError: if `text` is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no duration", "Write 90min, 4h, 14d or 2w.")
    return int(match[1]) * _SECONDS[match[2]]


def _line(text: str, as_of: int, now: int, zone: tzinfo) -> Span:
    """What `text` names, or for a time back the local midnight so many calendar days before as_of."""
    match = _BACK.fullmatch(text.strip())
    if match is None:
        return span_of(text, now, zone)
    day = local_day(as_of, zone) - timedelta(days=int(match[1]) * _DAYS[match[2]])
    return Span(midnight(day, zone), midnight(day, zone))


def _shown(instant: int, zone: tzinfo) -> str:
    """`instant` as a local time to the minute."""
    return local(instant, zone).replace(tzinfo=None).isoformat(" ", "minutes")
