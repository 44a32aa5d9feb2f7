"""`replywatch review`: how often are the judgements wrong?"""

from __future__ import annotations

import sys
import time
from string import hexdigits
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.mark import KINDS
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, fitted, locale_of, tell, write, write_lines
from replywatch.errors import ReplywatchError, UsageError
from replywatch.render.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replywatch.config.model import Config
    from replywatch.domain.messages import Correction
    from replywatch.domain.results.explanation import Explanation

_RIGHT = "Right? y right, n wrong, s skip, q end"
_WRONG = (
    "  1  its kind",
    "  2  the answer: it was another one, at another time, or there was none",
    "  3  it needs no answer",
    "  4  something else",
    "  b  back: it was right after all",
)
_ANSWERS = ("  now, or a time such as 2026-03-02 14:30; the id of our mail; none; b back",)


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
        found = sample(config, size, time.time_ns() if seed is None else seed, int(time.time()), listener)
    if output_format == "jsonl":
        write_lines(judgements_json_lines(found))
        return
    if not sys.stdin.isatty():
        raise UsageError("review asks questions and needs a terminal", "With --format jsonl it shows the sample only.")
    _ask_about(config, found)


def _ask_about(config: Config, found: Sequence[Explanation]) -> None:
    """Ask about one judgement after the other; however that ends, say what came of those that were answered."""
    from replywatch.render.review import judgement_text, verdict_text

    locale = locale_of(config)
    wrong: list[bool] = []
    try:
        for number, explanation in enumerate(found, 1):
            write(f"\n{number} of {len(found)}: {judgement_text(explanation, locale)}")
            answer = _key(_RIGHT, "ynsq")
            while answer == "n" and not _put_right(config, explanation.message.identity):
                answer = _key(_RIGHT, "ynsq")
            if answer == "q":
                break
            if answer != "s":
                wrong.append(answer == "n")
    except (KeyboardInterrupt, click.Abort):
        click.echo(err=True)  # the line of the question
        raise
    finally:
        if wrong:
            write("\n" + verdict_text(len(wrong), sum(wrong)))


def _put_right(config: Config, identity: str) -> bool:
    """Ask what is wrong, and mark it so; False where the person goes back, or the mark could not be put."""
    from replywatch.domain.messages import Kind, NeedsNone, OfKind

    tell(_WRONG)
    match _key("What is it", "1234b"):
        case "1":
            tell([f"  {', '.join(KINDS)}; b back"])
            return _asked(
                "Which kind",
                lambda text: _mark(config, identity, OfKind(Kind(_one_of(text, KINDS, "that is no kind")))),
            )
        case "2":
            tell(_ANSWERS)
            return _asked("When, or by which mail", lambda text: _mark_answer(config, identity, text))
        case "3":
            try:
                _mark(config, identity, NeedsNone())
            except ReplywatchError as error:
                click.echo(f"Error: {_why(error)}", err=True)
                return False
            return True
        case key:
            return key == "4"


def _mark_answer(config: Config, identity: str, text: str) -> None:
    """Mark when the message was answered, or which mail of ours answers it; nothing where none does.

    Raises `ReplywatchError` where `text` says neither, or can't be so.
    """
    from replywatch.domain.messages import Answered, ReplyOf
    from replywatch.domain.periods import parse_moment

    if text.lower() == "none":
        return
    now = int(time.time())
    try:
        answered = parse_moment(text, now, config.report.timezone)
    except UsageError:
        if not ("@" in text or set(text.lower()) <= set(hexdigits)):
            raise  # no id looks like that
        _mark(config, text, ReplyOf(identity))
    else:
        _mark(config, identity, Answered(answered))


def _mark(config: Config, message: str, correction: Correction) -> None:
    """Put a mark on record and say what it changed; raises `ReplywatchError` where that can't be."""
    from replywatch.app.explaining.mark import mark
    from replywatch.render.marked import marked_lines

    with Listener() as listener:
        marked = mark(config, message, correction, int(time.time()), listener)
    tell(marked_lines(marked, locale_of(config)))


def _key(question: str, keys: str) -> str:
    """One of `keys`, asked for until it is typed; Enter alone is none of them."""
    otherwise = f"type {', '.join(keys[:-1])} or {keys[-1]}"
    key: str = click.prompt(question, value_proc=lambda text: _one_of(text, tuple(keys), otherwise), err=True)
    return key


def _asked(question: str, work: Callable[[str], None]) -> bool:
    """Whether the answer did its `work`: asked again until it does; False where the person goes back instead."""

    def worked(text: str) -> bool:
        if text.strip().lower() == "b":
            return False
        try:
            work(text.strip())
        except ReplywatchError as error:
            raise click.UsageError(_why(error)) from error
        return True

    return bool(click.prompt(question, value_proc=worked, err=True))


def _why(error: ReplywatchError) -> str:
    """Why a mark could not be put, in lines that do nothing to a terminal; an error may quote what mail says."""
    return "\n".join(
        fitted(safe(line), beside=len("Error: ")) for line in [f"not marked: {error.text}", *error.hint.splitlines()]
    )


def _one_of(text: str, choices: Sequence[str], otherwise: str) -> str:
    """What was typed, if it is one of `choices`; raises `click.UsageError` else, so that it is asked again."""
    typed = text.strip().lower()
    if typed == "j" and "y" in choices:
        return "y"  # a German yes
    if typed not in choices:
        raise click.UsageError(otherwise)
    return typed
