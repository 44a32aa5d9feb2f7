"""Corrections by hand: facts of their own, which no rule and no poll overwrites."""

from __future__ import annotations

from datetime import tzinfo

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.opened import opened
from replywatch.app.explaining.pick import the_message
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.instants import local
from replywatch.domain.messages import Direction, Mark, MarkKind
from replywatch.errors import UsageError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.facts import UNDO, Facts
from replywatch.store.lock import writing
from replywatch.store.queries import MessageRow, Queries


def mark(config: Config, text: str, wanted: Mark | None, now: int, progress: Progress) -> MessageRow:
    """Mark the message that `text` names, or take its mark back (`wanted` is None), and derive what follows.

    For `MarkKind.REPLY_OF` the value of `wanted` names the message replied to as a person would. Returns the message
    that was marked. Raises `UsageError` if a message can't be found or the mark makes no sense for it.
    """
    with opened(config, progress):
        pass  # brought up to date, so that ids are those that a person saw
    with Database(config.store_path) as database, writing(config.store_path):
        queries, facts = Queries(database), Facts(database)
        message = the_message(queries, text)
        if wanted is None:
            if message.identity not in Derived(database).marks():
                raise UsageError(f"the message {message.identity} has no mark", "There is nothing to undo.")
            facts.mark(message.identity, UNDO, "", now)
        else:
            checked = _checked(queries, message, wanted)
            if checked.kind is MarkKind.ANSWERED:
                _possible(int(checked.value), message, now, config.report.timezone)
            facts.mark(message.identity, checked.kind.value, checked.value, now)
        derive(database, config, progress)
        return message


def _checked(queries: Queries, message: MessageRow, wanted: Mark) -> Mark:
    """The mark with the identity of the message it points to, if it can hold for `message`."""
    if wanted.kind is MarkKind.REPLY_OF:
        if message.direction is not Direction.OUTBOUND:
            raise UsageError(
                f"the message {message.identity} is {message.direction.value}, so it is no reply of ours",
                "Name our own mail first, then with --reply-of the message it answers.",
            )
        return wanted._replace(value=_inbound(the_message(queries, wanted.value)).identity)
    if wanted.kind is not MarkKind.KIND:
        _inbound(message)
    return wanted


def _possible(answered: int, message: MessageRow, now: int, zone: tzinfo) -> None:
    """Refuse a time at which nobody can have answered; a bare date is its midnight, often before the message."""
    if answered < message.clock:
        raise UsageError(
            f"that is before the message arrived ({local(message.clock, zone):%Y-%m-%d %H:%M})",
            "Give the time of day, too: --answered '2026-03-02 14:30'.",
        )
    if answered > now:
        raise UsageError("that is in the future", "Give the time at which it was answered.")


def _inbound(message: MessageRow) -> MessageRow:
    if message.direction is not Direction.INBOUND:
        raise UsageError(
            f"the message {message.identity} is {message.direction.value}: nobody waits for an answer to it",
            "Name the message that somebody outside wrote.",
        )
    return message
