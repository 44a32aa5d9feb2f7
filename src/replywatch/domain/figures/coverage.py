"""What was read, and since when: what was not read can't be called unanswered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_NEVER, _FOR_EVER = -(1 << 62), 1 << 62
"""Earlier and later than any instant."""


class Hole(NamedTuple):
    """A mailbox that is listed and can't be opened, where answers or mail may lie that figures would need."""

    mailbox: str
    read_to: int | None
    """Up to then its mail was seen; None: it was never read to its end."""


@dataclass(frozen=True, slots=True)
class AccountCoverage:
    """What was read of one account. Instants; None = there is none."""

    account: str
    kind: str
    """`imap`, `maildir` or `mbox`."""
    watched: bool
    has_sent: bool
    """A mailbox with the role sent was found."""
    covered_from: int | None
    """Oldest message of the Sent mailbox, or oldest outbound message of an archive that holds both directions;
    None: replies written here are not seen."""
    last_complete: int | None
    """Start of the last complete pass; what is covered ends there, or where a hole begins."""
    last_attempt: int | None
    last_error: str | None
    """Why the last attempt failed; None if it did not."""
    stale_after: int | None = None
    """Seconds after its last complete pass from which on it was read too long ago; None: it is polled no more."""
    unread: int = 0
    """Messages that are there and could not be read so far: nobody knows whether somebody waits."""
    holes: tuple[Hole, ...] = ()

    @property
    def covered_to(self) -> int | None:
        """The last instant at which replies written here are seen; None: there is none."""
        if self.last_complete is None or any(hole.read_to is None for hole in self.holes):
            return None
        return min([self.last_complete, *(hole.read_to for hole in self.holes if hole.read_to is not None)])

    @property
    def polled_at(self) -> int | None:
        """Start of the last complete pass, if it is one that is polled still."""
        return None if self.stale_after is None else self.last_complete

    def is_stale(self, now: int) -> bool:
        """Whether its last complete pass is too old at `now`; not if there was none."""
        return (
            self.last_complete is not None
            and self.stale_after is not None
            and now - self.last_complete >= self.stale_after
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read of all accounts together.

    Covered is what any of them covers, up to the first hole in one that is polled: there it is known that mail lies
    which nobody reads, whatever the others saw.
    """

    accounts: tuple[AccountCoverage, ...]
    senders_not_ours: tuple[tuple[str, int], ...] = ()
    """(address, messages) of senders found in Sent mailboxes that `[team]` does not know."""
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Merge the accounts' intervals."""
        whole_to = min((_NEVER if h.read_to is None else h.read_to for h in self.holes), default=_FOR_EVER)
        merged = _merged(
            (account.covered_from, min(account.covered_to, whole_to))
            for account in self.accounts
            if account.covered_from is not None and account.covered_to is not None
        )
        object.__setattr__(self, "_starts", tuple(start for start, _ in merged))
        object.__setattr__(self, "_ends", tuple(end for _, end in merged))

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Those of all accounts that are polled."""
        return tuple(h for account in self.accounts if account.stale_after is not None for h in account.holes)

    @property
    def begins(self) -> int | None:
        """The first instant that is covered; None if none is."""
        return self._starts[0] if self._starts else None

    @property
    def ends(self) -> int | None:
        """The last instant that is covered; None if none is."""
        return self._ends[-1] if self._ends else None

    def gap(self, start: int, end: int) -> int | None:
        """The first instant of [start, end] that no account covers; None if all of it is covered."""
        if start > end:
            return None
        at = bisect_right(self._starts, start) - 1
        if at < 0 or self._ends[at] < start:
            return start
        return None if self._ends[at] >= end else self._ends[at] + 1


def _merged(intervals: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of closed intervals of whole seconds, ascending and apart by at least one second."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if start > end:
            continue
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
