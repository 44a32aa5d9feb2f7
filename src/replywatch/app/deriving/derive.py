"""Derived rows brought up to date with the facts: whatever came since, or everything if rules or config changed.

Two hops. First every new message is read on its own and put into its cluster; then each cluster that anything happened
to is derived again as a whole. Both go in batches of one transaction each, so a run that is killed is simply continued.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from replywatch.app.deriving.provenance import fingerprint, mailbox_uses
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import id_domain, keys_of, mark_keys, read, thread_keys
from replywatch.domain.matching.clusters import assign
from replywatch.domain.matching.match import MatchSettings, match
from replywatch.domain.matching.merge import merge
from replywatch.domain.messages import UNCORRECTED, Copy, Correction, Corrections, Exchange, Message, Reading
from replywatch.domain.results.notice import Stretch
from replywatch.domain.team import Team
from replywatch.store.database import Database
from replywatch.store.derived import Derived, Pending, ReadBatch
from replywatch.store.derived_rows import DerivedRows
from replywatch.store.marks import Marks

READ_AT_ONCE = 2000
CLUSTERS_AT_ONCE = 1000


def derive(database: Database, config: Config, progress: Progress, *, anew: bool = False) -> None:
    """Bring all derived rows up to date; `anew` drops them first. The caller holds the store's lock."""
    derived, marks = Derived(database), Marks(database)
    if anew or derived.fingerprint() != fingerprint(config):
        derived.restart(fingerprint(config))
    last_pass = derived.newest_pass()
    derived.soil_ahead()
    pending, _ = derived.due()
    progress.begin(Stretch("reading_headers"), pending)
    ever_made = marks.ever_made()
    servers = frozenset(account.name for account in config.accounts if account.kind == "imap")
    while batch := derived.pending(READ_AT_ONCE):
        _read_batch(derived, batch, config.team, ever_made, servers)
        progress.advance(len(batch))
    derived.tell_bursts()
    _, dirty = derived.due()
    progress.begin(Stretch("matching_replies"), dirty)
    uses = mailbox_uses(derived, config)
    our_domains, corrections = derived.our_id_domains(), marks.corrections()
    while clusters := derived.dirty(CLUSTERS_AT_ONCE):
        rows = DerivedRows()
        for cluster, copies in derived.copies(clusters, uses):
            _derive_cluster(rows, cluster, messages_of(copies, config.team, corrections), config, our_domains)
        derived.replace(clusters, rows)
        progress.advance(len(clusters))
    derived.finish(last_pass)


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


def messages_of(copies: Sequence[Copy], team: Team, corrections: Mapping[str, Corrections]) -> list[Message]:
    """The messages behind the copies of one cluster, with the corrections by hand that hold for them."""
    same: dict[str, list[Copy]] = {}
    for copy in copies:
        same.setdefault(copy.reading.identity, []).append(copy)
    all_inbound = not team.addresses
    merged = [
        merge(group, all_inbound=all_inbound, corrections=corrections.get(identity, UNCORRECTED))
        for identity, group in same.items()
    ]
    return [message for message in merged if message]


def match_settings(config: Config, our_domains: frozenset[str]) -> MatchSettings:
    """What matching needs to know of the config and of the right sides of our Message-IDs."""
    team = config.team
    return MatchSettings(
        config.report.new_enquiry_after, lambda domain: domain in our_domains or team.has_domain(domain)
    )


def _derive_cluster(
    rows: DerivedRows, cluster: int, messages: Sequence[Message], config: Config, our_domains: frozenset[str]
) -> None:
    matched = match(messages, match_settings(config, our_domains))
    for message in messages:
        rows.add_message(cluster, message, matched.conversations[message.identity], matched.rungs[message.identity])
    for exchange, rungs in matched.exchanges:
        rows.add_exchange(cluster, exchange, rungs)


def _read_batch(
    derived: Derived,
    batch: Sequence[Pending],
    team: Team,
    ever_made: Mapping[str, Sequence[Correction]],
    servers: frozenset[str],
) -> None:
    readings = {p.message: read(parse_header(p.header), team) for p in batch if p.cluster is None}
    keys = {p.message: _keys(p, readings.get(p.message), team, ever_made) for p in batch}
    known = derived.clusters_of({key for some in keys.values() for key in some})
    assignment = assign(((p.message, p.cluster, keys[p.message]) for p in batch), known)
    named = _named_domains(readings, team)
    derived.add_batch(ReadBatch(readings, assignment, _id_domains(readings.values()), named, servers))


def _keys(
    pending: Pending, reading: Reading | None, team: Team, ever_made: Mapping[str, Sequence[Correction]]
) -> set[int]:
    """The keys that a message may not have yet: all of them if its `reading` is new, else those of places and marks."""
    keys = thread_keys(pending.threads) if reading is None else keys_of(reading, pending.threads)
    corrections = ever_made.get(pending.identity or (reading.identity if reading else ""))
    if corrections:
        keys |= mark_keys(reading or read(parse_header(pending.header), team), corrections)
    return keys


def _id_domains(readings: Iterable[Reading]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for reading in readings:
        if reading.message_id and (domain := id_domain(reading.message_id)):
            ours, outside = counts.get(domain, (0, 0))
            counts[domain] = (ours + reading.parties.ours, outside + (not reading.parties.ours))
    return counts


def _named_domains(readings: Mapping[int, Reading], team: Team) -> list[tuple[str, int]]:
    """The right sides that may turn out to be ours; a team domain is ours anyway."""
    return [
        (domain, message)
        for message, reading in readings.items()
        if not reading.parties.ours
        for domain in {id_domain(named) for named in (*reading.in_reply_to, *reading.references)}
        if domain and not team.has_domain(domain)
    ]
