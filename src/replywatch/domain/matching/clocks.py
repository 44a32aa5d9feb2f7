"""When a message reached us, and when a reply left us: the two clocks of the program (docs/decisions/0004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple, Self, TypeVar

from replywatch.domain.instants import DAY, HOUR

NEAR = HOUR
"""Seconds within which two clocks are taken to speak of the same event.

Delivery stamps INTERNALDATE within seconds of the topmost Received, and a mail program saves its copy within minutes of
Date; an import, a draft sent much later or a wrong zone lies an hour or more away.
"""
_NEAR_WITHOUT_ZONE = NEAR // 2
"""The same for a Date without a zone: in half of Europe the zone that it lacks is one hour, but for the saving."""
ZONES = 14 * HOUR + NEAR
"""Seconds that a local time may be off when it is read as UTC."""
_NEVER_SET = 2 * DAY
"""Until then it is 1 January 1970 somewhere: what programs write who don't know a time."""
_OF_GIT = 1_000_684_800
"""Mon Sep 17 00:00:00 2001, which git writes into the separator of every message (git-format-patch)."""
_FIRST_MEANT = max(_NEVER_SET, _OF_GIT)
"""After it no time is a constant."""


class Clock(NamedTuple):
    """An instant, the field it was taken from, and how far that can be trusted."""

    at: int
    source: str
    """`internaldate`, `received`, `date` or `first_seen`."""
    sure: bool
    on_its_word: bool = False
    """It is sure though nothing confirms it: a Date of ours, of mail that lies in files alone."""
    ahead: bool = False
    """Something lies ahead of the last pass; the next one may tell otherwise."""


class Told(NamedTuple):
    """What one copy tells of its times in one of its places; None where it tells nothing."""

    date: int | None = None
    date_has_zone: bool = False
    received: int | None = None
    """The topmost Received."""
    saved: int | None = None
    """INTERNALDATE, of a server."""
    filed: int | None = None
    """The time of a file, or in an mbox separator: whatever a copy or a sync made of it, and often without a zone."""

    def believable(self, last_pass: float) -> Self:
        """The same without what lies ahead of the last pass, and without constants in place of a time."""
        times = (self.date, self.received, self.saved, self.filed)
        if all(at is None or _FIRST_MEANT < at <= last_pass for at in times):
            return self  # as nearly always
        return type(self)(
            _upto(self.date, last_pass),
            self.date_has_zone,
            _upto(self.received, last_pass),
            _meant(_upto(self.saved, last_pass)),
            _meant(_upto(self.filed, last_pass)),
        )


class Saved(NamedTuple):
    """INTERNALDATE of a copy of ours."""

    at: int
    in_burst: bool = False
    """It is the time of a move, with many others."""


class Seen(NamedTuple):
    """When this machine saw a message."""

    first: int
    last_pass: int | None = None
    """When it last looked for mail at all: what is later lies ahead. None: nothing does."""


def arrival(told: Told, seen: Seen, *, in_files_alone: bool = False) -> Clock:
    """When one copy of an inbound message reached its mailbox.

    The earlier of INTERNALDATE and the topmost Received if they are near: each may lag behind. Otherwise the message
    was imported later, and Received, else Date is nearest to the truth. Without Received, Date may confirm
    INTERNALDATE, and a Date after it is wrong: the sender's clock may be anything, that of the mailbox is ours. What
    stands in a file counts where no field has a zone, and only there.
    """
    return _believed(lambda t, last_pass: _arrival(t, last_pass if in_files_alone else -inf), told, seen)


def _arrival(told: Told, trusted_until: float) -> Clock | None:
    """The same of these times; without a server's clock a Received is sure up to `trusted_until`. None: none tells."""
    date, received, saved = told.date, told.received, told.saved
    if received is not None:
        if saved is not None and _near(received, saved):
            return Clock(min(received, saved), "internaldate" if saved <= received else "received", sure=True)
        confirmed = told.date_has_zone and _near(received, date)
        return Clock(received, "received", sure=confirmed or (saved is None and received <= trusted_until))
    if saved is not None:
        if date is None or _near(date, saved):
            return Clock(saved, "internaldate", sure=date is not None and told.date_has_zone)
        if date > saved or (not told.date_has_zone and saved - date <= ZONES):
            return Clock(saved, "internaldate", sure=False)
        return Clock(date, "date", sure=False)
    return _without_server(told)


def _without_server(told: Told) -> Clock | None:
    """What Date and the time of a file say between them where nothing else does; None: nothing."""
    date, filed = told.date, told.filed
    if date is not None:
        by_zone = filed is not None and _NEAR_WITHOUT_ZONE < abs(date - filed) <= ZONES
        if told.date_has_zone or not by_zone:
            return Clock(date, "date", sure=False)
    return None if filed is None else Clock(filed, "internaldate", sure=False)


class OwnTold(NamedTuple):
    """What all copies of one of our own messages tell of its times."""

    date: int | None
    date_has_zone: bool
    received: Sequence[int]
    """The topmost Received of each copy that has one: it came back to us, by a list or as a copy to ourselves."""
    saved: Sequence[Saved]
    filed: Sequence[int]
    """As in `Told`."""

    def believable(self, last_pass: float) -> Self:
        """As of `Told`."""
        return type(self)(
            _upto(self.date, last_pass),
            self.date_has_zone,
            [at for at in self.received if at <= last_pass],
            [s for s in self.saved if s.at <= last_pass and _meant(s.at) is not None],
            [at for at in self.filed if at <= last_pass and _meant(at) is not None],
        )


def sent_time(told: OwnTold, seen: Seen, *, in_files_alone: bool = False) -> Clock:
    """When one of our own messages left us.

    Date if another clock is near, else the earliest INTERNALDATE. But nothing is saved before it is written: an
    INTERNALDATE before a Date with a zone is that of a program that took a wrong zone; and that of a burst is the time
    of a move. Of mail that lies in files alone Date counts, and is sure if it has a zone.
    """
    return _believed(lambda t, last_pass: _sent_time(t, last_pass if in_files_alone else -inf), told, seen)


def _sent_time(told: OwnTold, trusted_until: float) -> Clock | None:
    """The same of these times; a Date with a zone that no clock of a server contradicts is sure up to `trusted_until`.

    None: nothing tells.
    """
    date, received = told.date, told.received
    near = NEAR if told.date_has_zone else _NEAR_WITHOUT_ZONE
    if date is not None and any(abs(date - at) <= near for at in (*(s.at for s in told.saved), *received)):
        return Clock(date, "date", sure=told.date_has_zone)
    if told.saved:
        return _sent_by_server(told)
    if date is None:
        found = [("received", at) for at in received] or [("internaldate", at) for at in told.filed]
        source, at = min(found, key=lambda clock: clock[1], default=("", None))
        return None if at is None else Clock(at, source, sure=False)
    if told.date_has_zone:
        sure = date <= trusted_until and all(date < at for at in received)
        return Clock(date, "date", sure, on_its_word=sure)
    came = min(received, default=None)
    if came is not None:  # a Date far before it was held on its way; the zone that it lacks can't explain that
        return Clock(date, "date", sure=False) if date < came - ZONES else Clock(came, "received", sure=False)
    return _without_server(Told(date, filed=min(told.filed, default=None)))


def _sent_by_server(told: OwnTold) -> Clock:
    """Of mail whose Date no clock of a server confirms."""
    date = told.date
    if date is None:
        believed = [s.at for s in told.saved]
    elif any(_near(date, at) for at in told.filed):
        believed = []
    else:
        believed = [s.at for s in told.saved if not (s.in_burst or (told.date_has_zone and s.at < date))]
    if believed or date is None:
        at = min(believed)
        return Clock(at, "internaldate", sure=any(_near(at, came) for came in told.received))
    return Clock(date, "date", sure=False)


# What is believed at all

_ToldT = TypeVar("_ToldT", Told, OwnTold)


def _believed(choose: Callable[[_ToldT, float], Clock | None], told: _ToldT, seen: Seen) -> Clock:
    """What `choose` makes of the times told; what lies ahead is left out, unless two servers say so.

    Where nothing is left, the message is as old as it has been seen.
    """
    last_pass = inf if seen.last_pass is None else seen.last_pass
    past = told.believable(last_pass)
    if past != told:
        told = told.believable(inf)
    found = choose(told, last_pass)
    if past == told or (found and found.sure and not found.on_its_word):
        if found:
            return found
    else:
        found = choose(past, last_pass)
    ahead = past != told or seen.first > last_pass
    if found:
        return found._replace(ahead=ahead)
    return Clock(int(min(seen.first, last_pass)), "first_seen", sure=False, ahead=ahead)


def _upto(at: int | None, last: float) -> int | None:
    return None if at is None or at > last else at


def _meant(saved: int | None) -> int | None:
    """None where a program wrote a constant in place of a time."""
    return None if saved is None or saved < _NEVER_SET or saved == _OF_GIT else saved


def _near(one: int, other: int | None) -> bool:
    return other is not None and abs(one - other) <= NEAR
