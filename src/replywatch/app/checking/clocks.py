"""The clocks of an account's mail: are they right, and how many can be relied on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from replywatch.app.checking.samples import Seen
from replywatch.config.model import AnyAccount
from replywatch.domain.figures.doubts import reason_of
from replywatch.domain.matching.bursts import LateCopies, burst_seconds
from replywatch.domain.matching.clocks import NEAR, Clock
from replywatch.domain.matching.locations import Locations, arrival_at
from replywatch.domain.messages import Location, Role
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.results.warnings import MANY

OFF = 300
"""Seconds that a clock may be wrong without a word."""
CLOCKS = 20
"""Messages whose two clocks are compared."""
FEWEST = 3
"""Messages from which a clock can be told."""


class Held(NamedTuple):
    """Mail, and what is said of where it lies."""

    place: str
    """Role or name of the mailbox; the account's, if it lies in several."""
    mails: Sequence[Seen]
    mixed: bool = False
    """Mail of both directions lies there."""


def clock_findings(account: AnyAccount, arrived: Held, left: Held) -> Iterator[Finding]:
    """What is to be said of the clocks of the mail from outside that `arrived`, and of ours that `left`.

    Of files only how many clocks are unsure: when a file was written says nothing of the clock of a mailbox.
    """
    name, on_server = account.name, account.kind == "imap"
    outside = [s for s in arrived.mails if not s.reading.parties.ours]
    ours = list({s.reading.identity: s for s in left.mails if s.reading.parties.ours}.values())
    burst = _moved(ours) if on_server else set()
    if on_server:
        if apart := _apart((s.internal_date, s.header.received) for s in arrived.mails):
            yield _inbox_clock(name, *apart)
        if apart := _apart((s.internal_date, s.header.date) for s in ours if s.internal_date not in burst):
            yield _sent_clock(name, *apart)
    came = [arrival_at(s.reading, _place(account, s), in_files_alone=not on_server) for s in outside]
    yield from _unsure(account, arrived, came, arrivals=True)
    went = [Locations([_place(account, s, burst)]).sent_at([s.reading]) for s in ours]
    yield from _unsure(account, left, went, arrivals=False)


def _moved(ours: Iterable[Seen]) -> set[int]:
    """The seconds in which mail was saved that was moved without its times, as far as the sample shows."""
    times = [(s.internal_date, s.header.date) for s in ours]
    late: dict[int, list[int]] = {}
    for saved, written in times:
        if saved is not None and written is not None and saved - written > NEAR:
            late.setdefault(saved, []).append(written)
    return burst_seconds([LateCopies(at, len(w), min(w), max(w)) for at, w in sorted(late.items())])


def _place(account: AnyAccount, mail: Seen, burst: Collection[int] = ()) -> Location:
    """Where the mail lies, as far as its clock goes; in `burst` are the seconds of a move."""
    return Location(
        account=account.name,
        watched=account.watched,
        role=Role.FOLDER,
        both_directions=False,
        internal_date=mail.internal_date,
        thread=None,
        first_seen=0,
        gone=None,
        draft=False,
        on_disk=account.kind != "imap",
        in_burst=mail.internal_date in burst,
    )


def _unsure(account: AnyAccount, held: Held, clocks: Sequence[Clock], *, arrivals: bool) -> Iterator[Finding]:
    """How many of the clocks are unsure, if any are, and why most of them are."""
    reasons = Counter(reason_of(c.source, c.source, arrival_sure=not arrivals) for c in clocks if not c.sure)
    count = reasons.total()
    if count and len(clocks) >= FEWEST:
        commonest = min(reasons, key=lambda reason: (-reasons[reason], reason))
        values = {"place": held.place, "unsure": count, "seen": len(clocks), "reason": commonest}
        values |= {"mixed": held.mixed, "on_server": account.kind == "imap"}
        severity = Severity.WARNING if count >= MANY * len(clocks) else Severity.OK
        yield Finding(severity, account.name, "clock", "clocks_unsure", values)


def _apart(times: Iterable[tuple[int | None, int | None]]) -> tuple[int, int] | None:
    """By how many seconds the first clock is mostly after the second, and in how many messages; None for too few."""
    apart = [first - second for first, second in times if first is not None and second is not None][-CLOCKS:]
    return (int(median(apart)), len(apart)) if len(apart) >= FEWEST else None


def _inbox_clock(account: str, seconds: int, messages: int) -> Finding:
    values = {"seconds": seconds, "messages": messages}
    if abs(seconds) <= OFF:
        return Finding(Severity.OK, account, "clock", "inbox_clock", values)
    if abs(seconds) <= NEAR:
        return Finding(Severity.WARNING, account, "clock", "inbox_clock_off", values)
    return Finding(Severity.OK, account, "clock", "inbox_clock_not_believed", values)


def _sent_clock(account: str, seconds: int, messages: int) -> Finding:
    values = {"seconds": seconds, "messages": messages}
    if abs(seconds) <= OFF:
        return Finding(Severity.OK, account, "clock", "sent_clock", values)
    if abs(seconds) <= NEAR:
        return Finding(Severity.WARNING, account, "clock", "sent_clock_off", values)
    if seconds < 0:
        return Finding(Severity.WARNING, account, "clock", "sent_before_written", values)
    return Finding(Severity.WARNING, account, "clock", "sent_clock_not_believed", values)
