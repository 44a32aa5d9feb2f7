"""What a poll says: a line for each account, or for each of many passes."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from replywatch.config_lines import mailboxes_line
from replywatch.domain.messages import Role
from replywatch.domain.results.polled import AccountOutcome, Braked, Status, Trouble, UnopenedMailbox
from replywatch.render.locale import Locale
from replywatch.render.text import counted, local_time, mailbox_name
from replywatch.render.unread_files import files_hint, files_text

UNOPENED_NAMED = 10
"""Mailboxes that can't be opened and are named one by one, at most, of each sort."""


def account_lines(outcome: AccountOutcome, locale: Locale, *, quiet: bool) -> Iterator[str]:
    """What became of an account; with `quiet` only what is news and not that all is well, but for one well again."""
    name = outcome.account
    if outcome.error and (Trouble.FAILED in outcome.news or not quiet):
        yield from _failure_lines(outcome, locale)
    elif outcome.well_again:
        yield f"{name}: well again after failing since {_since(outcome, locale)}: {_read(outcome)}"
    elif not outcome.error and not quiet:
        yield f"{name}: {_read(outcome)}"
    yield from _unread_lines(outcome, quiet=quiet)
    if outcome.unopened and (Trouble.UNOPENED in outcome.news or not quiet):
        yield from _unopened_lines(name, outcome.unopened)
    for hold in outcome.holds:
        if hold.begins or not quiet:
            yield from _hold_lines(name, hold)
    if outcome.lacks_sent and not outcome.error and (Trouble.LACKS_SENT in outcome.news or not quiet):
        yield f"{name}: no Sent mailbox found, so replies sent from there are not seen"
        line = mailboxes_line([("…", Role.SENT)])
        yield f"  `replywatch check` looks for it. Name it under [accounts.{name}]: {line}"


def _read(outcome: AccountOutcome) -> str:
    return f"{counted(outcome.messages, 'new message')}, {counted(outcome.mailboxes, 'mailbox', 'es')}"


def _since(outcome: AccountOutcome, locale: Locale) -> str:
    assert outcome.failing_since is not None, "only of accounts that failed before"  # noqa: S101 - says why it can't be
    return local_time(outcome.failing_since, locale.zone)


def _failure_lines(outcome: AccountOutcome, locale: Locale) -> Iterator[str]:
    """Why an account was not read, what to do about it, and how long it is left alone."""
    error, until = outcome.error, outcome.left_alone_until
    assert error is not None, "only of accounts that failed"  # noqa: S101 - says why it can't be
    since = f" since {_since(outcome, locale)}" if outcome.failed_before else ""
    rest = "" if until is None else f"left alone until {local_time(until, locale.zone)}"
    yield f"{outcome.account}: {rest if outcome.left_alone else f'failed{since}'}: {error.text}"
    if error.hint:
        yield f"  {error.hint}"
    if rest:
        again = f"To try it before: replywatch poll {shlex.quote(outcome.account)} --now"
        yield f"  {again}" if outcome.left_alone else f"  It is {rest}. {again}"


def _unread_lines(outcome: AccountOutcome, *, quiet: bool) -> Iterator[str]:
    """What of its mail is there and could not be read; files are named, the messages among them."""
    if outcome.unread_files:
        if Trouble.UNREAD_FILES in outcome.news or not quiet:
            yield f"{outcome.account}: {files_text(outcome.unread_files)}"
            yield f"  {files_hint(outcome.unread_files)}"
    elif outcome.unread and (Trouble.UNREAD in outcome.news or not quiet):
        yield f"{outcome.account}: {counted(outcome.unread, 'message')} could not be read; every poll tries again"


def _hold_lines(account: str, hold: Braked) -> Iterator[str]:
    """What is held as there; said in full when it begins, for it may stay so for long."""
    if hold.capped:
        shown = hold.known - hold.missing
        yield f"{account}: {hold.mailbox} shows exactly {shown:,} messages; {hold.missing:,} more are known"
        if hold.begins:
            yield "  Some providers show no more than so many. The hidden ones count as there."
        return
    yield f"{account}: {hold.missing:,} of {hold.known:,} messages of {hold.mailbox} are missing all at once"
    if hold.begins:
        yield "  They count as there until they have been missing for a day. Look at it, if nobody deleted them."


def _unopened_lines(account: str, unopened: Sequence[UnopenedMailbox]) -> Iterator[str]:
    """Which mailboxes can't be opened, why, what that means, and how to leave them out; those that matter first."""
    for matters, meaning in (
        (True, "Who has no answer counts as unknown, since it may lie there. If neither answers nor enquiries do"),
        (False, "All else is read. To have it said no more"),
    ):
        found = [mailbox for mailbox in unopened if mailbox.is_hole is matters]
        for mailbox in found[:UNOPENED_NAMED]:
            why = mailbox.why or f"{mailbox_name(mailbox.mailbox)} can't be opened"
            yield f"{account}: {why}"
        if len(found) > UNOPENED_NAMED:
            yield f"{account}: {counted(len(found) - UNOPENED_NAMED, 'more mailbox', 'es')} can't be opened"
        if found:
            line = mailboxes_line([(mailbox.mailbox, Role.SKIP) for mailbox in found[:UNOPENED_NAMED]])
            yield f"  {meaning}, leave it out in the config, under [accounts.{account}]: {line}"


def pass_line(outcomes: Sequence[AccountOutcome], now: int, locale: Locale) -> str:
    """A pass that ends `now`, in one line."""
    return f"{local_time(now, locale.zone)}: {summary(outcomes)}"


def summary(outcomes: Sequence[AccountOutcome]) -> str:
    """What came of all accounts, in numbers."""
    count = Counter(outcome.status for outcome in outcomes)
    parts = [
        counted(sum(o.messages for o in outcomes), "new message"),
        f"{counted(count[Status.OK], 'account')} read",
        f"{count[Status.FAILED]} failed" if count[Status.FAILED] else "",
        f"{count[Status.LEFT_ALONE]} left alone" if count[Status.LEFT_ALONE] else "",
    ]
    return ", ".join(filter(None, parts))
