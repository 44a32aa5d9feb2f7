"""A mailbox that is listed and can't be opened: what a pass makes of it, and whether it leaves a hole in coverage.

There are links to scripts, calendars, shares without a right to read, and parents that were deleted long ago. None of
them may hold back the figures of all other mail; but where answers or mail may lie that nobody reads, that is said.
"""

from __future__ import annotations

from enum import Enum

from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.messages import Role
from replywatch.errors import MailboxError

PASSES_FOR = DAY
"""Seconds for which a mailbox whose trouble may pass keeps passes from being complete; then it is left unopened."""


class Meaning(Enum):
    """What a pass makes of a mailbox that it could not open."""

    FAILURE = "the pass is not complete: without this mailbox there are no figures"
    PASSING = "the pass is not complete: it may open soon"
    NOT_THERE = "it is as if it were not listed"
    UNOPENED = "the pass is complete without it"


def meaning(error: MailboxError, *, is_indispensable: bool, unopened_for: int) -> Meaning:
    """What a pass makes of a mailbox that could not be opened.

    Args:
        error: Why not, in its last try.
        is_indispensable: It is the one that mail comes to, or holds all other mail.
        unopened_for: Seconds for which no pass could open it, this one included.
    """
    if is_indispensable:
        return Meaning.FAILURE
    if error.absent:
        return Meaning.NOT_THERE
    asks_for_time = (error.transient and not error.stumbled) or error.retry_after is not None
    return Meaning.PASSING if asks_for_time and unopened_for < PASSES_FOR else Meaning.UNOPENED


def leaves_hole(listing: Listing, role: Role, *, was_read: bool) -> bool:
    """Whether answers or mail that count may lie in a mailbox that can't be opened, so that figures have to say so.

    Sent mail of other users is seen in accounts of their own, if at all.
    """
    if role is Role.SKIP:
        return False
    return was_read or (role in (Role.SENT, Role.ARCHIVE) and not listing.of_other_user)
