"""`replywatch waiting`: who waits for an answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import as_typed
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, show, write
from replywatch.errors import BreachError, CantSayError

if TYPE_CHECKING:
    from replywatch.domain.results.waiting import WaitingList


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch waiting",
        "replywatch waiting --turns",
        "replywatch waiting --older-than 4h --fail   # for cron: 4, or 6: can't say",
    ],
)
@click.option("--older-than", metavar="TIME", help="Only those who wait at least so long, such as 90m, 4h or 2d.")
@click.option("--since", metavar="TIME", help="Only mail that arrived from then on; the report's period by default.")
@click.option("--turns/--no-turns", default=None, help="List later turns, too, which often need no answer.")
@click.option("--all", "everybody", is_flag=True, help="Also those who count as never answered by now.")
@click.option(
    "--fail", is_flag=True, help="End with exit code 4 if anybody waits, later turns too, and 6 if it can't be said."
)
@options.format_option("table", "json")
@options.common
def waiting(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    older_than: str | None,
    since: str | None,
    turns: bool | None,
    everybody: bool,
    fail: bool,
    output_format: str,
) -> None:
    """List who is waiting for an answer.

    Who waits is what the last poll knows; how long they wait runs on to now. Enquiries come first, the longest wait on
    top, then those of whom it can't be said because not all mail was read. Later turns are only counted, unless asked
    for, or where --fail is to wake somebody.
    """
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.app.reporting.waiting import WaitingQuery
    from replywatch.app.reporting.waiting import waiting as find_waiting
    from replywatch.domain.periods import parse_duration
    from replywatch.render.waiting import waiting_json, waiting_text

    config = load(context)
    least = parse_duration(older_than) if older_than else 0
    with_turns = fail if turns is None else turns
    query = WaitingQuery(since, least, never=everybody, alarm=fail)
    with Listener() as listener:
        found = find_waiting(config, query, int(time.time()), listener)
    if output_format == "json":
        write(waiting_json(found, everybody=everybody))
    else:
        locale = locale_of(config)
        asked = as_typed(ReportQuery(since=since))
        text = waiting_text(found, locale, turns=with_turns, older_than=older_than or "", asked=asked)
        show(text.splitlines(), locale)
    if fail:
        _raise_alarm(found, older_than, turns=with_turns)


def _raise_alarm(found: WaitingList, older_than: str | None, *, turns: bool) -> None:
    """Raise if somebody waits, or nobody can say that nobody does."""
    from replywatch.domain.results.waiting import Verdict

    longer = f" for {older_than} or longer" if older_than else ""
    match found.verdict(turns=turns):
        case Verdict.BREACH:
            count = sum(turns or row.exchange.ordinal == 1 for row in found.rows)
            raise BreachError(f"{count} {'waits' if count == 1 else 'wait'} for an answer{longer}")
        case Verdict.CANT_SAY:
            count = sum(turns or row.exchange.ordinal == 1 for row in found.may_wait)
            who = f"{count} may wait{longer}" if count else f"nobody is known to wait{longer}, but somebody may"
            raise CantSayError(f"can't say: {who}", "What is above says what was not read; `replywatch check` helps.")
