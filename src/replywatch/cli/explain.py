"""`replywatch explain`: why a message was judged and matched as it was."""

from __future__ import annotations

import re
import time
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
        "replywatch explain 3f9c02ab41 --details",
        "replywatch explain '<CAF…@mail.example.com>'",
        "replywatch explain *.eml --format jsonl",
        "replywatch explain 3f9c02ab41 --format jsonl | jq .exchanges",
    ],
)
@click.argument("what", nargs=-1, required=True, metavar="ID…|FILE…", shell_complete=options.complete_files)
@click.option("--details", is_flag=True, help="Also ids, clocks, rules, and where it was found.")
@options.format_option("text", "jsonl")
@options.common
def explain(context: Context, what: tuple[str, ...], details: bool, output_format: str) -> None:
    """Say what became of messages, and why they were judged and matched so.

    First the sentence, then the story of the conversation, what is doubtful, and what to do about it: for somebody who
    waits also the mail of ours that could be the answer.

    An ID is a Message-ID, with or without <>, or the id that waiting and export show (its beginning is enough). FILEs
    are messages on disk, judged as if found in an inbox; they need no config, but with --config its [team] counts.
    """
    if output_format == "jsonl":
        write_lines(_json_lines(context, what))
    else:
        for text in _texts(context, what, details=details):
            write(text)


def _is_file(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except (OSError, ValueError):  # a Message-ID may be too long for a path, or hold what no path may
        return False


def _is_id(word: str) -> bool:
    """Whether it is no file and reads like an id; whatever else it is, it is a file that is not there."""
    return not _is_file(word) and ("@" in word or _SHORT_ID.fullmatch(word) is not None)


def _texts(context: Context, what: tuple[str, ...], *, details: bool) -> Iterator[str]:
    """The text of each; a blank line stands beside a message of the store, and none between files."""
    from replywatch.app.explaining.explain import explain_file, explain_message
    from replywatch.render.explain import explanation_text, judgements_text
    from replywatch.render.glyphs import drawn
    from replywatch.render.story import story_text

    config, team = cache(partial(load, context)), cache(partial(_team, context))
    stored = [_is_id(word) or not _looks_like_a_path(word) for word in what]
    for number, word in enumerate(what):
        blank = "\n" * (number > 0 and (stored[number] or stored[number - 1]))
        if not stored[number]:
            lines = judgements_text([explain_file(Path(word), team())])
            yield blank + "".join(f"{line}\n" for line in lines)
            continue
        with Listener() as listener:
            found = explain_message(config(), word, int(time.time()), listener)
        locale = locale_of(config())
        text = story_text(found, locale) + ("\n" + explanation_text(found, locale)) * details
        yield blank + drawn(text, locale)


def _looks_like_a_path(word: str) -> bool:
    """Whether it is a file, or could be the name of one that is not there; a bare word is an id mistyped."""
    return _is_file(word) or "." in word or "/" in word


def _json_lines(context: Context, what: tuple[str, ...]) -> Iterator[str]:
    """A line for each: of a stored message all that `explain` shows, of a file its judgement."""
    from replywatch.app.explaining.explain import explain_file, explain_message
    from replywatch.render.explain_json import explanation_json_line, judgement_json_line

    config, team = cache(partial(load, context)), cache(partial(_team, context))
    for word in what:
        if _is_id(word):
            with Listener() as listener:
                found = explain_message(config(), word, int(time.time()), listener)
            yield explanation_json_line(found)
        else:
            yield judgement_json_line(explain_file(Path(word), team()))


def _team(context: Context) -> Team:
    """Who counts as ours in files: nobody without `--config`."""
    from replywatch.domain.team import Team

    return load(context).team if context.config_path else Team()
