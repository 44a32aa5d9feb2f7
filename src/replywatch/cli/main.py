"""The frame of the command line: the list of commands, and the one place where errors end.

A command's module is imported when the command is called, so that `--help` is instant and each command loads
only what it needs.
"""

from __future__ import annotations

import difflib
import errno
import importlib
import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from replywatch.cli.options import COMPLETION, Context, ExampleGroup, config_option, debug_option, wanted_colours
from replywatch.cli.stopping import stopping
from replywatch.cli.streams import emptied, fill_closed
from replywatch.errors import ConfigError, ReplywatchError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FAILED, BUG, INTERRUPTED, BROKEN_PIPE = 1, 70, 130, 141
"""Exit codes beside those of `errors`; the last two are what a shell says of SIGINT and SIGPIPE."""

_UNWRITTEN = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "a file may not grow larger",
    errno.EIO: "the disk is broken, or the terminal is gone",
}
"""What keeps an output from being written, by errno."""


class Lazy(NamedTuple):
    """A command that is not imported yet."""

    target: str
    """`module:attribute` of the click command."""
    summary: str
    """Its line in the list of commands."""
    heading: str = ""
    """What stands above it there, where a part of the list begins."""


COMMANDS: Mapping[str, Lazy] = {
    "demo": Lazy("replywatch.cli.demo:demo", "Show the report of a sample mailbox; no config, no network.", "Set up"),
    "init": Lazy("replywatch.cli.init:init", "Write a first config from a few questions."),
    "login": Lazy("replywatch.cli.login:login", "Log in at a provider that takes no passwords (OAuth2)."),
    "check": Lazy("replywatch.cli.check:check", "Try the config and every account, and say what is missing."),
    "poll": Lazy("replywatch.cli.poll:poll", "Read what is new in all accounts.", "Mail and figures"),
    "status": Lazy("replywatch.cli.status:status", "Say how the store stands; asks no server."),
    "report": Lazy("replywatch.cli.report:report", "Say how long people waited for an answer."),
    "waiting": Lazy("replywatch.cli.waiting:waiting", "List who is waiting for an answer right now."),
    "list": Lazy("replywatch.cli.list:list_exchanges", "List the exchanges behind a figure of the report."),
    "explain": Lazy("replywatch.cli.explain:explain", "Say why a message was judged and matched as it was."),
    "export": Lazy("replywatch.cli.export:export", "Write the exchanges, one row each."),
    "mark": Lazy(
        "replywatch.cli.mark:mark", "Correct by hand what was judged wrong or could not be seen.", "Corrections"
    ),
    "review": Lazy("replywatch.cli.review:review", "Look at random judgements and measure how many are wrong."),
    "rebuild": Lazy("replywatch.cli.rebuild:rebuild", "Derive everything again from what was read."),
    "account": Lazy(
        "replywatch.cli.account:account", "Say that an account's mail moved, or erase it from the store.", "Erase"
    ),
    "forget": Lazy("replywatch.cli.forget:forget", "Erase a person from the store."),
    "purge": Lazy("replywatch.cli.purge:purge", "Erase old conversations from the store."),
    "config": Lazy(
        "replywatch.cli.config:config", "Show the config, where it lies, and every key there is.", "Config and help"
    ),
    "schema": Lazy("replywatch.cli.schema:schema", "Print the JSON Schema of what a command writes for programs."),
    "completion": Lazy("replywatch.cli.completion:completion", "Let the Tab key of a shell complete commands."),
    "help": Lazy("replywatch.cli.help:show_help", "Show what a command does and takes."),
}


class LazyGroup(ExampleGroup):
    """A group whose commands are imported when they are called; its help comes from the table alone."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table: the order in which people meet them."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """The command, imported now; None if there is none of this name."""
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name].target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` name and what is left of them; a mistyped name gets a suggestion."""
        name = args[0]
        if name not in self.lazy and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.lazy, n=1)
            ctx.fail(f"there is no command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands without importing any."""
        parts: dict[str, list[tuple[str, str]]] = {}
        heading = "Commands"
        for name, command in self.lazy.items():
            heading = command.heading or heading
            parts.setdefault(heading, []).append((name, command.summary))
        widest = max(map(len, self.lazy))
        for heading, rows in parts.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), summary) for name, summary in rows])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options that begin so, with their lines, without importing any command."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=command.summary)
            for name, command in self.lazy.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    examples=["replywatch demo", "replywatch poll && replywatch report"],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@config_option
@debug_option
@click.version_option(package_name="replywatch", prog_name="replywatch", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, config_path: Path | None) -> None:
    """How long does somebody who writes to our info@ address wait for a personal answer?

    Reads the headers of your mailboxes, never changes them, and keeps everything on this machine.
    """
    context.obj = Context(config_path)
    context.color = wanted_colours()  # where that says nothing, click drops colours if there is no terminal


def run(arguments: Sequence[str] | None = None, command: click.Command = cli) -> int:
    """Run the program and return its exit code; every error ends here, as a text for people.

    `arguments` are those of the process by default.
    """
    fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter gets a question mark, not a bug
    code = _outcome(command, list(sys.argv[1:] if arguments is None else arguments))
    return code if emptied() else code or FAILED


def _outcome(command: click.Command, words: list[str]) -> int:
    """The exit code of `command`, called with `words`; what goes wrong is said on stderr."""
    try:
        if instruction := os.environ.get(COMPLETION):
            from replywatch.cli.completion import complete

            return complete(command, instruction)
        return _call(command, words)
    except BrokenPipeError:
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        _say("Interrupted.")
        return INTERRUPTED
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        _complain(shown.getvalue().rstrip("\n"))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the boundary: what arrives here must not reach a person raw
        if _wants_traceback(words):
            lines = "".join(traceback.format_exception(error)).rstrip("\n").split("\n")
            _say("\n".join(map(_plain, lines)))
        text, code = _describe(error)
        _complain(text)
        return code


def _call(command: click.Command, words: list[str]) -> int:
    """The exit code of `command`, run with `words`; click's own `main` would swallow interrupts and broken pipes."""
    code = 0
    try:
        with stopping(), command.make_context("replywatch", list(words)) as context:
            command.invoke(context)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    sys.stdout.flush()  # a full disk or a broken pipe has to show here, not while the interpreter shuts down
    return code


def _complain(text: str) -> None:
    """Say on stderr what went wrong, in lines that fit there."""
    from replywatch.cli.output import columns  # `--help` needs neither
    from replywatch.render.folding import folded

    _say(folded(text, columns(sys.stderr)))


def _say(text: str) -> None:
    """Write `text` to stderr, if anything can be written there: what ends is to end with its own exit code."""
    with suppress(OSError):
        click.echo(text, err=True)


def _wants_traceback(words: list[str]) -> bool:
    """Whether `--debug` was said anywhere; read from the words, since an error may come before they are parsed."""
    return "--debug" in words or os.environ.get("REPLYWATCH_DEBUG") == "1"


def _describe(error: Exception) -> tuple[str, int]:
    """The text that a person gets to read, and the exit code."""
    if isinstance(error, ReplywatchError):
        problems = error.problems if isinstance(error, ConfigError) else ()
        lines = [f"Error: {error.text}", *(f"  {problem}" for problem in problems), *error.hint.splitlines()]
        return "\n".join(map(_plain, lines)), error.exit_code
    if isinstance(error, OSError) and error.errno in _UNWRITTEN:
        return f"Error: {_UNWRITTEN[error.errno]}, the output is not complete.", FAILED
    return (
        f"Error: a bug in replywatch stopped it ({type(error).__name__} in {_place(error)}).\n"
        "Please report it: run the same command with --debug and send the traceback with what `replywatch --version` "
        "says. Look it over first, it may quote mail."
    ), BUG


def _place(error: Exception) -> str:
    """The line of our own code where `error` came from; the text of the error may quote mail and is left out."""
    root = Path(__file__).parents[2]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(root / "replywatch")]
    return f"{Path(ours[-1].filename).relative_to(root)}, line {ours[-1].lineno}"


def _plain(text: str) -> str:
    """`text` as one line that can't steer a terminal; an error may quote what a server said."""
    return "".join(
        char if char.isprintable() else " " if char in "\r\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
