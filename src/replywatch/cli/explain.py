"""`replywatch explain`: why a message was judged and matched as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write, write_lines

if TYPE_CHECKING:
    from replywatch.domain.team import Team

_SHORT_ID = re.compile("[0-9A-Fa-f]{4,32}")
"""The beginning of an id."""


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch explain 3f9c02ab41",
        "replywatch explain '<CAF…@mail.example.com>'",
        "replywatch explain *.eml --format jsonl",
        "replywatch explain 3f9c02ab41 --format jsonl | jq .exchanges",
    ],
)
@click.argument("what", nargs=-1, required=True, metavar="ID…|FILE…", shell_complete=options.complete_files)
@options.format_option("text", "jsonl")
@options.common
def explain(context: Context, what: tuple[str, ...], output_format: str) -> None:
    """Say why messages were judged and matched as they were.

    An ID is a Message-ID, with or without <>, or the id that waiting and export show (its beginning is enough). FILEs
    are messages on disk, judged as if found in an inbox; they need no config, but with --config its [team] counts.
    """
    if output_format == "jsonl":
        write_lines(_json_lines(context, what))
    elif any(map(_is_file, what)):
        _explain_files(context, [Path(word) for word in what])
    else:
        _explain_stored(context, what)


def _is_file(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except (OSError, ValueError):  # a Message-ID may be too long for a path, or hold what no path may
        return False


def _is_id(word: str) -> bool:
    """Whether it is no file and reads like an id; whatever else it is, it is a file that is not there."""
    return not _is_file(word) and ("@" in word or _SHORT_ID.fullmatch(word) is not None)


def _explain_stored(context: Context, ids: tuple[str, ...]) -> None:
    from replywatch.app.explaining.explain import explain_message
    from replywatch.render.explain import explanation_text

    config = load(context)
    for number, word in enumerate(ids):
        with Listener() as listener:
            found = explain_message(config, word, listener)
        write("\n" * bool(number) + explanation_text(found, locale_of(config)))


def _explain_files(context: Context, files: list[Path]) -> None:
    from replywatch.app.explaining.explain import explain_file
    from replywatch.render.explain import judgements_text

    team = _team(context)
    write_lines(judgements_text(explain_file(path, team) for path in files))


def _json_lines(context: Context, what: tuple[str, ...]) -> Iterator[str]:
    """A line for each: of a stored message all that `explain` shows, of a file its judgement."""
    from replywatch.app.explaining.explain import explain_file, explain_message
    from replywatch.render.explain_json import explanation_json_line, judgement_json_line

    config, team = cache(partial(load, context)), cache(partial(_team, context))
    for word in what:
        if _is_id(word):
            with Listener() as listener:
                found = explain_message(config(), word, listener)
            yield explanation_json_line(found)
        else:
            yield judgement_json_line(explain_file(Path(word), team()))


def _team(context: Context) -> Team:
    """Who counts as ours in files: nobody without `--config`."""
    from replywatch.domain.team import Team

    return load(context).team if context.config_path else Team()
