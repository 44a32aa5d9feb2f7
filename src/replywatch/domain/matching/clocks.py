"""When a message reached us, and when a reply left us: the two clocks of the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from replywatch.domain.instants import HOUR

NEAR = HOUR
"""Seconds within which two clocks are taken to speak of the same event.

Delivery stamps INTERNALDATE within seconds of the topmost Received, and a mail program saves its copy within minutes of
Date; an import, a draft sent much later or a wrong zone lies an hour or more away.
"""


class Clock(NamedTuple):
    """An instant, the field it was taken from, and whether that field was confirmed by another."""

    at: int
    source: str
    """`internaldate`, `received`, `date` or `first_seen`."""
    sure: bool


def arrival(received: int | None, date: int | None, internal_date: int | None, first_seen: int) -> Clock:
    """When one copy of an inbound message reached its mailbox.

    INTERNALDATE if the topmost Received confirms it; otherwise the message was imported later, and Received, else Date
    is nearest to the truth. Without Received, Date may confirm INTERNALDATE, and a Date after INTERNALDATE is wrong: no
    message arrives before it is written.
    """
    if internal_date is not None:
        witness = date if received is None else received
        if witness is None:
            return Clock(internal_date, "internaldate", sure=False)
        if abs(internal_date - witness) <= NEAR:
            return Clock(internal_date, "internaldate", sure=True)
        if received is None and witness > internal_date:
            return Clock(internal_date, "internaldate", sure=False)
    if received is not None:
        return Clock(received, "received", sure=False)
    if date is not None:
        return Clock(date, "date", sure=False)
    return Clock(first_seen, "first_seen", sure=False)


def sent_time(
    date: int | None, has_zone: bool, internal_dates: Iterable[int], file_times: Iterable[int], first_seen: int
) -> Clock:
    """When one of our own messages left us: Date if a mailbox's clock confirms it, else the earliest INTERNALDATE.

    The time of a file on disk may be that of a copy or a sync. Where it is all there is, an earlier Date is nearer to
    the truth.
    """
    saved, filed = sorted(internal_dates), sorted(file_times)
    if date is not None and any(abs(date - at) <= NEAR for at in (*saved, *filed)):
        return Clock(date, "date", sure=has_zone)
    if saved:
        return Clock(saved[0], "internaldate", sure=False)
    if date is not None and (not filed or date < filed[0]):
        return Clock(date, "date", sure=False)
    if filed:
        return Clock(filed[0], "internaldate", sure=False)
    return Clock(first_seen, "first_seen", sure=False)
