"""Numbers and instants for other programs: the same in every format that has them."""

from __future__ import annotations

from replywatch.domain import instants


def share(value: float | None) -> float | None:
    """A share between 0 and 1, rounded to a millionth."""
    return None if value is None else round(value, 6)


def seconds(value: float | None) -> float | None:
    """Seconds, rounded to a tenth; whole ones without a fraction."""
    if value is None:
        return None
    tenths = round(value, 1)
    return int(tenths) if tenths == int(tenths) else tenths


def rfc3339(instant: int | None) -> str | None:
    """An instant in RFC 3339, UTC: `2026-02-01T13:30:00Z`."""
    return None if instant is None else instants.rfc3339(instant)


def number(unit: str, value: float | None) -> float | str | None:
    """A figure (`domain.results.figures`) in its unit: shares and seconds rounded, instants in RFC 3339."""
    if unit == "instant":
        return rfc3339(None if value is None else int(value))
    if unit == "seconds":
        return seconds(value)
    return share(value) if "share" in unit else value
