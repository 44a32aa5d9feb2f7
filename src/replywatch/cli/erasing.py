"""What can't be undone: how much it is, a question, and what is said where nobody agrees or there is nothing to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from replywatch.cli.asking.agreement import agree
from replywatch.cli.output import Listener, fitted, tell
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from replywatch.app.deriving.erase import Choice
    from replywatch.config.model import Config
    from replywatch.domain.results.extent import Extent

F = TypeVar("F", bound=Callable[..., Any])


class ForGood(NamedTuple):
    """A step that can't be undone, in the words of its command; they are harmless to a terminal."""

    question: str
    preview: str
    """What `--dry-run` says."""
    refused: str
    """What is said where the person says no."""
    nothing: str = ""
    """What is said where there is nothing to do; "" where there is something."""


class ToErase(NamedTuple):
    """What is to be erased, and its words, which are harmless to a terminal."""

    choose: Choice
    whose: Callable[[Extent], str]
    """Names the people whose mail it is."""
    nothing: str
    """What is said where there is none."""


def erasing_options(function: F) -> F:
    """Give `function` the options `--dry-run` and `--yes`."""
    function = click.option("--yes", "-y", is_flag=True, help="Don't ask.")(function)
    return click.option("--dry-run", is_flag=True, help="Only say how much it is; nothing is changed.")(function)


def agreed(step: ForGood, *, dry_run: bool, yes: bool) -> bool:
    """Whether to take a step that can't be undone; where not, it was said why.

    Nobody is asked with `dry_run` or `yes`, nor where there is nothing to do. Whoever says no has interrupted nothing.
    Raises `UsageError` if nobody is there to be asked.
    """
    if dry_run:
        click.echo(fitted(step.nothing or step.preview, stream=sys.stdout))
        return False
    if step.nothing:
        tell([step.nothing])
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("this can't be undone, and nobody is there to be asked", "Say --yes, or first --dry-run.")
    if agree(fitted(step.question, beside=len(" [y/N]: "))):
        return True
    tell([step.refused])
    return False


def erase_or_show(config: Config, wanted: ToErase, *, dry_run: bool, yes: bool) -> None:
    """Erase what is wanted, after asking; with `dry_run` only say how much it is."""
    from replywatch.app.deriving.erase import erase, extent, finish
    from replywatch.render.erasing import extent_text

    def much(found: Extent) -> str:
        return extent_text(found, wanted.whose(found), config.report.timezone)

    if dry_run or not yes:
        with Listener() as listener:
            found = extent(config, wanted.choose, listener)
            if found.is_nothing and not dry_run:
                finish(config, listener)
        asked, preview = f"Erase {much(found)}, for good?", f"{much(found)}, would be erased."
        step = ForGood(asked, preview, "Nothing erased.", wanted.nothing if found.is_nothing else "")
        if not agreed(step, dry_run=dry_run, yes=yes):
            return
    with Listener() as listener:
        erased = erase(config, wanted.choose, int(time.time()), listener)
    tell([wanted.nothing if erased.is_nothing else f"Erased {much(erased)}."])
