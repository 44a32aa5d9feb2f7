"""`replywatch explain`: why a message was judged and matched as it was."""

from __future__ import annotations

from pathlib import Path

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write, write_lines


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch explain 3f9c02ab41",
        "replywatch explain '<CAF…@mail.example.com>'",
        "replywatch explain *.eml --format jsonl",
    ],
)
@click.argument("what", nargs=-1, required=True, metavar="ID…|FILE…")
@options.format_option("text", "jsonl")
@options.common
def explain(context: Context, what: tuple[str, ...], output_format: str) -> None:
    """Say why messages were judged and matched as they were.

    An ID is a Message-ID, with or without <>, or the id that waiting and export show (its beginning is enough). FILEs
    are messages on disk, judged as if found in an inbox; they need no config, but with --config its [team] counts.
    """
    if output_format == "jsonl" or any(map(_is_file, what)):
        _explain_files(context, [Path(word) for word in what], output_format)
        return
    from replywatch.app.explaining.explain import explain_message
    from replywatch.render.explain import explanation_text

    config = load(context)
    for number, word in enumerate(what):
        with Listener() as listener:
            found = explain_message(config, word, listener)
        write("\n" * bool(number) + explanation_text(found, locale_of(config)))


def _is_file(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except (OSError, ValueError):  # a Message-ID may be too long for a path, or hold what no path may
        return False


def _explain_files(context: Context, files: list[Path], output_format: str) -> None:
    from replywatch.app.explaining.explain import explain_file
    from replywatch.domain.team import Team
    from replywatch.render.explain import judgements_json_lines, judgements_text

    team = load(context).team if context.config_path else Team()
    judgements = (explain_file(path, team) for path in files)
    write_lines(judgements_json_lines(judgements) if output_format == "jsonl" else judgements_text(judgements))
