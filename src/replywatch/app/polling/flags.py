"""What is said anew of known messages: flags and labels come and go under the same UID (docs/decisions/0048).

As little as possible is asked for: where the server counts changes, what changed since the last time; else who bears
which flag. Both cost next to nothing beside a FETCH of all messages. What a server says wrong once is set right within
days: whatever it says of changes, all flags are read once a day, and a flag is believed to be gone only of a message
that is still listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from replywatch.app.polling.decide import EVERYTHING, Span, is_over
from replywatch.domain.mailboxes.fetched import Flagging, MailboxState
from replywatch.domain.mailboxes.flags import SYSTEM, telling
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.store.facts import Epoch, Facts
from replywatch.store.flags import NO_BEARER, Bearer, Look


class Plan(NamedTuple):
    """What is asked of a mailbox about messages that are known."""

    changes: bool
    """What changed since `since`, or all where that is None."""
    since: int | None
    search: bool
    """Who bears which flag; what the changes say of flags is of no interest then."""


def plan_look(known: Epoch, state: MailboxState, now: int, *, has_labels: bool, whole: bool) -> Plan:
    """What to ask of a mailbox that was opened as `state` says.

    Changes tell all only if HIGHESTMODSEQ goes on from where it was. They are silent about what a server once said
    wrong, so they don't settle whether a missed answer is gone.

    Args:
        known: What was read of it before.
        state: As it stands now.
        now: The present instant.
        has_labels: Messages have labels, which no search tells.
        whole: The list of its messages is compared anyway: the flags are, too.
    """
    counted, since = state.highestmodseq, known.state.highestmodseq
    if since is not None and (counted is None or since > counted):
        since = None
    search = since is None or whole or known.in_doubt or is_over(known.flags_read_at, now)
    if counted is None:
        return Plan(changes=False, since=None, search=True)
    if has_labels:
        return Plan(since != counted, since, search=search and since is not None)
    return Plan(changes=not search and since != counted, since=since, search=search)


class FlagReader:
    """Brings flags and labels of the mailboxes of one account up to date."""

    def __init__(self, facts: Facts, account: int, clock: Callable[[], int]) -> None:
        """`account` is its number in the store."""
        self._facts = facts
        self._account = account
        self._clock = clock

    def read(self, source: Source, epoch: Epoch, state: MailboxState, windows: Iterable[Span], *, whole: bool) -> None:
        """Bring them up to date in the mailbox that `source` has open; `windows` hold the UIDs that were known before.

        It is written down at once how far: a message that can't be read would have all asked for in every pass.
        Raises `SourceError`.
        """
        files = bool(state.bookmark)
        plan = plan_look(epoch, state, self._clock(), has_labels=source.has_labels, whole=whole)
        by_changes, by_search = self._look(epoch, trusted=True), self._look(epoch, trusted=files)
        searched = plan.search or plan.since is None
        for window in windows:
            if plan.changes and not self._take_changes(source, epoch.id, window, plan, by_changes):
                plan = plan._replace(changes=False, search=True)
            if plan.search and not self._search(source, epoch.id, window, by_search) and not files:
                searched = False
                if plan.since not in {None, state.highestmodseq}:
                    self._take_changes(source, epoch.id, window, plan._replace(search=False), by_changes)
        self._facts.end_look(epoch.id, state.highestmodseq, by_search, searched=searched)

    def _take_changes(self, source: Source, epoch: int, window: Span, plan: Plan, look: Look) -> bool:
        """Write down what changed; whether the server told it. Without labels there is another way to ask."""
        try:
            changed = list(source.changed(*window, plan.since))
        except MailboxError:
            if source.has_labels:
                raise
            return False
        self._facts.relabel(epoch, changed)
        if not plan.search:
            said = {c.uid: telling(c.flags) for c in changed if c.flags is not None}
            held = self._facts.bearers(epoch, (min(said, default=1), max(said, default=0)))
            self._facts.flag(epoch, held, said, look)
        return True

    def _search(self, source: Source, epoch: int, window: Span, look: Look) -> bool:
        """Write down who bears which flag; whether that was told of all that every source knows.

        A flag is gone only from a message that is still there.

        Where one seems to be gone, all messages are listed first: that tells whether a search finds all that it should.
        """
        held = self._facts.bearers(epoch, window)
        borne = frozenset().union(*(bearer.flags for bearer in held.values()))
        found = source.flagged(*window, borne)
        lost = lose(held, found)
        if lost:
            source.uids(*EVERYTHING)
            found = source.flagged(*window, borne)
            lost = lose(held, found)
        there = lost.intersection(source.uids(min(lost), max(lost))) if lost else lost
        said = {
            uid: (held.get(uid, NO_BEARER).flags - found.told) | found.bearers.get(uid, frozenset())
            for uid in (found.bearers.keys() - lost) | there
        }
        self._facts.flag(epoch, held, said, look)
        return found.told.issuperset(SYSTEM)

    def _look(self, epoch: Epoch, *, trusted: bool) -> Look:
        """A look at flags that starts now.

        `trusted`: each pass tells whether any changed. A server that can't tell, or is not believed, has said nothing
        between two times when all were read; and what it says now is looked at once more.
        """
        complete = self._facts.last_complete_pass(self._account) if trusted else None
        since = max((moment for moment in (epoch.flags_read_at, complete) if moment is not None), default=None)
        return self._facts.look(self._account, since, self._clock(), again=not trusted)


def lose(held: Mapping[int, Bearer], found: Flagging) -> set[int]:
    """UIDs of messages that are held to bear a flag that they don't bear any more."""
    return {uid for uid, b in held.items() if not b.flags & found.told <= found.bearers.get(uid, frozenset())}
