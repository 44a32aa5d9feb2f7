"""The marks that hold, also those of messages that are no longer there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from replywatch.app.deriving.matching_input import messages_of
from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.explaining.pick import SHORTEST_ID, the_message
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.corrections import holding
from replywatch.domain.messages import Message
from replywatch.domain.results.marked import Holding, Marked
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.marks import Marks
from replywatch.store.queries import Queries


def marks_that_hold(config: Config, text: str | None, progress: Progress) -> list[Holding]:
    """All marks that hold, in the order in which they were made; with `text` those of the message that it names.

    Raises `UsageError` if `text` names no message and none that was marked, or several, and as `say_changed`.
    """
    with opened(config, progress) as store:
        store.say_changed(progress)
        database, config = store.database, store.config
        standing = Marks(database).standing()
        if text is not None:
            identity = marked_identity(Queries(database), standing, text)
            standing = {identity: standing.get(identity, [])}
        messages = _messages(database, config, standing)
        found = [mark for marks in standing.values() for mark in holding(marks)]
        return [Holding(m, about(m.identity, messages.get(m.identity), config)) for m in sorted(found)]


def marked_identity(queries: Queries, marked: Iterable[str], text: str) -> str:
    """The identity of the message that `text` names; it need not be there if it is the only one `marked` so.

    Raises `UsageError` as `the_message`.
    """
    begins = text.strip().lower()
    known = [identity for identity in marked if identity.startswith(begins)]
    if len(begins) < SHORTEST_ID or len(known) != 1 or queries.find_messages(text.strip(), 1):
        return the_message(queries, text).identity
    return known[0]


def about(identity: str, message: Message | None, config: Config) -> Marked:
    """What may be shown of the message that a mark is about."""
    return Marked(identity, message, message.subject if message and config.privacy.subjects else None)


def _messages(database: Database, config: Config, identities: Collection[str]) -> dict[str, Message]:
    """Identity → message, of those of these that are judged; derived from their clusters, which no row holds whole."""
    derived, corrections = Derived(database), Marks(database).corrections()
    clusters = sorted(set(Queries(database).clusters_of(identities).values()))
    return {
        message.identity: message
        for _, copies in derived.copies(clusters, mailbox_uses(derived, config))
        for message in messages_of(copies, config.team, corrections)
        if message.identity in identities
    }
