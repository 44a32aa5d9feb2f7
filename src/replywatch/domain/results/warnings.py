"""What a reader has to know before the figures of a report: found here, put into words by `render.warnings`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replywatch.domain.figures.coverage import AccountCoverage, Coverage, Hole
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.figures.measure import waited
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know

AHEAD = HOUR
"""Seconds by which a pass may seem to lie in the future without a word."""
MANY = 0.05
"""Share of unsure clocks that is worth a word."""
SENDERS_NAMED = 5
"""Unknown senders that a warning names."""
HOLES_NAMED = 5
"""Mailboxes that a warning names."""
CANT_SAY = frozenset(
    {
        *(Code.ACCOUNT_CHANGED, Code.NO_MAIL_READ, Code.NEVER_READ_COMPLETELY, Code.LAST_ATTEMPT_FAILED),
        *(Code.READ_LONG_AGO, Code.READ_IN_FUTURE, Code.MAILBOXES_UNOPENED),
    }
)
"""With these nobody can say that nobody waits: an account failed, or was read too long ago, or not all of it was."""


def changed_warnings(changed: Sequence[ChangedAccount]) -> Iterator[Warning]:
    """Do names of accounts stand for something else than what was read under them?"""
    for account in changed:
        yield Warning(Code.ACCOUNT_CHANGED, account.name, {"was": account.was.described, "now": account.now.described})


def age_warnings(
    accounts: Sequence[AccountCoverage], read_up_to: int, now: int, asked_for: int | None, *, ahead: int | None = None
) -> Iterator[Warning]:
    """Is what was read old, or from the future?

    Args:
        accounts: What was read of each.
        read_up_to: The moment of which the store speaks.
        now: The time by the clock of this machine.
        asked_for: The as_of that was asked for; with one, only what lies beyond `read_up_to` is worth a word.
        ahead: When the latest pass began, if that is still to come by the clock of this machine; it is read as `now`.
    """
    if asked_for is not None:
        if asked_for > read_up_to:
            yield Warning(Code.AS_OF_NOT_READ, values={"last_read_at": read_up_to})
        return
    polled = [(a, at) for a in accounts if (at := a.polled_at) is not None]
    if ahead is not None and ahead > now + AHEAD:
        yield Warning(Code.READ_IN_FUTURE, values={"last_read_at": ahead})
        return
    stale = [(a, at) for a, at in polled if a.is_stale(now)]
    if stale and len(stale) == len(polled):
        yield _stale_warning("", min(at for _, at in stale), now)
    else:
        yield from (_stale_warning(account.account, at, now) for account, at in stale)
    if polled and all(a.kind == "mbox" for a, _ in polled) and min(at for _, at in polled) - read_up_to >= DAY:
        yield Warning(Code.ARCHIVE_ENDS, values={"last_read_at": read_up_to})


def _stale_warning(account: str, last_read_at: int, now: int) -> Warning:
    values = {"last_read_at": last_read_at, "age_seconds": waited(last_read_at, now)}
    return Warning(Code.READ_LONG_AGO, account, values)


def clock_warnings(doubts: Doubts, answered: int) -> Iterator[Warning]:
    """Do many of the `answered` waits rest on a clock that nothing confirms? A few always do."""
    if doubts.unsure >= max(1, answered * MANY):
        values = {"unsure": doubts.unsure, "answered": answered, "reason": doubts.commonest}
        yield Warning(Code.UNSURE_CLOCKS, values=values)


def coverage_warnings(coverage: Coverage, as_of: int, *, open_before_sent: bool) -> Iterator[Warning]:
    """What was not read, and whose mail is not known.

    Args:
        coverage: What was read.
        as_of: The moment the report speaks of.
        open_before_sent: Mail of the period has no answer that arrived before Sent mail begins; the late start of Sent
            mail is only worth a word then.
    """
    if not coverage.accounts:
        yield Warning(Code.NO_MAIL_READ)
        return
    for account in coverage.accounts:
        yield from _account_warnings(account)
    if coverage.begins is not None and open_before_sent:
        yield Warning(Code.SENT_BEGINS_LATE, values={"begins_at": coverage.begins})
    if coverage.ends is not None and coverage.ends < as_of and not coverage.holes:
        yield Warning(Code.COVERAGE_ENDS_EARLY, values={"last_read_at": coverage.ends})
    if coverage.senders_not_ours:
        yield _senders_warning(coverage.senders_not_ours)


def absent_warnings(absent: AbsentMail) -> Iterator[Warning]:
    """Were answers written in mailboxes that are not read, or mail deleted that was answered?"""
    if absent.unseen_matter:
        mailboxes = [mailbox._asdict() for mailbox in absent.likely]
        values = {"conversations": absent.answers_unseen, "mailboxes": mailboxes, "more": absent.more}
        yield Warning(Code.ANSWERS_UNSEEN, values=values)
    if absent.missing_matter:
        yield Warning(Code.ANSWERS_TO_MISSING, values={"count": absent.answers_to_missing})


def ledger_warnings(ledger: Ledger) -> Iterator[Warning]:
    """Were messages lost between reading and counting?"""
    if not ledger.closes:
        yield Warning(Code.LEDGER_OPEN)


def _account_warnings(account: AccountCoverage) -> Iterator[Warning]:
    name = account.account
    if account.last_complete is None:
        yield Warning(Code.NEVER_READ_COMPLETELY, name, {"error": account.last_error})
        return
    if account.last_error:
        values = {"last_complete_at": account.last_complete, "error": account.last_error}
        yield Warning(Code.LAST_ATTEMPT_FAILED, name, values)
    if account.unread:
        yield Warning(Code.MESSAGES_UNREAD, name, {"count": account.unread})
    if account.holes:
        if account.stale_after is not None:
            yield _holes_warning(name, account.holes)
        return
    if account.covered_from is not None:
        return
    if account.has_sent:
        yield Warning(Code.SENT_EMPTY, name)
    elif account.kind == "imap":
        yield Warning(Code.NO_SENT_MAILBOX, name)
    else:
        yield Warning(Code.NO_MAIL_OF_OURS, name, {"kind": account.kind})


def _holes_warning(account: str, holes: Sequence[Hole]) -> Warning:
    """The first of `holes` by name, and how many more there are."""
    named = [{"mailbox": hole.mailbox, "last_read_at": hole.read_to} for hole in holes[:HOLES_NAMED]]
    return Warning(Code.MAILBOXES_UNOPENED, account, {"unopened": named, "more": len(holes) - len(named)})


def _senders_warning(senders: Sequence[tuple[str, int]]) -> Warning:
    """The most frequent of `senders`, (address, messages), and how many more there are."""
    ranked = sorted(senders, key=lambda sender: (-sender[1], sender[0]))
    named = [{"address": address, "count": count} for address, count in ranked[:SENDERS_NAMED]]
    return Warning(Code.SENDERS_NOT_OURS, values={"senders": named, "more": len(ranked) - len(named)})
