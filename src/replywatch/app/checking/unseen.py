"""Answers in mailboxes that are not read, as far as the mail shows them that `check` looks at.

For as long as no mail was polled under this config: after that the store knows better, since it has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from replywatch.app.checking.mailboxes import Box
from replywatch.app.checking.samples import LARGEST, Sample, Seen, look
from replywatch.app.deriving.matching_input import match_settings, messages_of
from replywatch.app.reporting.absent_mail import likely_mailboxes
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.judging.reading import id_domain
from replywatch.domain.matching.match import Matched, match
from replywatch.domain.messages import RUNG_BITS, Copy, Location, Reading, Role, Rung
from replywatch.domain.people import mailbox_key
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.sources.base import Source
from replywatch.store.absent import Naming

_NOT_ASKED = (Role.JUNK, Role.TRASH)
"""Where nobody keeps answers."""


class Look(NamedTuple):
    """The mail of an account that was looked at."""

    account: AnyAccount
    samples: Mapping[Role, Sample]
    complete: bool
    """All mailboxes were looked into in which an answer of ours may be."""

    @property
    def since(self) -> int | None:
        """What is older may have been left out; None: nothing was."""
        return max((s.since for s in self.samples.values() if s.since is not None), default=None)


def look_further(config: Config, first: Look, source: Source, boxes: Sequence[Box]) -> list[Look]:
    """The look at an account, with its other mailboxes if the first ones speak of answers that lie nowhere there.

    Raises:
        ConnectError: the connection broke.
    """
    likely = [box for box in boxes if box.exists and not box.view and box.role not in _NOT_ASKED]
    complete = len(likely) <= LARGEST and not any(sample.failed for sample in first.samples.values())
    first = first._replace(complete=complete)
    others = [box for box in likely if box.role not in (Role.INBOX, Role.SENT)]
    whole = first.samples[Role.ARCHIVE].opened or not others
    if whole or not unseen_mail(config, [first], 0).answers_unseen:
        return [first]
    further = look(source, others, config.team)
    return [Look(first.account, {**first.samples, Role.FOLDER: further}, complete and not further.failed)]


def unseen_mail(config: Config, looks: Sequence[Look], now: int) -> AbsentMail:
    """What the mail of `looks` tells of answers of ours that are in none of their mailboxes.

    Only of conversations that began when all mail was looked at, and of none where a mailbox was left out.
    """
    copies = list(_copies(looks, now))
    if not all(looked.complete for looked in looks) or not copies:
        return AbsentMail(0, 0, 0)
    readings = {copy.reading.identity: copy.reading for copy in copies}
    messages = messages_of(copies, config.team, {})
    matched = match(messages, match_settings(config, _our_domains(readings.values())))
    whole = _whole(matched, max((looked.since for looked in looks if looked.since is not None), default=None))
    going_on = {i: first for i in matched.unseen if (first := matched.conversations[i]) in whole}
    if not going_on:
        return AbsentMail(_enquiries(matched), 0, 0)
    kept = {mailbox_key(author) for author in _kept(looks)}
    likely, more = likely_mailboxes(
        config, _namings(going_on, readings), {looked.account.name for looked in looks}, kept.__contains__
    )
    return AbsentMail(_enquiries(matched), len(set(going_on.values())), 0, likely, more)


def _whole(matched: Matched, since: int | None) -> set[str]:
    """The conversations of which all was looked at, if what is older than `since` may have been left out.

    They began after that, with a message that names no other.
    """
    return {
        m.identity
        for m in matched.messages
        if since is None or (m.clock >= since and not (m.in_reply_to or m.references))
    }


def _seen(looks: Sequence[Look]) -> Iterator[tuple[Look, Role, Seen]]:
    for looked in looks:
        for role, sample in looked.samples.items():
            yield from ((looked, role, seen) for seen in (*sample.newest, *sample.oldest))


def _copies(looks: Sequence[Look], now: int) -> Iterator[Copy]:
    """Each message as a poll would find it."""
    for number, (looked, role, seen) in enumerate(_seen(looks)):
        on_disk = looked.account.kind != "imap"
        location = Location(
            account=looked.account.name,
            watched=looked.account.watched,
            role=role,
            both_directions=on_disk or role is Role.ARCHIVE,
            internal_date=seen.internal_date,
            thread=None,
            first_seen=now,
            gone=None,
            draft=False,
            on_disk=on_disk,
        )
        yield Copy(f"{number:08}", seen.reading, (location,))


def _our_domains(readings: Iterable[Reading]) -> frozenset[str]:
    """The right sides of Message-IDs that are on our mail and on no other."""
    ours: set[str] = set()
    outside: set[str] = set()
    for reading in readings:
        (ours if reading.parties.ours else outside).add(id_domain(reading.message_id or ""))
    return frozenset(ours - outside - {""})


def _enquiries(matched: Matched) -> int:
    return sum(e.ordinal == 1 for e, rungs in matched.exchanges if rungs & RUNG_BITS[Rung.SUBJECT])


def _namings(going_on: Mapping[str, str], readings: Mapping[str, Reading]) -> Iterator[Naming]:
    """Whom each of these messages names, and the first of its conversation if somebody outside wrote that."""
    for identity, conversation in going_on.items():
        first = readings[conversation].parties
        recipients = readings[identity].parties.recipients
        yield Naming(conversation, recipients, () if first.ours else first.recipients)


def _kept(looks: Sequence[Look]) -> Iterator[str]:
    """Whose mail lies where programs keep what is sent, or in an archive of an account without such a place."""
    with_sent = {looked.account.name for looked in looks if looked.samples[Role.SENT].opened}
    for looked, role, seen in _seen(looks):
        archive = (looked.account.kind != "imap" or role is Role.ARCHIVE) and looked.account.name not in with_sent
        if role is Role.SENT or archive:
            yield seen.reading.parties.author
