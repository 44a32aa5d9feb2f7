"""`replywatch poll`: read what is new, once or again and again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of
from replywatch.cli.stopping import STOPPED, stopping
from replywatch.domain.instants import DAY, MINUTE
from replywatch.domain.periods import parse_duration
from replywatch.errors import MailboxError, PartialFailureError, ReplywatchError, SourceError, UsageError
from replywatch.render.poll import account_lines, pass_line

if TYPE_CHECKING:
    from replywatch.config.model import Config
    from replywatch.domain.results.polled import AccountOutcome

SHORTEST, LONGEST = MINUTE, 7 * DAY
"""Seconds between two passes; servers take logins that are more frequent for an attack."""


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch poll",
        "replywatch poll --quiet   # for cron: only problems are said",
        "replywatch poll --every 5m",
    ],
)
@click.option("--every", metavar="TIME", help="Go on until stopped, with a pass every 5m, 90min or 1h.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing unless something is wrong.")
@options.common
def poll(context: Context, every: str | None, quiet: bool) -> None:
    """Read what is new in all accounts.

    Connects to each enabled account, reads the headers of new messages, never changes anything there, and works out who
    answered whom. Whatever is interrupted goes on where it stopped the next time. A server that can't be reached or has
    too much to do is tried again a few times; a login that was refused is not.
    """
    if every is not None:
        _go_on(_Poller(context, quiet=quiet), _interval(every))
    with stopping(STOPPED):
        outcomes = _Poller(context, quiet=quiet).once()
    failed = [o for o in outcomes if o.error]
    if failed:
        raise _failure(failed, len(outcomes))


def _go_on(poller: _Poller, every: int) -> NoReturn:
    from replywatch.app.polling.watch import watch

    with stopping(0):  # the ordinary end of it
        watch(every, poller.again, poller.trouble, time.sleep, time.monotonic)


class _Poller:
    """Polls, and says on stderr what came of it."""

    def __init__(self, context: Context, *, quiet: bool) -> None:
        from replywatch.app.polling.patience import Patience

        self._context = context
        self._quiet = quiet
        self._patience = Patience()

    def once(self) -> Sequence[AccountOutcome]:
        """One pass, with a line for each account."""
        config = load(self._context)
        locale = locale_of(config)
        with Listener(quiet=self._quiet) as listener:
            outcomes = self._pass(config, listener)
            for outcome in outcomes:
                asked = isinstance(outcome.error, SourceError) and outcome.error.retry_after
                until = self._left_alone_until(config, outcome) if asked else None
                for line in account_lines(outcome, until, locale, quiet=self._quiet):
                    listener.line(line)
        return outcomes

    def again(self) -> None:
        """One pass of many: one line unless something is wrong. The config is read anew, as `report` does, too."""
        config = load(self._context)
        locale = locale_of(config)
        with Listener(quiet=self._quiet) as listener:
            outcomes = self._pass(config, listener)
            enabled = sum(account.enabled for account in config.accounts)
            if not self._quiet:
                listener.line(pass_line(outcomes, enabled - len(outcomes), _now(), locale))
            for outcome in outcomes:
                for line in account_lines(outcome, self._left_alone_until(config, outcome), locale, quiet=True):
                    listener.line(line)

    def trouble(self, error: ReplywatchError) -> None:
        """Say why a pass of many did not come to its end."""
        with Listener() as listener:
            listener.line(f"Not polled: {error.text}")
            listener.line(f"  {error.hint} The next pass tries again.")

    def _pass(self, config: Config, listener: Listener) -> Sequence[AccountOutcome]:
        from replywatch.app.polling.poll import poll as run_poll
        from replywatch.app.polling.sources import open_source

        return run_poll(config, open_source, _now, listener, self._patience)

    def _left_alone_until(self, config: Config, outcome: AccountOutcome) -> int | None:
        """The instant up to which an account is not to be polled; None if there is none."""
        rest = next(self._patience.rests(a) for a in config.accounts if a.name == outcome.account)
        return _now() + rest if rest else None


def _now() -> int:
    return int(time.time())


def _interval(text: str) -> int:
    """The seconds between passes that `text` means.

    Raises:
        UsageError: it is no duration, or too short or too long for this.
    """
    seconds = parse_duration(text)
    if not SHORTEST <= seconds <= LONGEST:
        raise UsageError(
            f"--every takes from 1m to 7d, not {text!r}", "Servers take more frequent logins for an attack."
        )
    return seconds


def _failure(failed: Sequence[AccountOutcome], polled: int) -> ReplywatchError:
    names = ", ".join(o.account for o in failed)
    if len(failed) < polled:
        return PartialFailureError(f"{len(failed)} of {polled} accounts could not be read: {names}")
    if any(isinstance(o.error, MailboxError) and o.mailboxes for o in failed):
        return PartialFailureError(f"not every mailbox could be read: {names}")
    return ReplywatchError(f"no account could be read: {names}")
