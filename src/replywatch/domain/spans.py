"""Dates and times as people write them, in English and in German: text → span of instants.

A moment is an ISO date and time (`2026-02-01T14:30`, with an offset or `Z` if wanted), a day and a time (`1.2.2026
14:30`, `1 Feb 2026 14:30`, `yesterday 14:30`; `14:30` alone is today's), or `now`. All else lasts: a day (`2026-02-01`,
`1.2.2026`, `1 Feb 2026`, `yesterday`), a week from Monday to Sunday (`2026-W40`, `last week`), a month (`2026-10`,
`October 2026`, `last month`), a quarter (`Q3 2026`), a year (`2026`). Words are of the calendar on the wall: of `now`
in the zone. Without an offset a time is local: one that does not exist moves forward by the gap, one that comes twice
is the first.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from replywatch.domain.instants import instant_of, local_day, midnight
from replywatch.errors import UsageError

FORMS = (
    "Write 2026-02-01, 1.2.2026, 2026-02-01T14:30, 2026-02, Q1 2026, yesterday or last month; "
    "a period also takes 90d or 12w, counted back."
)
"""What is said to whoever wrote something else."""

_NOW = ("now", "jetzt")
_DAYS_BACK = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2}
_UNITS = {
    **dict.fromkeys(("week", "woche", "w", "kw"), "week"),
    **dict.fromkeys(("month", "monat"), "month"),
    **dict.fromkeys(("quarter", "quartal", "q"), "quarter"),
    **dict.fromkeys(("year", "jahr"), "year"),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""Unit → how many months it has."""
_RELATIVE = re.compile(
    r"(?:im |in )?(?:(this|diese[rsmn]?)|last|previous|(?:letzt|vorig|vergangen)e[rsmn]?) "
    r"(week|month|quarter|year|woche|monat|quartal|jahr)"
)
_YEAR_LAST = re.compile(r"(q|kw|w) ?(\d{1,2})[ /-](\d{4})", re.ASCII)
_NUMBERED = re.compile(r"(\d{4})[ -]?(q|kw|w) ?(\d{1,2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_MONTH_DOTTED = re.compile(r"(\d{1,2})\.(\d{4})", re.ASCII)
_NAMES = (
    *(("january", "januar"), ("february", "februar"), ("march", "märz", "mrz", "maerz"), ("april",), ("may", "mai")),
    *(("june", "juni"), ("july", "juli"), ("august",), ("september",), ("october", "oktober"), ("november",)),
    ("december", "dezember"),
)
"""Of the months, from January on, in English and in German; three letters are enough."""
_DAY_NAMED = re.compile(r"(\d{1,2})\.? ([a-zä]{3,9})\.?,? (\d{4})")
_MONTH_NAMED = re.compile(r"([a-zä]{3,9})\.? (\d{4})")
_TIMED = re.compile(r"(?:(?!(?:at|um) )(.+?),? )?(?:at |um )?(\d{1,2}):(\d{2})(?: uhr)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DAY_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ t]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


class Span(NamedTuple):
    """From `begins` up to, not including, `ends`; of a moment both are the same instant."""

    begins: int
    ends: int


class _Days(NamedTuple):
    """From the first day up to, not including, the day after the last."""

    first: date
    after: date


def span_of(text: str, now: int, zone: tzinfo) -> Span:
    """The span that `text` names at `now`, in `zone`.

    Raises:
        UsageError: `text` names none, or could mean two (slashes).
    """
    words = " ".join(text.casefold().split())
    if words in _NOW:
        return Span(now, now)
    try:
        today = local_day(now, zone)
        found = (
            _relative(words, today)
            or _numbered(words)
            or _named(words)
            or _day_and_time(words, today)
            or _moment_or_day(text.strip(), words)
        )
        if isinstance(found, datetime):
            instant = instant_of(found if found.tzinfo else found.replace(tzinfo=zone))
            return Span(instant, instant)
        return Span(midnight(found.first, zone), midnight(found.after, zone))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no date or time", FORMS) from error


def _relative(words: str, today: date) -> _Days | None:
    """What is told from `today`, such as `yesterday` or `last month`."""
    if words in _DAYS_BACK:
        return _one(today - timedelta(days=_DAYS_BACK[words]))
    match = _RELATIVE.fullmatch(words)
    return None if match is None else _unit(_UNITS[match[2]], today, back=match[1] is None)


def _numbered(words: str) -> _Days | None:
    """A week, a month, a quarter or a year by its number."""
    if _YEAR.fullmatch(words):
        return _unit("year", date(int(words), 1, 1))
    if match := _MONTH.fullmatch(words):
        return _unit("month", date(int(match[1]), int(match[2]), 1))
    if match := _MONTH_DOTTED.fullmatch(words):
        return _unit("month", date(int(match[2]), int(match[1]), 1))
    match = _NUMBERED.fullmatch(_YEAR_LAST.sub(r"\3\1\2", words))
    if match is None:
        return None
    year, unit, number = int(match[1]), _UNITS[match[2]], int(match[3])
    if unit == "week":
        return _unit(unit, date.fromisocalendar(year, number, 1))
    return _unit(unit, date(year, 3 * number - 2, 1))


def _named(words: str) -> _Days | None:
    """A day or a month by the month's name; None if there is none in it."""
    if (match := _DAY_NAMED.fullmatch(words)) and (month := _month(match[2])):
        return _one(date(int(match[3]), month, int(match[1])))
    if (match := _MONTH_NAMED.fullmatch(words)) and (month := _month(match[1])):
        return _unit("month", date(int(match[2]), month, 1))
    return None


def _month(name: str) -> int | None:
    """The number of the month of this name, which may be shortened."""
    return next((n for n, names in enumerate(_NAMES, 1) if any(full.startswith(name) for full in names)), None)


def _day_and_time(words: str, today: date) -> datetime | None:
    """A time of a day that is told by words or by its month's name; of today where there is no day."""
    match = _TIMED.fullmatch(words)
    if match is None:
        return None
    days = _one(today) if match[1] is None else _relative(match[1], today) or _named(match[1])
    if days is None or days.after - days.first != timedelta(days=1):
        return None
    return datetime.combine(days.first, time(int(match[2]), int(match[3])))


def _unit(unit: str, day: date, *, back: bool = False) -> _Days:
    """The week, month, quarter or year that holds `day`, or with `back` the one before."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday() + 7 * back)
        return _Days(monday, monday + timedelta(days=7))
    months = _MONTHS[unit]
    number = (day.year * 12 + day.month - 1) // months - back
    first, after = (date(n * months // 12, n * months % 12 + 1, 1) for n in (number, number + 1))
    return _Days(first, after)


def _one(day: date) -> _Days:
    return _Days(day, day + timedelta(days=1))


def _moment_or_day(text: str, words: str) -> datetime | _Days:
    """A date, or a date and time, dotted day-first or in ISO form; raises `ValueError` if it is neither."""
    if "/" in text:
        raise UsageError(f"{text!r} is ambiguous: day or month first?", FORMS)
    match = _DAY_DOTTED.fullmatch(words)
    if match is None:
        try:
            return _one(date.fromisoformat(text))
        except ValueError:
            return datetime.fromisoformat(text)
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    if match[4] is None:
        return _one(date(year, month, day))
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is put on by the caller
