"""`replywatch review`: how often are the judgements wrong?"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.mark import KINDS
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, tell, write, write_lines
from replywatch.errors import ReplywatchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replywatch.config.model import Config
    from replywatch.domain.messages import Correction
    from replywatch.domain.results.explanation import Explanation

_KEYS = "y right; wrong: k kind, r reply, n needs none, o other; s skip, q quit"


@click.command(
    cls=ExampleCommand,
    examples=["replywatch review", "replywatch review -n 50 --seed 7", "replywatch review --format jsonl"],
)
@click.option("-n", "size", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many judgements.")
@click.option("--seed", type=int, help="Draw the same sample again; a new one each time by default.")
@options.format_option("ask", "jsonl")
@options.common
def review(context: Context, size: int, seed: int | None, output_format: str) -> None:
    """Look at random judgements and say which are wrong.

    Shows inbound mail drawn at random, what it was taken for and which reply was found, and takes your answer from the
    keyboard. Corrections become marks. In the end it says the measured error rate with its interval.
    """
    from replywatch.app.explaining.review import sample
    from replywatch.render.review import judgements_json_lines

    config = load(context)
    with Listener() as listener:
        found = sample(config, size, time.time_ns() if seed is None else seed, listener)
    if output_format == "jsonl":
        write_lines(judgements_json_lines(found))
        return
    if not sys.stdin.isatty():
        raise UsageError("review asks questions and needs a terminal", "With --format jsonl it shows the sample only.")
    _ask_about(config, found)


def _ask_about(config: Config, found: Sequence[Explanation]) -> None:
    from replywatch.render.review import judgement_text, verdict_text

    locale = locale_of(config)
    answers: list[str] = []
    for number, explanation in enumerate(found, 1):
        write(f"\n{number} of {len(found)}: {judgement_text(explanation, locale)}")
        answer = click.prompt(_KEYS, type=click.Choice(list("ykrnosq")), show_choices=False, default="y")
        if answer == "q":
            break
        if answer != "s":
            answers.append(answer)
            _correct(config, explanation, answer)
    write("\n" + verdict_text(len(answers), sum(a != "y" for a in answers)))


def _correct(config: Config, explanation: Explanation, answer: str) -> None:
    """Put the correction on record and say what it changed; one that can't be made is said, and the review goes on."""
    from replywatch.app.explaining.mark import mark
    from replywatch.render.locale import Locale
    from replywatch.render.marked import marked_lines

    identity = explanation.message.identity
    try:
        wanted = _wanted(config, identity, answer)
        if wanted:
            with Listener() as listener:
                marked = mark(config, *wanted, int(time.time()), listener)
            tell(marked_lines(marked, Locale(config.report.timezone)))
    except ReplywatchError as error:
        with Listener() as listener:
            for line in f"Not marked: {error.text}. {error.hint}".splitlines():
                listener.line(line)


def _wanted(config: Config, identity: str, answer: str) -> tuple[str, Correction] | None:
    """The message to mark and its mark; None if there is nothing to put right."""
    from replywatch.domain.messages import Answered, Kind, NeedsNone, OfKind, ReplyOf
    from replywatch.domain.periods import parse_moment

    if answer == "k":
        return identity, OfKind(Kind(click.prompt("What is it?", type=click.Choice(KINDS))))
    if answer == "n":
        return identity, NeedsNone()
    if answer == "r":
        said = click.prompt("When was it answered, or what is the id of the reply? (Enter: not answered)", default="")
        if not said:
            return None
        try:
            return identity, Answered(parse_moment(said, int(time.time()), config.report.timezone))
        except UsageError:
            return said, ReplyOf(identity)
    return None
