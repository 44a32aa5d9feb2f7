"""Rows of readings and locations put together: the copies of messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from replywatch.domain.mailboxes.flags import DRAFT, put_away
from replywatch.domain.mailboxes.labels import Labels
from replywatch.domain.messages import Copy, Flagged, Location, Role
from replywatch.store.readings import decode_reading


@dataclass(frozen=True, slots=True)
class MailboxUse:
    """What the config makes of a mailbox."""

    account: str
    watched: bool
    role: Role
    both_directions: bool
    """An archive: mail of ours lies beside mail to us."""
    on_disk: bool
    """Of a Maildir or mbox account."""
    labels: Labels
    """What labels say in this account."""
    of_other_user: bool = False
    """Another user's, whose personal mail is not watched."""
    all_mail: bool = False
    """It holds all mail of its account (`\\All`), without labels that say where else a message lies."""
    last_pass: int | None = None
    """When mail was last looked for, in any mailbox; None: never."""

    def roles(self, labels: str | None) -> tuple[Role, ...]:
        """The roles of a message here with these labels, a JSON list; None: it can't have any."""
        return self.labels.roles(self.role, None if labels is None else json.loads(labels))


COPIES = """
    SELECT r.cluster, r.message, m.digest, r.data, l.epoch, l.internal_date, l.thread, l.first_seen, l.gone, l.flags,
        l.unanswered_at, l.answered_at, l.labels,
        EXISTS (SELECT 1 FROM letters f WHERE f.message = r.message AND f.is_form = 1),
        EXISTS (SELECT 1 FROM relays f WHERE f.message = r.message AND f.is_relayed = 1),
        (SELECT b.in_burst FROM late_copies b WHERE b.message = l.message AND b.saved_at = l.internal_date
            AND b.mailbox = (SELECT mailbox FROM epochs WHERE id = l.epoch))
    FROM json_each(?) j JOIN readings r ON r.cluster = j.value JOIN messages m ON m.id = r.message
        LEFT JOIN locations l ON l.message = r.message ORDER BY r.cluster, r.message
"""
"""The rows of the clusters in a JSON list, a `_CopyRow` each."""


class _CopyRow(NamedTuple):
    """A message of a cluster in one of its locations; where it has none, nothing is said of one."""

    cluster: int
    message: int
    digest: bytes
    reading: str
    epoch: int | None
    internal_date: int | None
    thread: str | None
    first_seen: int
    gone: int | None
    flags: str
    unanswered_at: int | None
    answered_at: int | None
    labels: str | None
    form_letter: int
    relayed: int
    in_burst: int | None


def copies_of(rows: Iterable[Sequence[Any]], uses: Mapping[int, MailboxUse]) -> Iterator[tuple[int, list[Copy]]]:
    """Each cluster of the rows of `COPIES`, with its copies; `uses` are those of the mailbox of each epoch.

    Locations in mailboxes without any, of accounts that the config doesn't name, are left out.
    """
    for cluster, of_cluster in groupby(map(_CopyRow._make, rows), attrgetter("cluster")):
        of_messages = groupby(of_cluster, attrgetter("message"))
        yield cluster, [_copy(list(of_message), uses) for _, of_message in of_messages]


def _copy(rows: Sequence[_CopyRow], uses: Mapping[int, MailboxUse]) -> Copy:
    """The message of `rows`, which are its locations."""
    located = ((row, uses.get(row.epoch)) for row in rows if row.epoch is not None)
    locations = [location for row, use in located if use for location in _locations(row, use)]
    first = rows[0]
    return Copy(
        first.digest.hex(),
        decode_reading(first.reading),
        tuple(locations),
        form_letter=bool(first.form_letter),
        relayed=bool(first.relayed),
    )


def _locations(row: _CopyRow, use: MailboxUse) -> Iterator[Location]:
    """One location, once for each role that labels give it."""
    flagged = None if row.answered_at is None else Flagged(row.unanswered_at, row.answered_at)
    flags = row.flags.split()
    for role in use.roles(row.labels):
        yield Location(
            account=use.account,
            watched=use.watched,
            role=role,
            both_directions=use.both_directions,
            internal_date=row.internal_date,
            thread=row.thread,
            first_seen=row.first_seen,
            gone=row.gone,
            draft=DRAFT in flags,
            flagged=flagged,
            on_disk=use.on_disk,
            put_away=put_away(flags),
            all_mail=use.all_mail and row.labels is None,
            in_burst=bool(row.in_burst),
            last_pass=use.last_pass,
        )
