"""What a pass does with one mailbox: decided from what is known of it and what its source says, and done elsewhere.

UIDs only grow, and UIDNEXT is above all of them (RFC 9051, section 2.3.1.1): so what is new lies behind the last UID
that was read. Servers that break that promise are read again where they may have broken it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.store.facts import Epoch

RECONCILED = DAY
"""Seconds after which the whole list of a mailbox is compared, and all flags are read, though its state is the same."""
HIGHEST_UID = 2**63 - 1


class Span(NamedTuple):
    """UIDs from `first` to `last`, both included; none if `last` comes before `first`."""

    first: int
    last: int


EVERYTHING, NOTHING = Span(1, HIGHEST_UID), Span(1, 0)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """To open it would tell nothing new."""

    span: Span = NOTHING


@dataclass(frozen=True, slots=True)
class New:
    """Fetch what is in the span; the rest is as known if as many messages are there."""

    span: Span


@dataclass(frozen=True, slots=True)
class Whole:
    """Fetch what is in the span, then compare the whole list."""

    span: Span = NOTHING


def decide(
    known: Epoch | None, status: MailboxState, now: int, *, in_order: bool = True, waiting: bool = False
) -> Unchanged | New | Whole:
    """What to do with a mailbox that stands as `status` says.

    Args:
        known: What was read of it; None if nothing ever was.
        status: As its source says now, opened or not.
        now: The present instant.
        in_order: New messages get higher UIDs than all before; where they don't, only the list tells what is new.
        waiting: Somebody waits for a reply to a message there. An answer may show in its flags alone, and these change
            unseen where the source doesn't count changes.
    """
    if known and is_settled(known, now) and status == known.state and (status.tells_flags or not waiting):
        return Unchanged()
    if not in_order:
        return Whole()
    same = known if known and known.state.uidvalidity == status.uidvalidity else None
    span = _unread(same, status)
    return Whole(span) if same and same.scanned_to and _is_due(same, now) else New(span)


def is_settled(known: Epoch, now: int) -> bool:
    """Whether nothing is left over from the last time, so that the mailbox need not be opened if it is as it was.

    What the last look said of flags may have to be looked at once more.
    """
    if not known.complete or known.fields_version < FIELDS_VERSION or known.in_doubt or known.flags_read_at is None:
        return False
    return not _is_due(known, now) and (bool(known.state.bookmark) or not is_over(known.flags_read_at, now))


def _is_due(known: Epoch, now: int) -> bool:
    """Whether the whole list has to be compared.

    A local source doesn't go by what a server says: it sees for itself whether its files changed.
    """
    if known.state.bookmark:
        return False
    return is_over(known.reconciled_at, now)


def is_over(moment: int | None, now: int) -> bool:
    """Whether what was done at a moment, or never, has to be done once more."""
    return moment is None or now - moment >= RECONCILED


def _unread(known: Epoch | None, status: MailboxState) -> Span:
    """The UIDs among which there may be something new.

    That is all of them if UIDNEXT was rewound, as GMX does: UIDs may have been given to other messages.
    """
    scanned_to, uidnext = (known.scanned_to, known.state.uidnext or 0) if known else (0, 0)
    if status.uidnext is None:
        return Span(min(scanned_to + 1, status.unsettled_from or HIGHEST_UID), HIGHEST_UID)
    return EVERYTHING if status.uidnext < uidnext else Span(scanned_to + 1, status.uidnext - 1)
