"""What was read, and since when: what was not read can't be called unanswered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from replywatch.config_lines import quoted
from replywatch.domain.instants import local

_SENDERS_NAMED = 5


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
    covered_to: int | None
    """Start of the last complete pass."""
    last_complete: int | None
    """Start of the last complete pass."""
    last_attempt: int | None
    last_error: str | None
    """Why the last attempt failed; None if it did not."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read of all accounts together."""

    accounts: tuple[AccountCoverage, ...]
    senders_not_ours: tuple[tuple[str, int], ...] = ()
    """(address, messages) of senders found in Sent mailboxes that `[team]` does not know."""
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Merge the accounts' intervals."""
        merged = _merged(
            (account.covered_from, account.covered_to)
            for account in self.accounts
            if account.covered_from is not None and account.covered_to is not None
        )
        object.__setattr__(self, "_starts", tuple(start for start, _ in merged))
        object.__setattr__(self, "_ends", tuple(end for _, end in merged))

    def gap(self, start: int, end: int) -> int | None:
        """The first instant of [start, end] that no account covers; None if all of it is covered."""
        if start > end:
            return None
        at = bisect_right(self._starts, start) - 1
        if at < 0 or self._ends[at] < start:
            return start
        return None if self._ends[at] >= end else self._ends[at] + 1

    def warnings(self, as_of: int, *, since: int | None = None, zone: tzinfo = UTC) -> tuple[str, ...]:
        """What a reader has to know before the figures, as plain sentences; empty if nothing is wrong.

        Args:
            as_of: The moment the report speaks of.
            since: Start of the period; the late start of Sent mail is only worth a word if it lies after this.
            zone: The zone for dates.
        """
        if not self.accounts:
            return ("No mail has been read yet: run `replywatch poll` first.",)
        found = [sentence for account in self.accounts for sentence in _account_warnings(account, zone)]
        if self._starts and since is not None and self._starts[0] > since:
            found.append(
                f"Sent mail starts only on {_day(self._starts[0], zone)}: mail from before that has no answer here "
                "is counted as unknown."
            )
        if self._ends and self._ends[-1] < as_of:
            found.append(f"Mail was read only up to {_day(self._ends[-1], zone)}: later replies are not seen.")
        if self.senders_not_ours:
            found.append(_senders_warning(self.senders_not_ours))
        return tuple(found)


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


def _account_warnings(account: AccountCoverage, zone: tzinfo) -> Iterator[str]:
    """What is wrong with one account."""
    name = account.account
    failed = f"the last attempt failed: {account.last_error}" if account.last_error else ""
    if account.last_complete is None:
        yield f"Account {name} has never been read completely" + (f"; {failed}" if failed else ".")
        return
    if failed:
        yield f"Account {name} was last read completely on {_day(account.last_complete, zone)}; {failed}"
    if account.covered_from is not None:
        return
    if account.has_sent:
        yield f"The Sent mailbox of account {name} is empty: replies written elsewhere are not seen."
    elif account.kind == "imap":
        yield (
            f"No Sent mailbox found in account {name}: its replies are not seen. Name it in the config, "
            f'under [accounts.{name}]: mailboxes = {{ sent = ["…"] }}'
        )
    else:
        yield f"Account {name} ({account.kind}) holds no mail written by the team: its replies are not seen."


def _senders_warning(senders: tuple[tuple[str, int], ...]) -> str:
    """Senders found in Sent that the team does not know, the most frequent first."""
    ranked = sorted(senders, key=lambda sender: (-sender[1], sender[0]))
    named = ", ".join(f"{address} ({count})" for address, count in ranked[:_SENDERS_NAMED])
    wanted = ", ".join(quoted(address) for address, _ in ranked[:_SENDERS_NAMED])
    more = f" and {len(ranked) - _SENDERS_NAMED} more" if len(ranked) > _SENDERS_NAMED else ""
    return (
        f"Senders found in Sent mail that are not in [team], with their messages: {named}{more}. Their mail counts "
        f"as nobody's reply. If they are yours, add them in the config, under [team]: addresses = […, {wanted}]"
    )


def _day(instant: int, zone: tzinfo) -> str:
    """The day of `instant` in `zone`, ISO form."""
    return local(instant, zone).date().isoformat()
