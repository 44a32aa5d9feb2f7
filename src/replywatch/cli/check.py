"""`replywatch check`: is everything set up right?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import AccountName, Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, show, write
from replywatch.errors import PartialFailureError, ReplywatchError

if TYPE_CHECKING:
    from replywatch.domain.results.finding import Finding


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch check",
        "replywatch check info --verbose",
        "replywatch check --format json | jq -r '.findings[] | .what'",
    ],
)
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT]…", type=AccountName())
@click.option("--verbose", "-v", is_flag=True, help="Show every line, also of what is fine.")
@options.format_option("text", "json")
@options.common
def check(context: Context, accounts: tuple[str, ...], verbose: bool, output_format: str) -> None:
    """Try the config and every account, and say what is missing.

    Connects to each enabled account, or to those that are named. What is doubtful or wrong comes first, each with what
    to do about it; of an account that is fine there is one line. Changes nothing, and keeps nothing of what it reads.
    """
    from replywatch.app.checking.check import check as run_check
    from replywatch.app.polling.sources import open_source
    from replywatch.render.check import check_json, check_lines

    config = load(context)
    locale = locale_of(config)
    found: list[Finding] = []
    with Listener() as listener:
        for finding in run_check(config, accounts, open_source, int(time.time()), listener):
            found.append(finding)
            listener.advance(1)
    if output_format == "json":
        write(check_json(found, locale))
    else:
        show(check_lines(found, locale, verbose=verbose), locale)
    _raise_errors(found)


def _raise_errors(found: Sequence[Finding]) -> None:
    """Raise if there are errors, with the exit code that says whether other accounts are fine."""
    wrong = list(dict.fromkeys(f.account for f in found if f.severity == "error"))
    if not wrong:
        return
    accounts = {f.account for f in found} - {""}
    if "" in wrong or accounts <= set(wrong):
        raise ReplywatchError(f"not all is well: {_named(wrong)}", "The lines marked error say what to do.")
    raise PartialFailureError(
        f"not all is well in {len(wrong)} of {len(accounts)} accounts: {_named(wrong)}",
        "The lines marked error say what to do.",
    )


def _named(accounts: Sequence[str]) -> str:
    return ", ".join(account or "set-up" for account in accounts)
