"""What the commands share: `--config`, `--debug`, `--format`, the examples in `--help`, what a shell can complete.

A command is made of these like so:

    @click.command(cls=ExampleCommand, examples=["replywatch waiting --older-than 4h"])
    @click.option("--older-than")
    @options.common
    def waiting(context: Context, older_than: str | None) -> None:
        config = load(context)
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TextIO, TypeVar

import click

from replywatch.errors import ReplywatchError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from replywatch.config.model import Config

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])

COMPLETION = "_REPLYWATCH_COMPLETE"
"""The variable by which a shell asks what could follow; click names it after the program."""


@dataclass(frozen=True, slots=True)
class Context:
    """What was said for every command alike."""

    config_path: Path | None = None
    """The value of `--config`; None where it was left out."""


def load(context: Context) -> Config:
    """The config, from the file that `--config`, the environment or the usual places name.

    Raises:
        ConfigError: there is none, or it can't be used.
    """
    from replywatch.config.load import find_config, load_config  # `--help` needs no config

    return load_config(find_config(context.config_path, os.environ), os.environ)


def config_option(function: F) -> F:
    """Give `function` the option `--config`, as `config_path`."""
    return click.option(
        "--config",
        "config_path",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The config file to use.",
    )(function)


def debug_option(function: F) -> F:
    """Give `function` the option `--debug`; what it does stands in `cli.main`, where errors end."""
    option = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback when something fails.")
    return option(function)


def common(function: Callable[Concatenate[Context, P], None]) -> Callable[..., None]:
    """Give a command the options of every command and hand them over as a `Context`, its first argument.

    What is said after the command's name wins over what is said before it. Stands closest to the function, so
    that these options come last in `--help`.
    """

    @config_option
    @debug_option
    @functools.wraps(function)
    def command(config_path: Path | None, *args: P.args, **kwargs: P.kwargs) -> None:
        before = click.get_current_context().find_object(Context) or Context()
        function(Context(config_path or before.config_path), *args, **kwargs)

    return command


def format_option(*formats: str) -> Callable[[F], F]:
    """A decorator that gives the option `--format`, as `output_format`: one of `formats`, the first by default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the output is written.",
    )


def period_options(function: F) -> F:
    """Give `function` the options `--since`, `--until` and `--as-of`: the period, and the moment it is seen from."""
    for name, text in (
        ("--as-of", "Report as things stood then, or at the end of that day or month; what came later is ignored."),
        ("--until", "Only mail that arrived up to then; a date or a month is included whole."),
        (
            "--since",
            "Only mail that arrived from then on: 2026-02-01, 1.2.2026, Q1 2026, yesterday, last month, 90d, all.",
        ),
    ):
        function = click.option(name, metavar="TIME", help=text)(function)
    return function


def measures(default: str) -> Callable[[F], F]:
    """A decorator that gives the option `--measure`: what is counted."""
    return click.option(
        "--measure",
        type=click.Choice(["first", "turn"]),
        default=default,
        show_default=True,
        help="Enquiries only, or every turn of a conversation.",
    )


def min_match_option(function: F) -> F:
    """Give `function` the option `--min-match`: the weakest way of matching that counts."""
    return click.option(
        "--min-match",
        type=click.Choice(["in-reply-to", "references", "provider", "subject"]),
        default="subject",
        show_default=True,
        help="The weakest tie between a mail and its reply that counts.",
    )(function)


def details_option(function: F) -> F:
    """Give `function` the option `--details`: the long table in place of the first screen."""
    return click.option("--details", is_flag=True, help="Show every figure, and how it was counted.")(function)


def wanted_colours() -> bool | None:
    """Whether the environment wants colours, wherever output goes; None where the stream decides.

    FORCE_COLOR (https://force-color.org) comes first: in the implementation that is published there it wins over
    NO_COLOR (https://no-color.org). Both count if they are not empty, whatever they say. TERM=dumb comes last.
    """
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def colours(stream: TextIO) -> bool:
    """Whether colours may be written to `stream`: as the environment wants it, else if it is a terminal."""
    wanted = wanted_colours()
    return stream.isatty() if wanted is None else wanted


class AccountName(click.types.StringParamType):
    """The type of an argument that names an account of the config; a shell completes it, the command checks it."""

    name = "account"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The accounts whose names begin so and were not said yet; none where the config can't be used."""
        from click.shell_completion import CompletionItem

        said = ctx.params.get(param.name or "") or ()
        return [
            CompletionItem(name) for name in _account_names(ctx) if name.startswith(incomplete) and name not in said
        ]


def _account_names(context: click.Context) -> Sequence[str]:
    """The names in the config that `--config`, said before or after the command, or the usual places lead to."""
    said: click.Context | None = context
    path: Path | None = None
    while said and not path:
        path, said = said.params.get("config_path"), said.parent
    try:
        return [account.name for account in load(Context(path)).accounts]
    except ReplywatchError:
        return []


def complete_files(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[CompletionItem]:
    """What has a shell complete names of files: the `shell_complete` of an argument that takes other words, too."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


class ExampleCommand(click.Command):
    """A command whose `--help` ends with examples, each on its own line as it would be typed."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, never wrapped, then the epilog."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class ExampleGroup(ExampleCommand, click.Group):
    """A group of commands whose `--help` ends with examples."""
