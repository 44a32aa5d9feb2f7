"""The clocks of an account's mail: are they right, and how many can be relied on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from replywatch.app.checking.samples import Seen as SeenMail
from replywatch.config.model import AnyAccount
from replywatch.domain.figures.doubts import reason_of
from replywatch.domain.matching.bursts import LateCopies, burst_seconds
from replywatch.domain.matching.clocks import NEAR, Clock, OwnTold, Saved, Seen, Told, arrival, sent_time
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.results.warnings import MANY

OFF = 300
"""Seconds that a clock may be wrong without a word."""
CLOCKS = 20
"""Messages whose two clocks are compared."""
FEWEST = 3
"""Messages from which a clock can be told."""


def clock_findings(account: AnyAccount, inbox: Sequence[SeenMail], sent: Sequence[SeenMail]) -> Iterator[Finding]:
    """What is to be said of the clocks of mail in INBOX and Sent.

    Of files only how many clocks are unsure: when a file was written says nothing of the clock of a mailbox.
    """
    name, on_server = account.name, account.kind == "imap"
    ours = list({s.reading.identity: s for s in sent if s.reading.parties.ours}.values())
    burst = _moved(ours) if on_server else set()
    if on_server:
        if apart := _apart((s.internal_date, s.header.received) for s in inbox):
            yield _inbox_clock(name, *apart)
        if apart := _apart((s.internal_date, s.header.date) for s in ours if s.internal_date not in burst):
            yield _sent_clock(name, *apart)
    outside = [s for s in inbox if not s.reading.parties.ours]
    yield from _unsure(name, "INBOX", [(_arrival(s, on_server=on_server)) for s in outside])
    yield from _unsure(name, "Sent", [_sent_time(s, burst, on_server=on_server) for s in ours])


def _moved(ours: Iterable[SeenMail]) -> set[int]:
    """The seconds in which mail was saved that was moved without its times, as far as the sample shows."""
    times = [(s.internal_date, s.header.date) for s in ours]
    late: dict[int, list[int]] = {}
    for saved, written in times:
        if saved is not None and written is not None and saved - written > NEAR:
            late.setdefault(saved, []).append(written)
    return burst_seconds([LateCopies(at, len(w), min(w), max(w)) for at, w in sorted(late.items())])


def _arrival(mail: SeenMail, *, on_server: bool) -> Clock:
    header, saved = mail.header, mail.internal_date
    own, filed = (saved, None) if on_server else (None, saved)
    told = Told(header.date, header.date_has_zone, header.received, own, filed)
    return arrival(told, Seen(0), in_files_alone=not on_server)


def _sent_time(mail: SeenMail, burst: set[int], *, on_server: bool) -> Clock:
    header, times = mail.header, [] if mail.internal_date is None else [mail.internal_date]
    received = [] if header.received is None else [header.received]
    saved, filed = ([Saved(at, at in burst) for at in times], []) if on_server else ([], times)
    told = OwnTold(header.date, header.date_has_zone, received, saved, filed)
    return sent_time(told, Seen(0), in_files_alone=not on_server)


def _unsure(account: str, place: str, clocks: Sequence[Clock]) -> Iterator[Finding]:
    """How many of the clocks are unsure, if any are, and why most of them are."""
    inbox = place == "INBOX"
    reasons = Counter(reason_of(c.source, c.source, arrival_sure=not inbox) for c in clocks if not c.sure)
    count = reasons.total()
    if count and len(clocks) >= FEWEST:
        commonest = min(reasons, key=lambda reason: (-reasons[reason], reason))
        values = {"place": place, "unsure": count, "seen": len(clocks), "reason": commonest}
        severity = Severity.WARNING if count >= MANY * len(clocks) else Severity.OK
        yield Finding(severity, account, "clock", "clocks_unsure", values)


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
