"""`replywatch schema`: the forms of what is written for other programs."""

from __future__ import annotations

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand
from replywatch.cli.output import write, write_lines
from replywatch.render.schemas import schema_names, schema_text


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch schema   # their names",
        "replywatch schema waiting > waiting.schema.json",
    ],
)
@click.argument("name", metavar="[NAME]", required=False, type=click.Choice(schema_names()))
@options.common
def schema(context: Context, name: str | None) -> None:  # noqa: ARG001 - every command takes --config and --debug
    """Print the JSON Schema of what a command writes for other programs.

    One for each form, whole in itself; for JSON lines it is that of a line. Without a NAME it lists the names. Reading
    one form for years is safe: fields are added to it, none is renamed or removed while its number stays the same.
    """
    if name is None:
        write_lines(schema_names())
    else:
        write(schema_text(name))
