"""`replywatch purge`: old mail taken out of the store."""

from __future__ import annotations

import time

import click

from replywatch.cli import options
from replywatch.cli.erasing import ToErase, erase_or_show, erasing_options
from replywatch.cli.options import Context, ExampleCommand, load


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch purge --before 2024-01-01 --dry-run",
        "replywatch purge --before 730d --yes   # for cron: keep two years",
    ],
)
@click.option("--before", required=True, metavar="TIME", help="Such as 2024-01-01, 1.1.2024, 2024, 730d or 104w.")
@erasing_options
@options.common
def purge(context: Context, before: str, dry_run: bool, yes: bool) -> None:
    """Erase old conversations from the store: those whose newest message is older than a given time.

    A conversation goes as a whole or stays as a whole, so no figure about newer mail changes. Mail in the mailboxes is
    never touched; what was erased is not read again.
    """
    from replywatch.app.deriving.erase import before as older_than
    from replywatch.domain.periods import parse_bound
    from replywatch.render.erasing import people_text
    from replywatch.render.text import local_time

    config = load(context)
    instant = parse_bound(before, int(time.time()), config.report.timezone)
    nothing = f"Nothing to erase: no conversation ended before {local_time(instant, config.report.timezone)}."
    erase_or_show(config, ToErase(older_than(instant), people_text, nothing), dry_run=dry_run, yes=yes)
