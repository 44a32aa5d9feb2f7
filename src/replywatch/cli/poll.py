"""`replywatch poll`: read what is new, once or again and again."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from replywatch.cli import options
from replywatch.cli.logs import LEVELS, logging_to
from replywatch.cli.options import AccountName, Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write
from replywatch.cli.stopping import STOPPED, stopping
from replywatch.domain.instants import DAY, MINUTE
from replywatch.domain.periods import parse_duration
from replywatch.domain.results.polled import Trouble
from replywatch.errors import (
    ChangedAccountError,
    ConfigError,
    MailboxError,
    PartialFailureError,
    ReplywatchError,
    UsageError,
)
from replywatch.render.poll import account_lines, pass_line, summary
from replywatch.render.poll_json import poll_value
from replywatch.render.poll_log import account_log, harmless, notice_log

if TYPE_CHECKING:
    from replywatch.config.model import Config
    from replywatch.domain.results.notice import Notice
    from replywatch.domain.results.polled import AccountOutcome
    from replywatch.render.locale import Locale

SHORTEST, LONGEST = MINUTE, 7 * DAY
"""Seconds between two passes; servers take logins that are more frequent for an attack."""
_EVERY_TIME = ("trying_again",)
"""Codes of what a trouble that lasts would let every pass of many say."""
_ONCE = ("store_open_to_others",)
"""Codes of what the first pass of many says for all of them."""


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch poll",
        "replywatch poll --quiet   # for cron: says when something begins to be wrong",
        "replywatch poll --every 5m --log ~/replywatch.log",
        "replywatch poll info --now   # the password is mended",
    ],
)
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT]…", type=AccountName())
@click.option("--every", metavar="TIME", help="Go on until stopped, with a pass every 5m, 90min or 1h.")
@click.option("--now", is_flag=True, help="Also try what is left alone after a refusal.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong: when it begins, changes, ends, and daily.")
@options.format_option("text", "json")
@click.option(
    "--log",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write down there what happens; it names no contact and no subject.",
)
@click.option(
    "--log-level",
    metavar="LEVEL",
    type=click.Choice(LEVELS),
    default="info",
    help="The least that is written there: debug, info (unless said otherwise), warning or error.",
)
@options.common
def poll(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    accounts: tuple[str, ...],
    every: str | None,
    now: bool,
    quiet: bool,
    output_format: str,
    log: Path | None,
    log_level: str,
) -> None:
    """Read what is new in all accounts, or in those that are named.

    Connects to each enabled account, reads the headers of new messages, never changes anything there, and works out who
    answered whom. Whatever is interrupted goes on where it stopped the next time. A server that can't be reached or has
    too much to do is tried again a few times; a login that was refused is not, and later polls leave its account alone
    for an hour, too.

    What became of each account is said on stderr; as JSON it is data, and goes to stdout: one object, with --every one
    in each line.
    """
    interval = None if every is None else _interval(every)
    with logging_to(log, log_level) as logger:
        poller = _Poller(context, _Wishes(accounts, now, quiet, output_format), logger)
        if interval is not None:
            _go_on(poller, interval)
        with stopping(STOPPED):
            outcomes = poller.once()
        _end(outcomes, quiet=quiet)


def _go_on(poller: _Poller, every: int) -> NoReturn:
    from replywatch.app.polling.watch import watch

    with stopping(0):  # the ordinary end of it
        watch(every, poller.again, poller.trouble, time.sleep, time.monotonic)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What was asked for on the command line."""

    accounts: tuple[str, ...]
    now: bool
    quiet: bool
    output_format: str


class _Poller:
    """Polls, and says what came of it: for people on stderr, for programs on stdout, for later in a log."""

    def __init__(self, context: Context, wishes: _Wishes, logger: logging.Logger) -> None:
        self._context = context
        self._wishes = wishes
        self._logger = logger
        self._insists = wishes.now
        self._trouble = ""
        self._failing = self._goes_on = False

    def once(self) -> Sequence[AccountOutcome]:
        """One pass, with a line for each account."""
        config = load(self._context)
        quiet = self._wishes.quiet
        with Listener(quiet=quiet, overhears=self._log_notice) as listener:
            outcomes, value = self._pass(config, listener)
            if self._wishes.output_format == "json":
                write(json.dumps(value, indent=2) + "\n")
            else:
                _say(outcomes, listener, locale_of(config), quiet=quiet)
        return outcomes

    def again(self) -> None:
        """One pass of many: one line and what is news. The config is read anew, as `report` does, too."""
        config = load(self._context)
        locale = locale_of(config)
        unsaid = _EVERY_TIME * self._failing + _ONCE * self._goes_on
        with Listener(quiet=self._wishes.quiet, unsaid=unsaid, overhears=self._log_notice) as listener:
            outcomes, value = self._pass(config, listener)
            if self._wishes.output_format == "json":
                write(json.dumps(value) + "\n")
                sys.stdout.flush()
                return
            if not self._wishes.quiet:
                listener.line(pass_line(outcomes, _now(), locale))
            _say(outcomes, listener, locale, quiet=True)

    def trouble(self, error: ReplywatchError) -> None:
        """Say why a pass of many did not come to its end; once, as long as the next ones end in the same way."""
        self._logger.warning("not polled: %s", harmless(error.text))
        if error.text == self._trouble:
            return
        self._trouble = error.text
        with Listener() as listener:
            listener.line(f"Not polled: {error.text}")
            listener.line(f"  {error.hint} The next pass tries again.")

    def _pass(self, config: Config, listener: Listener) -> tuple[Sequence[AccountOutcome], dict[str, object]]:
        """What came of one pass, for people and for programs."""
        from replywatch.app.polling.patience import Patience
        from replywatch.app.polling.poll import Choice
        from replywatch.app.polling.poll import poll as run_poll
        from replywatch.app.polling.sources import open_source

        choice = Choice(self._wishes.accounts, insists=self._insists)
        began = _now()
        self._logger.debug("a pass begins")
        outcomes = run_poll(config, open_source, _now, listener, Patience(), choice=choice)
        self._goes_on = True
        self._insists, self._trouble = False, ""  # later passes of `--every` leave alone what was refused
        self._failing = any(outcome.error for outcome in outcomes)
        for outcome in outcomes:
            for line in account_log(outcome):
                self._logger.log(*line)
        self._logger.info(summary(outcomes))
        return outcomes, poll_value(outcomes, began, _now())

    def _log_notice(self, notice: Notice) -> None:
        self._logger.log(*notice_log(notice))


def _say(outcomes: Sequence[AccountOutcome], listener: Listener, locale: Locale, *, quiet: bool) -> None:
    for outcome in outcomes:
        for line in account_lines(outcome, locale, quiet=quiet):
            listener.line(line)


def _end(outcomes: Sequence[AccountOutcome], *, quiet: bool) -> None:
    """Raise if an account was not read; where little is to be said and nothing is news, with the exit code alone."""
    failed = [o for o in outcomes if o.error]
    if not failed:
        return
    failure = _failure(failed, len(outcomes))
    if quiet and not any(Trouble.FAILED in outcome.news for outcome in failed):
        raise click.exceptions.Exit(failure.exit_code)
    raise failure


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
    if any(isinstance(o.error, ChangedAccountError) for o in failed):
        return ConfigError(f"no account could be read: {names}")
    return ReplywatchError(f"no account could be read: {names}")
