"""What a poll says: a line for each account, or for each of many passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from replywatch.config_lines import mailboxes_line
from replywatch.domain.messages import Role
from replywatch.render.locale import Locale
from replywatch.render.text import counted, local_time

if TYPE_CHECKING:
    from replywatch.domain.results.polled import AccountOutcome, Braked


def account_lines(
    outcome: AccountOutcome, left_alone_until: int | None, locale: Locale, *, quiet: bool
) -> Iterator[str]:
    """What became of an account; with `quiet` only what is wrong.

    `left_alone_until` is the instant up to which it is not to be polled; None if there is none.
    """
    name = outcome.account
    if outcome.error:
        yield f"{name}: failed: {outcome.error.text}"
        if outcome.error.hint:
            yield f"  {outcome.error.hint}"
        if left_alone_until is not None:
            yield f"  It should be left alone until {local_time(left_alone_until, locale.zone)}."
    elif not quiet:
        yield f"{name}: {counted(outcome.messages, 'new message')}, {counted(outcome.mailboxes, 'mailbox', 'es')}"
    if outcome.unread:
        yield f"{name}: {counted(outcome.unread, 'message')} could not be read; every poll tries again"
    for hold in outcome.holds:
        if hold.begins or not quiet:
            yield from _hold_lines(name, hold)
    if outcome.lacks_sent and not outcome.error:
        yield f"{name}: no Sent mailbox found, so replies sent from there are not seen"
        line = mailboxes_line([("…", Role.SENT)])
        yield f"  `replywatch check` looks for it. Name it under [accounts.{name}]: {line}"


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


def pass_line(outcomes: Sequence[AccountOutcome], left_alone: int, now: int, locale: Locale) -> str:
    """A pass that ends `now`, in one line; `left_alone` is the number of accounts that were not to be polled."""
    failed = sum(1 for o in outcomes if o.error)
    parts = [
        counted(sum(o.messages for o in outcomes), "new message"),
        f"{counted(len(outcomes) - failed, 'account')} read",
        f"{failed} failed" if failed else "",
        f"{left_alone} left alone" if left_alone else "",
    ]
    return f"{local_time(now, locale.zone)}: {', '.join(filter(None, parts))}"
