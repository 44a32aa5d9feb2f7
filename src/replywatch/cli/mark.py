"""`replywatch mark`: corrections by hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, tell
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from replywatch.domain.messages import Correction

KINDS = ("human", "auto_reply", "bounce", "receipt", "newsletter", "notification", "calendar", "spam")


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch mark 3f9c02ab41 --answered '2026-03-02 14:30'   # by telephone",
        "replywatch mark 3f9c02ab41 --no-reply-needed",
        "replywatch mark 3f9c02ab41 --kind newsletter",
        "replywatch mark 77d01b22c9 --reply-of 3f9c02ab41",
        "replywatch mark 3f9c02ab41 --undo",
    ],
)
@click.argument("message", metavar="ID")
@click.option("--answered", metavar="TIME", help="It was answered then, by whatever means.")
@click.option("--no-reply-needed", is_flag=True, help="Nobody has to answer it: it leaves the figures.")
@click.option("--kind", type=click.Choice(KINDS), help="It is of this kind, whatever the rules say.")
@click.option("--reply-of", metavar="ID", help="This mail of ours is a reply to that message.")
@click.option("--undo", is_flag=True, help="Take the last mark of the message back; again, the one before.")
@options.common
def mark(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    message: str,
    answered: str | None,
    no_reply_needed: bool,
    kind: str | None,
    reply_of: str | None,
    undo: bool,
) -> None:
    """Correct what the program got wrong about a message, or could not see.

    The mail itself is never touched. Marks speak of three things: what kind of mail it is, what became of it, and what
    it replies to; of each the latest one counts. They outlive rebuilds and new polls.
    """
    from replywatch.app.explaining import mark as marking
    from replywatch.render.locale import Locale
    from replywatch.render.marked import marked_lines

    if sum(map(bool, (answered, no_reply_needed, kind, reply_of, undo))) != 1:
        raise UsageError(
            "say one thing about the message",
            "One of --answered, --no-reply-needed, --kind, --reply-of and --undo; see `replywatch mark --help`.",
        )
    config = load(context)
    with Listener() as listener:
        now, zone = int(time.time()), config.report.timezone
        if undo:
            found = marking.undo(config, message, now, listener)
        else:
            found = marking.mark(config, message, _correction(answered, kind, reply_of, now, zone), now, listener)
    tell(marked_lines(found, Locale(zone)))


def _correction(answered: str | None, kind: str | None, reply_of: str | None, now: int, zone: tzinfo) -> Correction:
    from replywatch.domain.messages import Answered, Kind, NeedsNone, OfKind, ReplyOf
    from replywatch.domain.periods import parse_moment

    if answered:
        return Answered(parse_moment(answered, now, zone))
    if kind:
        return OfKind(Kind(kind))
    return ReplyOf(reply_of) if reply_of else NeedsNone()
