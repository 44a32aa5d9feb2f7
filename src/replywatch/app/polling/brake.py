"""What one pass over an account did not find, and the brake: much that vanishes at once is not believed at once.

A server that is being moved, restored or repaired shows less than it has, for hours. Its messages have to count as
there: once they are gone, a copy in the trash decides what becomes of an enquiry. See docs/decisions/0014.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.messages import Role
from replywatch.domain.results.polled import Braked
from replywatch.store.facts import Epoch
from replywatch.store.vanished import Extent, Vanished

FEWEST = 20
"""Messages that have to be lost at once for the brake: fewer is somebody tidying up."""
ONE_IN = 5
"""More than one in so many of a mailbox, that is over 20 %, has to be lost."""
CAPS = frozenset({1_000, 2_000, 5_000, 10_000})
"""Exactly so many messages are what some providers show of a mailbox at most."""
HIDDEN_FOR = DAY
"""Seconds for which it has to be missing, before a message that was lost with many others is gone."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A numbering of a mailbox of which something is missing."""

    epoch: int
    mailbox: str
    role: Role
    state: MailboxState | None
    """How the mailbox stands; None: it is no longer listed."""
    present: int | None = None
    """The epoch that took the place of this one; None: it is the present one."""


class Brake:
    """Gathers what a pass does not find, and writes at its end what that means."""

    def __init__(self, vanished: Vanished) -> None:
        """For one pass over one account."""
        self._vanished = vanished
        self._cases: dict[int, _Case] = {}

    def begin(self, epoch: int) -> None:
        """A mailbox is about to be compared, if need be; what an earlier attempt of the pass noted counts no more."""
        self._vanished.forget(epoch)

    def note(self, epoch: int, uids: Iterable[int]) -> None:
        """These were not found in a mailbox that is being compared; `compared` says that this is all."""
        self._vanished.note(epoch, uids)

    def compared(self, epoch: int, mailbox: str, role: Role, state: MailboxState) -> None:
        """What was noted of this epoch is all that is missing of it."""
        self._cases[epoch] = _Case(epoch, mailbox, role, state)

    def not_listed(self, number: int, mailbox: str, role: Role) -> None:
        """The mailbox with this number is not there any more."""
        for epoch in self._vanished.live_epochs(number):
            self._vanished.note_all(epoch)
            self._cases[epoch] = _Case(epoch, mailbox, role, None)

    def renumbered(self, epoch: int, present: Epoch, mailbox: str, role: Role) -> None:
        """What was in `epoch` is under other numbers in `present`, or is missing; so are views of a whole."""
        self._vanished.note_all(epoch)
        self._cases[epoch] = _Case(epoch, mailbox, role, present.state, present.id)

    def settle(self, elsewhere: Collection[int], now: int) -> tuple[Braked, ...]:
        """Write down what is missed and what is gone, and say what is held as there.

        `elsewhere` are the epochs to which a message may have been moved: not those of Junk and Trash, or nobody would
        notice that a mailbox shows nothing but what was thrown away.
        """
        cases = [(case, self._extent(case, elsewhere)) for case in self._cases.values()]
        unlisted = sum(e.lost for c, e in cases if c.state is None and c.role not in PUT_AWAY)
        return tuple(
            hold
            for case, extent in cases
            if extent.missing
            for hold in self._settle(case, extent, unlisted if case.state is None else extent.lost, elsewhere, now)
        )

    def _settle(self, case: _Case, extent: Extent, lost: int, elsewhere: Collection[int], now: int) -> Iterator[Braked]:
        before = self._vanished.held_at(case.epoch)
        capped = case.state is not None and _is_cap(case.state) and extent.lost > 0
        if not capped and not _is_much(case.role, extent, lost, held=before is not None):
            self._vanished.release(case.epoch)
            self._write(case, now, since=None)
            return
        since = self._vanished.hold(case.epoch, now)
        if capped:
            self._vanished.found(case.epoch)
        if not capped and (case.present is None or since <= now - HIDDEN_FOR):
            self._write(case, now, since=now - HIDDEN_FOR)
            extent = self._extent(case, elsewhere)
        if extent.missing:
            yield Braked(case.mailbox, extent.missing, extent.known, capped, before is None)

    def _extent(self, case: _Case, elsewhere: Collection[int]) -> Extent:
        """Junk and Trash are no proof for other mailboxes, but what was numbered anew is there, whatever it is."""
        return self._vanished.extent(case.epoch, elsewhere if case.present is None else {*elsewhere, case.present})

    def _write(self, case: _Case, now: int, since: int | None) -> None:
        if case.present is None:
            self._vanished.miss(case.epoch, now, since=since)
        else:
            self._vanished.let_go(case.epoch, case.present, now)


def _is_cap(state: MailboxState) -> bool:
    """Whether the server may be hiding what exceeds its limit; a local source, which has a bookmark, hides nothing."""
    return state.exists in CAPS and not state.bookmark


def _is_much(role: Role, extent: Extent, lost: int, *, held: bool) -> bool:
    """Whether so much is lost that it may be the server's mistake; what is held stays so until nearly all is back.

    Junk and Trash are emptied every now and then, and what is gone from there was put away all the same.
    """
    if role in PUT_AWAY or lost < FEWEST:
        return False
    return held or lost * ONE_IN > extent.known
