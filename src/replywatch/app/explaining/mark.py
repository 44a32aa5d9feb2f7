"""Corrections by hand: facts of their own, which no rule and no poll overwrites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.matching_input import match_settings, messages_of
from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.explaining.marks import about, marked_identity
from replywatch.app.explaining.pick import the_message
from replywatch.app.progress import Progress
from replywatch.app.reporting.coverage import coverage_of, read_up_to
from replywatch.config.model import Config
from replywatch.domain.corrections import corrections_of
from replywatch.domain.instants import HOUR, local, midnight
from replywatch.domain.matching.match import match
from replywatch.domain.messages import Answered, Correction, Corrections, Direction, OfKind, ReplyOf
from replywatch.domain.periods import Period
from replywatch.domain.results.exchange_at import exchange_at
from replywatch.domain.results.marked import Derivation, Marking, Reason, Stands, Unchanged, effect_of
from replywatch.errors import ReplywatchError, UsageError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.lock import writing
from replywatch.store.marks import Marks
from replywatch.store.own_clock import read_as_now
from replywatch.store.queries import MessageRow, Queries


def mark(config: Config, text: str, wanted: Correction, now: int, progress: Progress) -> Marking:
    """Mark the message that `text` names, and derive what follows; says what that changed.

    A `ReplyOf` names the message replied to as a person would. What holds already is not put on record again. Raises
    `UsageError` if a message can't be found or the mark makes no sense for it.
    """
    config = _up_to_date(config, progress)
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
        return _Teller(database, config, now).told(message.identity, correction, before, undone=False)


def undo(config: Config, text: str, now: int, progress: Progress) -> Marking:
    """Take back the latest mark that holds for the message that `text` names, and derive what follows.

    Once more, and the one before it is taken back. Raises `UsageError` if the message can't be found or has no mark.
    """
    config = _up_to_date(config, progress)
    with Database(config.store_path) as database, writing(config.store_path):
        marks = Marks(database)
        standing = marks.standing()
        identity = marked_identity(Queries(database), standing, text)
        if identity not in standing:
            raise UsageError(f"the message {identity} has no mark", "There is nothing to undo.")
        last = standing[identity][-1]
        marks.take_back(last, now)
        derive(database, config, progress)
        before = corrections_of(standing[identity])
        return _Teller(database, config, now).told(identity, last.correction, before, undone=True)


def _up_to_date(config: Config, progress: Progress) -> Config:
    """See to it that ids are those that a person saw; the config as it holds for the store."""
    with opened(config, progress) as store:
        store.say_changed(progress)
        return store.config


class _Teller:
    """Says what a mark did, from the cluster of its message: derived as before, and as it is now. It only reads."""

    def __init__(self, database: Database, config: Config, now: int) -> None:
        read_as_now(database, now)
        self._config = config
        self._derived, self._queries = Derived(database), Queries(database)
        self._corrections = Marks(database).corrections()
        self._stands = _standing(database, config, now)

    def told(self, identity: str, correction: Correction, before: Corrections, *, undone: bool) -> Marking:
        """What it did that `correction` was put on the message, or taken back, whose corrections were `before`."""
        clusters = self._queries.clusters_of([identity])
        if identity not in clusters:
            unchanged = Unchanged(Reason.NOT_THERE, None)
            return Marking(about(identity, None, self._config), correction, undone, unchanged)
        was, now_is = self._derivations(clusters[identity], identity, before)
        effect = effect_of(identity, None if undone else correction, was, now_is, self._stands)
        return Marking(about(identity, now_is.messages[identity], self._config), correction, undone, effect)

    def _derivations(self, cluster: int, identity: str, before: Corrections) -> tuple[Derivation, Derivation]:
        """What is derived from a cluster under the corrections that its message had, and under those it has.

        The cluster is that which marks made it grow to: what lay in several before is derived from it as from those.
        """
        ((_, copies),) = self._derived.copies([cluster], mailbox_uses(self._derived, self._config))
        settings = match_settings(self._config, self._derived.our_id_domains())

        def derivation(corrections: Mapping[str, Corrections]) -> Derivation:
            matched = match(messages_of(copies, self._config.team, corrections), settings)
            return Derivation({m.identity: m for m in matched.messages}, matched)

        return derivation(self._corrections | {identity: before}), derivation(self._corrections)


def _standing(database: Database, config: Config, now: int) -> Stands:
    """Says where an exchange stands: as far as mail was read, or `now` where no account was ever read completely."""
    try:
        as_of = read_up_to(database, config)
    except ReplywatchError:
        as_of = now
    coverage = coverage_of(database, config, Period(None, None), as_of)
    return lambda exchange: exchange_at(exchange, as_of, config.report.never_after, coverage)


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
    arrived = local(message.clock, zone)
    if answered < message.clock and answered == midnight(arrived.date(), zone):
        raise UsageError(
            f"that is before the message arrived ({arrived:%Y-%m-%d %H:%M})",
            f"Give the time of day, too, such as '{local(min(message.clock + HOUR, now), zone):%Y-%m-%d %H:%M}'.",
        )
    if answered < message.clock:
        raise UsageError(
            f"that is before the message arrived ({arrived:%Y-%m-%d %H:%M})",
            "An answer comes after it. If another message is meant, give the id of that one.",
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
