"""`replywatch rebuild`: derive everything again."""

from __future__ import annotations

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener


@click.command(cls=ExampleCommand, examples=["replywatch rebuild"])
@options.common
def rebuild(context: Context) -> None:
    """Derive everything again from what was read.

    Changes no figure: it is done by itself when rules or config change. Use it if you doubt the derived rows.
    """
    from replywatch.app.deriving.rebuild import rebuild as run_rebuild

    config = load(context)
    with Listener() as listener:
        run_rebuild(config, listener)
        listener.line("Everything was derived again.")
