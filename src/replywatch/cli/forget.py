"""`replywatch forget`: a person's mail taken out of the store."""

from __future__ import annotations

import click

from replywatch.cli import options
from replywatch.cli.erasing import ToErase, erase_or_show, erasing_options
from replywatch.cli.options import Context, ExampleCommand, load


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch forget anna@example.org --dry-run",
        "replywatch forget anna@example.org a.smith@example.net",
    ],
)
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@erasing_options
@options.common
def forget(context: Context, addresses: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Erase a person from the store: every message that names one of these addresses.

    A message to several people goes as a whole. Mail in the mailboxes is never touched; the erased messages are not
    read again, but new mail of the person will be. Copies elsewhere (exports, backups) are yours to erase.
    """
    from replywatch.app.deriving.erase import people
    from replywatch.render.erasing import addresses_text

    config = load(context)
    named, whose = people(addresses, config.team), addresses_text(addresses)
    nothing = f"Nothing to erase: no message names {whose}."
    erase_or_show(config, ToErase(named, lambda _: whose, nothing), dry_run=dry_run, yes=yes)
