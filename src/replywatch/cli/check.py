"""`replywatch check`: is everything set up right?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import AccountName, Context, ExampleCommand, load
from replywatch.cli.output import locale_of, write, write_lines
from replywatch.errors import PartialFailureError, ReplywatchError

if TYPE_CHECKING:
    from replywatch.domain.results.finding import Finding


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch check",
        "replywatch check info",
        "replywatch check --format json | jq -r '.findings[] | select(.level != \"ok\") | .what'",
    ],
)
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT]…", type=AccountName())
@options.format_option("text", "json")
@options.common
def check(context: Context, accounts: tuple[str, ...], output_format: str) -> None:
    """Try the config and every account, and say what is missing.

    Connects to each enabled account, or to those that are named, and says line by line what is fine, what is doubtful
    and what is wrong, with what to do about it. Changes nothing, and keeps nothing of what it reads.
    """
    from replywatch.app.checking.check import check as run_check
    from replywatch.app.polling.sources import open_source
    from replywatch.render.check import check_json, check_lines

    config = load(context)
    locale = locale_of(config)
    found: list[Finding] = []

    def noted() -> Iterator[Finding]:
        for finding in run_check(config, accounts, open_source, int(time.time())):
            found.append(finding)
            yield finding

    if output_format == "json":
        write(check_json(noted(), locale))
    else:
        write_lines(check_lines(noted(), locale))
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
