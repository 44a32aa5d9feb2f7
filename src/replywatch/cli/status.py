"""`replywatch status`: how the store stands."""

from __future__ import annotations

import time

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import locale_of, show, write
from replywatch.errors import CantSayError


@click.command(
    cls=ExampleCommand,
    examples=["replywatch status", "replywatch status --fail > /dev/null   # a health check: 6 if stale"],
)
@click.option("--fail", is_flag=True, help="End with exit code 6 if an account failed, or was read too long ago.")
@options.format_option("table", "json")
@options.common
def status(context: Context, fail: bool, output_format: str) -> None:
    """Say how the store stands: accounts, when they were read, what is missing. Asks no server."""
    from replywatch.app.reporting.status import status as find_status
    from replywatch.render.status import status_json, status_lines

    config = load(context)
    found = find_status(config, int(time.time()))
    if output_format == "json":
        write(status_json(found))
    else:
        locale = locale_of(config)
        show(status_lines(found, locale), locale)
    if fail and found.is_stale:
        raise CantSayError("the mail is not up to date", "What is above says why; `replywatch poll` reads it.")
