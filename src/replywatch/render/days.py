"""Days and moments as people read them in a list: near ones by their weekday, others with their year."""

from __future__ import annotations

from datetime import tzinfo

from replywatch.domain.instants import local

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = 60
"""Days back for which a weekday tells more than a year."""


def day_text(instant: int, now: int, zone: tzinfo) -> str:
    """The day of `instant`: `Mon 16 Nov`, or `16 Nov 2024` where that is long before `now`, or after it."""
    day, today = local(instant, zone), local(now, zone)
    if 0 <= (today.date() - day.date()).days <= _NEAR:
        return f"{_DAYS[day.weekday()]} {day.day:2} {_MONTHS[day.month - 1]}"
    return f"{day.day:2} {_MONTHS[day.month - 1]} {day.year}"


def moment_text(instant: int, now: int, zone: tzinfo) -> str:
    """The minute of `instant`: `today 07:22`, `yesterday 07:22`, else with its day."""
    moment = local(instant, zone)
    back = (local(now, zone).date() - moment.date()).days
    day = {0: "today", 1: "yesterday"}.get(back) or day_text(instant, now, zone).strip()
    return f"{day} {moment:%H:%M}"


def short_time(instant: int, near: int | None, zone: tzinfo) -> str:
    """`instant` in `zone` to the minute, with its year if that is not the one of `near`: `1 Feb 14:30`."""
    return f"{short_day(instant, near, zone)} {local(instant, zone):%H:%M}"


def short_day(instant: int, near: int | None, zone: tzinfo) -> str:
    """The day of `instant` in `zone`, with its year if that is not the one of `near`: `1 Feb`, `1 Feb 2025`."""
    there = local(instant, zone)
    year = "" if near is not None and there.year == local(near, zone).year else f" {there.year}"
    return f"{there.day} {_MONTHS[there.month - 1]}{year}"
