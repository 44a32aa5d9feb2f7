"""`replywatch config`: every key there is, where the config lies, and what it says."""

from __future__ import annotations

import os
from pathlib import Path

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, ExampleGroup, load
from replywatch.cli.output import write, write_lines
from replywatch.errors import ConfigError


@click.group(
    cls=ExampleGroup,
    examples=[
        "replywatch config example > replywatch.toml",
        "replywatch config path",
        "replywatch config show --format json",
    ],
)
@options.config_option
@options.debug_option
@click.pass_context
def config(context: click.Context, config_path: Path | None) -> None:
    """Show the config, where it lies, and every key there is."""
    if config_path:
        context.obj = Context(config_path)


@config.command(cls=ExampleCommand, examples=["replywatch config example > replywatch.toml"])
@options.common
def example(context: Context) -> None:  # noqa: ARG001 - every command takes --config and --debug
    """Print a config with every key, its meaning and its default."""
    from importlib.resources import files

    write(files("replywatch").joinpath("config.example.toml").read_text(encoding="utf-8"))


@config.command(
    cls=ExampleCommand,
    examples=["replywatch config path", "replywatch config path --format json | jq -r .store.path"],
)
@options.format_option("text", "json")
@options.common
def path(context: Context, output_format: str) -> None:
    """Print where the config and the store lie.

    Says which file is used of each, and where it was looked for: the first that was named or that is there counts.
    """
    from replywatch.config.candidates import config_places, store_places
    from replywatch.config.load import find_config
    from replywatch.domain.results.place import Place, Places
    from replywatch.render.config import places_json, places_lines

    used: Path | None = None
    store: tuple[Place, ...] = ()
    problem: ConfigError | None = None
    try:
        used = find_config(context.config_path, os.environ)
        store = store_places(used, os.environ)
    except ConfigError as error:
        problem = error
    places = Places(config_places(context.config_path, os.environ, used), store)
    if output_format == "json":
        write(places_json(places))
    else:
        write_lines(places_lines(places))
    if problem:
        raise problem


@config.command(cls=ExampleCommand, examples=["replywatch config show", "replywatch config show --format json"])
@options.format_option("text", "json")
@options.common
def show(context: Context, output_format: str) -> None:
    """Print the config as it is understood, with all defaults.

    No password and no client secret is shown or asked for, only where it comes from: of a command the program alone.
    """
    from replywatch.config.shown import shown
    from replywatch.render.config import config_json, config_toml

    found = load(context)
    if output_format == "json":
        write(config_json(str(found.path and found.path.absolute()), shown(found)))
    else:
        write_lines(config_toml(str(found.path and found.path.absolute()), shown(found)))
