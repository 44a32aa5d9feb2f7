"""`replywatch help`: what a command does and takes, as its `--help` says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class CommandWords(click.types.StringParamType):
    """The type of an argument that names a command; a shell completes it word by word."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The commands, or those of the group that was named so far, that begin so."""
        try:
            group = _named(ctx.find_root(), ctx.params.get(param.name or "") or ())
        except click.ClickException:
            return []
        if not isinstance(group.command, click.Group):
            return []
        return [item for item in group.command.shell_complete(group, incomplete) if not item.value.startswith("-")]


@click.command(
    name="help",
    cls=ExampleCommand,
    examples=["replywatch help", "replywatch help report", "replywatch help config show"],
)
@click.argument("words", nargs=-1, metavar="[COMMAND]…", type=CommandWords())
@options.common
def show_help(context: Context, words: tuple[str, ...]) -> None:  # noqa: ARG001 - every command takes --config
    """Show what a command does and takes, the same as `COMMAND --help`; without one, all commands."""
    click.echo(_named(click.get_current_context().find_root(), words).get_help())


def contexts(command: click.Command, name: str, above: click.Context | None = None) -> Iterator[click.Context]:
    """The context of `command`, called `name`, and those of all commands below it, a group before its commands."""
    context = click.Context(command, info_name=name, parent=above, **command.context_settings)
    yield context
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found and not found.hidden:
                yield from contexts(found, inner, context)


def _named(context: click.Context, words: Sequence[str]) -> click.Context:
    """The context of the command that `words` lead to from `context`.

    Raises:
        click.UsageError: there is none.
    """
    for word in words:
        if not isinstance(context.command, click.Group):
            context.fail(f"{context.command_path} has no commands of its own.")
        _, command, _ = context.command.resolve_command(context, [word])
        if command is None:  # so it is while a shell completes
            context.fail(f"there is no command {word!r}.")
        context = click.Context(command, info_name=word, parent=context)
    return context
