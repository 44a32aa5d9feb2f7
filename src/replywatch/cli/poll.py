"""`replywatch poll`: read what is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener
from replywatch.errors import PartialFailureError, ReplywatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replywatch.app.missing import Hold
    from replywatch.app.poll import AccountOutcome


@click.command(
    cls=ExampleCommand,
    examples=["replywatch poll", "replywatch poll --quiet   # for cron: only problems are said"],
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing unless something is wrong.")
@options.common
def poll(context: Context, quiet: bool) -> None:
    """Read what is new in all accounts.

    Connects to each enabled account, reads the headers of new messages, never changes anything there, and works out who
    answered whom. Whatever is interrupted goes on where it stopped the next time.
    """
    from replywatch.app.poll import poll as run_poll  # noqa: PLC0415 - imported when it is called
    from replywatch.app.sources import open_source  # noqa: PLC0415 - the same

    config = load(context)
    with Listener(quiet=quiet) as listener:
        outcomes = run_poll(config, open_source, lambda: int(time.time()), listener)
        for outcome in outcomes:
            for line in _lines(outcome, quiet=quiet):
                listener.say(line)
    failed = [o for o in outcomes if o.error]
    if failed:
        raise _failure(failed, len(outcomes))


def _lines(outcome: AccountOutcome, *, quiet: bool) -> Iterator[str]:
    name = outcome.account
    if outcome.error:
        yield f"{name}: failed: {outcome.error.text}"
        if outcome.error.hint:
            yield f"  {outcome.error.hint}"
        return
    if not quiet:
        yield f"{name}: {_counted(outcome.messages, 'new message')}, {_counted(outcome.mailboxes, 'mailbox', 'es')}"
    if outcome.unread:
        yield f"{name}: {_counted(outcome.unread, 'message')} could not be read; every poll tries again"
    for hold in outcome.holds:
        if hold.begins or not quiet:
            yield from _hold_lines(name, hold)
    if outcome.lacks_sent:
        yield f"{name}: no Sent mailbox found, so replies sent from there are not seen"
        yield f'  `replywatch check` looks for it. Name it under [accounts.{name}]: mailboxes = {{ sent = ["…"] }}'


def _hold_lines(account: str, hold: Hold) -> Iterator[str]:
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


def _counted(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else plural}"


def _failure(failed: Sequence[AccountOutcome], polled: int) -> ReplywatchError:
    names = ", ".join(o.account for o in failed)
    if len(failed) < polled:
        return PartialFailureError(f"{len(failed)} of {polled} accounts could not be read: {names}")
    return ReplywatchError(f"no account could be read: {names}")
