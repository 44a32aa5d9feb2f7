"""Corrections by hand: facts of their own, which no rule and no poll overwrites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.judged import match_settings, messages_of
from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.explaining.pick import the_message
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.corrections import corrections_of
from replywatch.domain.instants import local
from replywatch.domain.matching.match import match
from replywatch.domain.messages import Answered, Correction, Corrections, Direction, OfKind, ReplyOf
from replywatch.domain.results.marked import Derivation, Marked, effect_of
from replywatch.errors import UsageError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.lock import writing
from replywatch.store.marks import Marks
from replywatch.store.queries import MessageRow, Queries


def mark(config: Config, text: str, wanted: Correction, now: int, progress: Progress) -> Marked:
    """Mark the message that `text` names, and derive what follows; says what that changed.

    A `ReplyOf` names the message replied to as a person would. What holds already is not put on record again. Raises
    `UsageError` if a message can't be found or the mark makes no sense for it.
    """
    _up_to_date(config, progress)
    with Database(config.store_path) as database, writing(config.store_path):
        queries, marks = Queries(database), Marks(database)
        message = the_message(queries, text)
        correction = _checked(queries, message, wanted)
        if isinstance(correction, Answered):
            _possible(correction.at, message, now, config.report.timezone)
        before = corrections_of(marks.standing().get(message.identity, ()))
        if before.said(correction) != before:
            marks.put(message.identity, correction, now)
            derive(database, config, progress)
        effect = effect_of(message.identity, correction, *_derivations(database, config, message.identity, before))
        return Marked(message.identity, correction, undone=False, effect=effect)


def undo(config: Config, text: str, now: int, progress: Progress) -> Marked:
    """Take back the latest mark that holds for the message that `text` names, and derive what follows.

    Once more, and the one before it is taken back. Raises `UsageError` if the message can't be found or has no mark.
    """
    _up_to_date(config, progress)
    with Database(config.store_path) as database, writing(config.store_path):
        marks = Marks(database)
        identity = the_message(Queries(database), text).identity
        standing = marks.standing().get(identity)
        if not standing:
            raise UsageError(f"the message {identity} has no mark", "There is nothing to undo.")
        marks.take_back(standing[-1], now)
        derive(database, config, progress)
        effect = effect_of(identity, None, *_derivations(database, config, identity, corrections_of(standing)))
        return Marked(identity, standing[-1].correction, undone=True, effect=effect)


def _up_to_date(config: Config, progress: Progress) -> None:
    """See to it that ids are those that a person saw."""
    with opened(config, progress):
        pass


def _derivations(
    database: Database, config: Config, identity: str, before: Corrections
) -> tuple[Derivation, Derivation]:
    """What is derived from the cluster of a message under the corrections it had, and under those it has.

    The cluster is that which marks made it grow to: what lay in several before is derived from it as from those.
    """
    derived = Derived(database)
    after = Marks(database).corrections()
    ((_, copies),) = derived.copies([Queries(database).cluster_of(identity)], mailbox_uses(derived, config))
    settings = match_settings(config, derived.our_id_domains())

    def derivation(corrections: Mapping[str, Corrections]) -> Derivation:
        matched = match(messages_of(copies, config.team, corrections), settings)
        return Derivation({m.identity: m for m in matched.messages}, matched)

    return derivation(after | {identity: before}), derivation(after)


def _checked(queries: Queries, message: MessageRow, wanted: Correction) -> Correction:
    """The correction with the identity of the message it points to, if it can hold for `message`."""
    if isinstance(wanted, ReplyOf):
        if message.direction is not Direction.OUTBOUND:
            raise UsageError(
                f"the message {message.identity} is {message.direction.value}, so it is no reply of ours",
                "Name our own mail first, then with --reply-of the message it answers.",
            )
        return ReplyOf(_inbound(the_message(queries, wanted.identity)).identity)
    if not isinstance(wanted, OfKind):
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
