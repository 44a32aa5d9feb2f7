"""Derived rows brought up to date with the facts: whatever came since, or everything if rules or config changed.

Two hops. First every new message is read on its own and put into its cluster; then each cluster that anything happened
to is derived again as a whole. Both go in batches of one transaction each, so a run that is killed is simply continued.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from replywatch.app.deriving.counting import counts_of
from replywatch.app.deriving.matching_input import match_settings, messages_of
from replywatch.app.deriving.provenance import fingerprint, mailbox_uses
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import keys_of, mark_keys, read, thread_keys
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.domain.matching.clusters import assign
from replywatch.domain.matching.match import Matched, MatchSettings, match
from replywatch.domain.messages import Correction, Corrections, Exchange, Message
from replywatch.domain.results.notice import Notice, Stretch
from replywatch.domain.team import Team
from replywatch.store.database import Database
from replywatch.store.derived import Derived, Pending, ReadBatch
from replywatch.store.derived_rows import DerivedRows, Standing
from replywatch.store.marks import Marks

READ_AT_ONCE = 2000
OCTETS_AT_ONCE = 4 << 20
"""Of the headers that are read at once: what is read of them takes many times as much."""
CLUSTERS_AT_ONCE = 1000


def derive(database: Database, config: Config, progress: Progress, *, anew: bool = False) -> None:
    """Bring all derived rows up to date; `anew` drops them first. The caller holds the store's lock.

    Where rules or config make it drop them unasked, it says so, and which of the two it was.
    """
    derived, marks = Derived(database), Marks(database)
    if anew or derived.fingerprint() != fingerprint(config):
        if not anew:
            _say_why(derived.rules_version(), progress)
        derived.restart(fingerprint(config), RULES_VERSION)
    last_pass = derived.newest_pass()
    derived.soil_ahead()
    pending, _ = derived.due()
    progress.begin(Stretch("reading_headers"), pending)
    marked = _Marked(marks.corrections(), marks.ever_made())
    servers = frozenset(account.name for account in config.accounts if account.kind == "imap")
    while batch := derived.pending(READ_AT_ONCE, OCTETS_AT_ONCE):
        _read_batch(derived, batch, config.team, marked, servers)
        progress.advance(len(batch))
    derived.tell_counts()
    _, dirty = derived.due()
    progress.begin(Stretch("matching_replies"), dirty)
    uses = mailbox_uses(derived, config)
    settings = match_settings(config, derived.our_id_domains())
    while clusters := derived.dirty(CLUSTERS_AT_ONCE):
        rows = DerivedRows()
        for cluster, copies in derived.copies(clusters, uses):
            _derive_cluster(rows, cluster, messages_of(copies, config.team, marked.holding), settings)
        derived.replace(clusters, rows)
        progress.advance(len(clusters))
    derived.finish(last_pass)


def _say_why(rules_version: int | None, progress: Progress) -> None:
    """Say why all is derived anew that was derived under these rules; nothing where nothing was."""
    if rules_version == RULES_VERSION:
        progress.note(Notice("config_changed"))
    elif rules_version is not None:
        progress.say(Notice("new_rules"))


def exchanges_until(
    database: Database, config: Config, clusters: Sequence[int], as_of: int
) -> Iterator[tuple[Exchange, int]]:
    """The exchanges of `clusters`, with the rungs under which they hold, as if nothing had come after `as_of`."""
    derived = Derived(database)
    uses, corrections = mailbox_uses(derived, config), Marks(database).corrections()
    settings = match_settings(config, derived.our_id_domains())
    for start in range(0, len(clusters), CLUSTERS_AT_ONCE):
        for _, copies in derived.copies(clusters[start : start + CLUSTERS_AT_ONCE], uses):
            messages = messages_of(copies, config.team, corrections)
            yield from match([m for m in messages if m.clock <= as_of], settings).exchanges


def _derive_cluster(rows: DerivedRows, cluster: int, messages: Sequence[Message], settings: MatchSettings) -> None:
    matched = match(messages, settings)
    for message in matched.messages:
        rows.add_message(cluster, message, _standing(message.identity, matched))
    for exchange, rungs in matched.exchanges:
        rows.add_exchange(cluster, exchange, rungs)


def _standing(identity: str, matched: Matched) -> Standing:
    """What matching found a message to be among those of its cluster."""
    return Standing(
        matched.conversations[identity],
        matched.rungs[identity],
        goes_on=identity in matched.unseen,
        answers_missing=identity in matched.orphaned,
        acknowledges=identity in matched.in_seconds,
    )


class _Marked(NamedTuple):
    """What people said of messages."""

    holding: Mapping[str, Corrections]
    """Identity → what holds."""
    ever_made: Mapping[str, Sequence[Correction]]
    """Identity → all that was ever said."""


def _read_batch(
    derived: Derived, batch: Sequence[Pending], team: Team, marked: _Marked, servers: frozenset[str]
) -> None:
    """Read what was never read before, and once more what ever bore a mark; put all of it into clusters."""
    new = {p.message: read(parse_header(p.header), team) for p in batch if p.cluster is None}
    again = {p.message: read(parse_header(p.header), team) for p in batch if p.identity in marked.ever_made}
    keys = {
        p.message: keys_of(new[p.message], p.threads) if p.message in new else thread_keys(p.threads) for p in batch
    }
    for message, reading in (new | again).items():
        if corrections := marked.ever_made.get(reading.identity):
            keys[message] |= mark_keys(reading, corrections)
    known = derived.clusters_of({key for some in keys.values() for key in some})
    assignment = assign(((p.message, p.cluster, keys[p.message]) for p in batch), known)
    derived.add_batch(ReadBatch(new, assignment, counts_of(new, again, marked.holding, team), servers))
