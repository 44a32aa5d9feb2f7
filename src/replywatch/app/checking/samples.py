"""A look into a few mailboxes: their newest and their oldest mail, read like a poll reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from replywatch.app.checking.mailboxes import Box
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import read
from replywatch.domain.mailboxes.fetched import FetchedMessage, MailboxState
from replywatch.domain.messages import Header, Reading
from replywatch.domain.team import Team
from replywatch.errors import MailboxError
from replywatch.sources.base import Source

NEWEST = 200
"""Messages of a mailbox that are looked at."""
OLDEST = 10
"""Messages at the beginning of a mailbox whose dates are looked at."""
LARGEST = 10
"""Mailboxes of one role that are looked into, the largest first."""
_HIGHEST_UID = 2**63 - 1
_LATEST = 2**62
"""Later than any instant."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that was looked at."""

    internal_date: int | None
    header: Header
    reading: Reading

    @property
    def at(self) -> int | None:
        """When it was delivered, or else written, as far as it says so itself; imports don't change that."""
        return self.header.date if self.header.received is None else self.header.received


@dataclass(slots=True)
class Sample:
    """What was seen in mailboxes of one role."""

    opened: list[str] = field(default_factory=list)
    """Names of the mailboxes that could be opened read-only."""
    newest: list[Seen] = field(default_factory=list)
    """The newest messages of each, drafts left out."""
    oldest: list[Seen] = field(default_factory=list)
    failed: list[MailboxError] = field(default_factory=list)
    since: int | None = None
    """What is older may have been left out; None: all was looked at."""


def look(source: Source, boxes: Sequence[Box], team: Team, newest: int = NEWEST) -> Sample:
    """What is in the largest of `boxes`; a mailbox that can't be read is among `failed`.

    Raises:
        ConnectError: the connection broke.
    """
    sample = Sample()
    for box in sorted(boxes, key=lambda box: -box.exists)[:LARGEST]:
        try:
            state = source.open(box.name, None)
            sample.opened.append(box.name)
            if state.exists:
                found = _messages(source, _last(source, state, newest), team)
                sample.newest += found
                if state.exists > newest:
                    times = [s.at for s in found if s.at is not None] if source.in_order else []
                    oldest = min(times, default=_LATEST)
                    sample.since = max(oldest, sample.since or oldest)
                sample.oldest += _messages(source, _first(source, state), team) if source.in_order else ()
        except MailboxError as error:
            sample.failed.append(error)
    if not source.in_order:
        sample.oldest = sample.newest  # in no order: any of them may be the oldest
    return sample


def _messages(source: Source, uids: Sequence[int], team: Team) -> list[Seen]:
    return [_seen(message, team) for message in source.fetch(uids) if "\\Draft" not in message.flags]


def _seen(message: FetchedMessage, team: Team) -> Seen:
    header = parse_header(message.header)
    return Seen(message.internal_date, header, read(header, team))


def _last(source: Source, state: MailboxState, wanted: int) -> list[int]:
    """The highest UIDs that exist, found in spans that grow downwards: numbers may be sparse."""
    if not source.in_order or state.uidnext is None:
        return source.uids(1, _HIGHEST_UID)[-wanted:]
    found: list[int] = []
    last, step = state.uidnext - 1, wanted
    while last >= 1 and len(found) < wanted:
        found = source.uids(max(1, last - step + 1), last) + found
        last, step = last - step, step * 4
    return found[-wanted:]


def _first(source: Source, state: MailboxState) -> list[int]:
    """The lowest UIDs that exist, found in spans that grow upwards."""
    end = _HIGHEST_UID if state.uidnext is None else state.uidnext - 1
    found: list[int] = []
    first, step = 1, OLDEST
    while first <= end and len(found) < OLDEST:
        found += source.uids(first, min(end, first + step - 1))
        first, step = first + step, step * 4
    return found[:OLDEST]
