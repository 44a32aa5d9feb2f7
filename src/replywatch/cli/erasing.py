"""What `forget` and `purge` share: say how much it is, ask, erase."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from replywatch.cli.output import Listener
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from replywatch.app.deriving.erase import Choice
    from replywatch.config.model import Config
    from replywatch.domain.results.extent import Extent

F = TypeVar("F", bound=Callable[..., Any])


def erasing_options(function: F) -> F:
    """Give `function` the options `--dry-run` and `--yes`."""
    function = click.option("--yes", "-y", is_flag=True, help="Don't ask.")(function)
    return click.option("--dry-run", is_flag=True, help="Only say how much it is; nothing is changed.")(function)


def erase_or_show(config: Config, choose: Choice, *, dry_run: bool, yes: bool) -> None:
    """Erase what `choose` chooses, after asking; with `dry_run` only say how much it is."""
    from replywatch.app.deriving.erase import erase, extent  # noqa: PLC0415 - imported when it is called

    if dry_run or not yes:
        if not (dry_run or sys.stdin.isatty()):
            raise UsageError("this can't be undone, and nobody is there to be asked", "Say --yes, or first --dry-run.")
        with Listener() as listener:
            found = extent(config, choose, listener)
        if dry_run:
            click.echo(f"{_shown(found)} would be erased.")
            return
        click.confirm(f"Erase {_shown(found)} for good?", abort=True, err=True)
    with Listener() as listener:
        erased = erase(config, choose, int(time.time()), listener)
        listener.say(f"Erased {_shown(erased)}.")


def _shown(found: Extent) -> str:
    parts = ((found.messages, "message"), (found.places, "place"), (found.conversations, "conversation"))
    messages, places, conversations = (f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in parts)
    return f"{messages} (in {places}, of {conversations})"
