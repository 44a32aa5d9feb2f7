"""`replywatch completion`: the script by which a shell completes commands, options, formats, accounts and files.

The script calls the program with a variable in its environment, whose value `cli.main` hands to `complete`.
"""

from __future__ import annotations

import re
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    shell_complete,
)

from replywatch.cli import options
from replywatch.cli.options import COMPLETION, Context, ExampleCommand

_SPECIAL = re.compile(r"([^\w@%+=:,./-])")
"""What bash takes for something else than a letter."""


@add_completion_class
class Bash(BashComplete):
    """Bash, which puts what it gets into the line as it is, and makes a word of each `=`."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one; `--format=json` is two of them."""
        words, incomplete = super().get_completion_args()
        return [word for word in words if word != "="], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """The line that the script reads, which takes a backslash for itself; a file is looked for by bash alone."""
        if item.type != "plain":
            return super().format_completion(item)
        quoted = _SPECIAL.sub(r"\\\1", item.value)
        doubled = quoted.replace("\\", r"\\")
        return f"{item.type},{doubled}"


class _WholeWords(ShellComplete):
    """A shell for which `--format=js` is one word, so that what follows has to begin with the option."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What could stand in place of `incomplete`."""
        option, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if not equals or not option.startswith("-"):
            return found
        return [CompletionItem(f"{option}={item.value}") for item in found if item.type == "plain"]


@add_completion_class
class Zsh(_WholeWords, ZshComplete):
    """Zsh, with values behind an equals sign."""


@add_completion_class
class Fish(_WholeWords, FishComplete):
    """Fish, with values behind an equals sign, and commas in what a word means."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch completion bash >> ~/.bash_completion",
        "replywatch completion zsh > ~/.zfunc/_replywatch    # where fpath has ~/.zfunc",
        "replywatch completion fish > ~/.config/fish/completions/replywatch.fish",
    ],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.common
def completion(context: Context, shell: str) -> None:  # noqa: ARG001 - every command takes --config and --debug
    """Let the Tab key of a shell complete commands.

    Prints what the shell has to read. It completes commands, options and their values, names of files, and those of
    the accounts in your config. Where it lies in no file, the shell can ask for it each time it starts; in zsh after
    compinit:

    \b
      eval "$(replywatch completion bash)"    # in ~/.bashrc
      eval "$(replywatch completion zsh)"     # in ~/.zshrc
    """  # noqa: D301 - click marks lines that stay by this very character
    script = get_completion_class(shell)
    assert script is not None  # noqa: S101 - click has all three
    click.echo(script(click.get_current_context().find_root().command, {}, "replywatch", COMPLETION).source(), nl=False)


def complete(command: click.Command, instruction: str) -> int:
    """Print what could follow, as the shell's script asks for it with `instruction`; the exit code.

    Nothing is said if that fails: it would stand in the middle of the line that a person types.
    """
    try:
        return shell_complete(command, {}, "replywatch", COMPLETION, instruction)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - whatever it is, the shell offers nothing then
        return 1
