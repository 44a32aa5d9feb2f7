"""`replywatch mark`: corrections by hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, show, tell, write
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from replywatch.config.model import Config
    from replywatch.domain.messages import Correction

KINDS = ("human", "auto_reply", "bounce", "receipt", "newsletter", "notification", "calendar", "spam")


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch mark 3f9c --answered now   # a few characters of an id are enough",
        "replywatch mark 3f9c02ab41 --answered '2026-03-02 14:30'   # by telephone",
        "replywatch mark 3f9c02ab41 --no-reply-needed",
        "replywatch mark 3f9c02ab41 --kind newsletter",
        "replywatch mark 77d01b22c9 --reply-of 3f9c02ab41",
        "replywatch mark 3f9c02ab41 --undo",
        "replywatch mark --list",
    ],
)
@click.argument("message", metavar="[ID]", required=False)
@click.option("--answered", metavar="TIME", help="It was answered then, by whatever means: now, or a date and time.")
@click.option("--no-reply-needed", is_flag=True, help="Nobody has to answer it: it leaves the figures.")
@click.option("--kind", type=click.Choice(KINDS), help="It is of this kind, whatever the rules say.")
@click.option("--reply-of", metavar="ID", help="This mail of ours is a reply to that message.")
@click.option("--undo", is_flag=True, help="Take the last mark of the message back; again, the one before.")
@click.option("--list", "listed", is_flag=True, help="List the marks that hold: all of them, or those of a message.")
@options.format_option("table", "json")
@options.common
def mark(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    message: str | None,
    answered: str | None,
    no_reply_needed: bool,
    kind: str | None,
    reply_of: str | None,
    undo: bool,
    listed: bool,
    output_format: str,
) -> None:
    """Correct what the program got wrong about a message, or could not see.

    The mail itself is never touched. Marks speak of three things: what kind of mail it is, what became of it, and what
    it replies to; of each the latest one counts. They outlive rebuilds and new polls.
    """
    if sum(map(bool, (answered, no_reply_needed, kind, reply_of, undo, listed))) != 1:
        raise UsageError(
            "say one thing about the message",
            "One of --answered, --no-reply-needed, --kind, --reply-of, --undo, --list; see `replywatch mark --help`.",
        )
    config = load(context)
    if listed:
        _list(config, message, output_format)
        return
    if message is None:
        raise UsageError("it is not said which message", "Give its ID; `replywatch waiting` shows ids.")
    if output_format != "table":
        raise UsageError("--format is for --list alone")
    from replywatch.app.explaining import mark as marking
    from replywatch.render.marked import marked_lines

    with Listener() as listener:
        now = int(time.time())
        if undo:
            found = marking.undo(config, message, now, listener)
        else:
            correction = _correction(answered, kind, reply_of, now, config.report.timezone)
            found = marking.mark(config, message, correction, now, listener)
    tell(marked_lines(found, locale_of(config)))


def _list(config: Config, message: str | None, output_format: str) -> None:
    from replywatch.app.explaining.marks import marks_that_hold
    from replywatch.render.marks import marks_json, marks_lines

    with Listener() as listener:
        found = marks_that_hold(config, message, listener)
    if output_format == "json":
        write(marks_json(found))
    else:
        locale = locale_of(config)
        show(marks_lines(found, locale), locale)


def _correction(answered: str | None, kind: str | None, reply_of: str | None, now: int, zone: tzinfo) -> Correction:
    from replywatch.domain.messages import Answered, Kind, NeedsNone, OfKind, ReplyOf
    from replywatch.domain.periods import parse_moment

    if answered:
        return Answered(parse_moment(answered, now, zone))
    if kind:
        return OfKind(Kind(kind))
    return ReplyOf(reply_of) if reply_of else NeedsNone()
