"""What a reader has to know before the figures of a report: found here, put into words by `render.warnings`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.figures.measure import waited
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know

OLD_AFTER = 2 * DAY
"""Age in seconds of the last complete pass from which a report warns of it."""
AHEAD = HOUR
"""Seconds by which a pass may seem to lie in the future without a word."""
MANY = 0.05
"""Share of unsure clocks that is worth a word."""
SENDERS_NAMED = 5
"""Unknown senders that a warning names."""


def age_warnings(last_read_at: int, now: int, asked_for: int | None) -> Iterator[Warning]:
    """Is what was read old, or from the future? At most one warning.

    Args:
        last_read_at: Up to when the mail was read.
        now: The time by the clock of this machine.
        asked_for: The as_of that was asked for; with one, only what lies beyond `last_read_at` is worth a word.
    """
    if asked_for is not None:
        if asked_for > last_read_at:
            yield Warning(Code.AS_OF_NOT_READ, values={"last_read_at": last_read_at})
    elif last_read_at > now + AHEAD:
        yield Warning(Code.READ_IN_FUTURE, values={"last_read_at": last_read_at})
    elif now - last_read_at >= OLD_AFTER:
        values = {"last_read_at": last_read_at, "age_seconds": waited(last_read_at, now)}
        yield Warning(Code.READ_LONG_AGO, values=values)


def clock_warnings(doubts: Doubts, answered: int) -> Iterator[Warning]:
    """Do many of the `answered` waits rest on a clock that nothing confirms? A few always do."""
    if doubts.unsure >= max(1, answered * MANY):
        values = {"unsure": doubts.unsure, "answered": answered, "reason": doubts.commonest}
        yield Warning(Code.UNSURE_CLOCKS, values=values)


def coverage_warnings(coverage: Coverage, as_of: int, since: int | None) -> Iterator[Warning]:
    """What was not read, and whose mail is not known.

    Args:
        coverage: What was read.
        as_of: The moment the report speaks of.
        since: Start of the period; the late start of Sent mail is only worth a word if it lies after this.
    """
    if not coverage.accounts:
        yield Warning(Code.NO_MAIL_READ)
        return
    for account in coverage.accounts:
        yield from _account_warnings(account)
    if coverage.begins is not None and since is not None and coverage.begins > since:
        yield Warning(Code.SENT_BEGINS_LATE, values={"begins_at": coverage.begins})
    if coverage.ends is not None and coverage.ends < as_of:
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
    if account.covered_from is not None:
        return
    if account.has_sent:
        yield Warning(Code.SENT_EMPTY, name)
    elif account.kind == "imap":
        yield Warning(Code.NO_SENT_MAILBOX, name)
    else:
        yield Warning(Code.NO_MAIL_OF_OURS, name, {"kind": account.kind})


def _senders_warning(senders: Sequence[tuple[str, int]]) -> Warning:
    """The most frequent of `senders`, (address, messages), and how many more there are."""
    ranked = sorted(senders, key=lambda sender: (-sender[1], sender[0]))
    named = [{"address": address, "count": count} for address, count in ranked[:SENDERS_NAMED]]
    return Warning(Code.SENDERS_NOT_OURS, values={"senders": named, "more": len(ranked) - len(named)})
