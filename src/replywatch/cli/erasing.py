"""What `forget` and `purge` share: say how much it is, ask, erase."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from replywatch.cli.asking.agreement import agree
from replywatch.cli.output import Listener
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from replywatch.app.deriving.erase import Choice
    from replywatch.config.model import Config

F = TypeVar("F", bound=Callable[..., Any])


def erasing_options(function: F) -> F:
    """Give `function` the options `--dry-run` and `--yes`."""
    function = click.option("--yes", "-y", is_flag=True, help="Don't ask.")(function)
    return click.option("--dry-run", is_flag=True, help="Only say how much it is; nothing is changed.")(function)


def erase_or_show(config: Config, choose: Choice, *, dry_run: bool, yes: bool) -> None:
    """Erase what `choose` chooses, after asking; with `dry_run` only say how much it is."""
    from replywatch.app.deriving.erase import erase, extent
    from replywatch.render.erasing import extent_text

    if dry_run or not yes:
        if not (dry_run or sys.stdin.isatty()):
            raise UsageError("this can't be undone, and nobody is there to be asked", "Say --yes, or first --dry-run.")
        with Listener() as listener:
            found = extent(config, choose, listener)
        if dry_run:
            click.echo(f"{extent_text(found)} would be erased.")
            return
        if not agree(f"Erase {extent_text(found)} for good?"):
            raise click.Abort
    with Listener() as listener:
        erased = erase(config, choose, int(time.time()), listener)
        listener.line(f"Erased {extent_text(erased)}.")
