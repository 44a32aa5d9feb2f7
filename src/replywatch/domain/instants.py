"""Instants, as integer seconds since 1970-01-01T00:00:00Z, and the local times that people know them by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

MINUTE = 60
HOUR = 3_600
DAY = 86_400
"""Seconds, of calendar time: a day is 24 hours."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_510_400
"""0001-01-02T00:00:00Z, and below 9999-12-30T23:59:59Z: a day from the calendar's ends, so that any zone fits."""
_LAST = 253_402_214_399


def local(instant: int, zone: tzinfo) -> datetime:
    """The local time of `instant` in `zone`; what lies beyond the calendar is moved to its ends."""
    return (_EPOCH + timedelta(seconds=min(max(instant, _FIRST), _LAST))).astimezone(zone)


def local_day(instant: int, zone: tzinfo) -> date:
    """The day of `instant` in `zone`."""
    return local(instant, zone).date()


def rfc3339(instant: int) -> str:
    """`instant` in RFC 3339, UTC: `2026-02-01T13:30:00Z`."""
    return local(instant, UTC).replace(tzinfo=None).isoformat() + "Z"


def midnight(day: date, zone: tzinfo) -> int:
    """The first instant of `day` in `zone`."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=zone))


def instant_of(moment: datetime) -> int:
    """The instant of a moment with a zone, fractions cut; fold 0 gives the rule for missing and double times."""
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(seconds=1)
