"""One header judged: everything that can be said of a copy without knowing where it lies or what else there is.

Also the *keys* of a copy: whatever could tie it to other messages. Messages that share a key, directly or through
others, form a *cluster*; nothing outside a cluster can change what is derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from replywatch.domain.headers.addresses import parse_addresses
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.classify import classify
from replywatch.domain.judging.failure_subjects import told_of_delivery
from replywatch.domain.judging.identity import identity_of
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.judging.web_forms import by_web_form
from replywatch.domain.messages import Correction, Delivery, Header, Kind, OfKind, Parties, Reading, ReplyOf, Verdict
from replywatch.domain.people import contact_key
from replywatch.domain.team import Team

AUTOMATIC_ANSWERS = (Kind.AUTO_REPLY, Kind.NOTIFICATION)
"""Kinds of our own mail that acknowledge an enquiry without being a personal answer."""


def read(header: Header, team: Team) -> Reading:
    """The judgement of one copy under `team`."""
    reading = _read(header, team, parties_of(header, team))
    if not by_web_form(reading.parties) or set(reading.ids).issuperset((*reading.in_reply_to, *reading.references)):
        return reading
    parties = parties_of(header, team, answers=True)
    return reading if parties == reading.parties else replace(reading, if_known=_read(header, team, parties))


def _read(header: Header, team: Team, parties: Parties) -> Reading:
    """The judgement of a copy of which it is known who wrote to whom."""
    subject = base_subject(header.subject)
    verdict, firm = classify(header, parties, team)
    reached = [a.address for a in (*header.to, *header.cc, *header.bcc) if a.address]
    outsiders = _outsiders(reached, team)
    to_alone = not (header.cc or header.bcc)
    return Reading(
        identity=identity_of(header),
        message_id=header.message_id,
        ids=(*((header.message_id,) if header.message_id else ()), *header.aliases),
        in_reply_to=header.in_reply_to,
        references=header.references,
        date=header.date,
        date_has_zone=header.date_has_zone,
        received=header.received,
        subject=header.subject,
        exact_subject=subject.exact,
        bare_subject=subject.bare,
        numbers=subject.numbers,
        reply_prefix=subject.reply,
        public_list=bool(team.public_lists) and any(map(team.is_public_list, reached)),
        outsiders=outsiders,
        to=outsiders if to_alone else _outsiders([a.address for a in header.to if a.address], team),
        verdict=verdict,
        parties=parties,
        firm=firm,
        delivery=_delivery(header, verdict),
        failed=_failed(header),
    )


def _delivery(header: Header, verdict: Verdict) -> Delivery | None:
    """What a notice says of the message that it is about; None if the mail is none."""
    if verdict.kind is Kind.BOUNCE:
        told = told_of_delivery(header.subject)
        sure = verdict.rule == "report.refused" or _failed(header)
        return Delivery.FAILED if told is Delivery.UNCLEAR and sure else told
    if verdict.kind is Kind.RECEIPT or verdict.rule == "report.other":
        return Delivery.DELAYED if told_of_delivery(header.subject) is Delivery.DELAYED else None
    return None


def _failed(header: Header) -> tuple[str, ...]:
    """Whom a mail server says that it could not reach, as they are compared."""
    if "x-failed-recipients" not in header.fields:
        return ()
    found = chain.from_iterable(map(parse_addresses, header.fields["x-failed-recipients"]))
    return tuple(dict.fromkeys([contact_key(a.address) for a in found if a.address]))


def _outsiders(reached: Iterable[str], team: Team) -> tuple[str, ...]:
    """Those of the addresses that are not ours, as they are compared."""
    return tuple(dict.fromkeys([contact_key(address) for address in reached if not team.is_ours(address)]))


def id_domain(message_id: str) -> str:
    """The right side of a Message-ID in lower case, "" if it has none (RFC 5322, section 3.6.4)."""
    return message_id.rpartition("@")[2].lower() if "@" in message_id else ""


def _same_message(reading: Reading) -> Iterator[str]:
    yield reading.identity


def _ids(reading: Reading) -> Iterator[str]:
    yield from reading.ids
    yield from reading.in_reply_to
    yield from reading.references


def persons_of(parties: Parties, *, relayed: bool) -> tuple[str, ...]:
    """The addresses that stand for the author outside as a person; empty for our mail.

    If it is `relayed`, From is an address behind which several people write, and Reply-To says which of them did.
    """
    return (relayed and _beside_from(parties)) or parties.senders


def _beside_from(parties: Parties) -> tuple[str, ...]:
    """Where else the author is reached if From names him; empty otherwise."""
    if len(parties.senders) < 2 or parties.contact_because.rule != "contact.from":
        return ()
    return tuple([address for address in parties.senders if address != contact_key(parties.contact)])


class SubjectPairs(NamedTuple):
    """The pairs of person outside and subject by which the subject rung may join a copy to others."""

    exact: frozenset[str] = frozenset()
    """By which others find it, with the exact subject."""
    bare: frozenset[str] = frozenset()
    """The same with the bare subject. A numbered one is found by its numbers, or by a subject that has none."""
    exact_sought: frozenset[str] = frozenset()
    """By which it looks for others: fewer, where ours has no reply prefix and a contact is not in To."""
    bare_sought: frozenset[str] = frozenset()


def subject_pairs(reading: Reading, marked: Kind | None = None, *, relayed: bool = False) -> SubjectPairs:
    """The pairs of person outside and subject by which the subject rung may join this copy to others.

    Personal mail has them, and our own automatic answers; mail of public lists never. The kind is that which the rules
    found, unless it was `marked` by hand; `relayed` as for `persons_of`.
    """
    people = _people_of_pairs(reading, marked, relayed=relayed)
    if not people or not reading.exact_subject:
        return SubjectPairs()
    asked = reading.to if reading.parties.ours and not reading.reply_prefix else people
    exact, bare = reading.exact_subject, reading.bare_subject
    any_number = f"{bare}\0"
    if reading.numbers:
        by_number = [f"{bare}\0{number}" for number in reading.numbers]
        had, sought = [any_number, *by_number], [bare, *by_number]
    else:
        had, sought = [bare], [bare, any_number]
    found_by, looked_for = _pairs(people, [exact]), _pairs(asked, [exact])
    same = had == [exact]
    return SubjectPairs(found_by, found_by if same else _pairs(people, had), looked_for, _pairs(asked, sought))


def _people_of_pairs(reading: Reading, marked: Kind | None, *, relayed: bool = False) -> tuple[str, ...]:
    """The persons outside by whom this copy may be joined to others."""
    ours, kind = reading.parties.ours, marked or reading.verdict.kind
    if reading.public_list or not (kind is Kind.HUMAN or (ours and kind in AUTOMATIC_ANSWERS)):
        return ()
    return reading.outsiders if ours else persons_of(reading.parties, relayed=relayed)


def _pairs(people: Collection[str], subjects: Iterable[str]) -> frozenset[str]:
    return frozenset([f"{person}\0{subject}" for subject in subjects for person in people])


def _all_pairs(reading: Reading, marked: Kind | None = None) -> Iterator[str]:
    """The pairs in either form, without telling which is which: they make a cluster, no conversation."""
    people = _people_of_pairs(reading, marked)
    yield from _pairs(people, filter(None, {reading.exact_subject, reading.bare_subject}))
    if reading.if_known:
        yield from _all_pairs(reading.if_known, marked)


class Letter(NamedTuple):
    """One of our mails that answers nothing by what its header says; several of one subject make a form letter."""

    subject: int
    """Digest of the exact subject, a signed 64-bit integer."""
    contact: str
    """The first recipient outside, as people are compared."""
    date: int
    """What its Date says."""


def letter_of(reading: Reading, marked: Kind | None = None) -> Letter | None:
    """What this copy tells of form letters; None if it can't be one.

    One can be personal mail of ours that names no message, has no reply or forward prefix and a subject that tells
    something. The kind is that which the rules found, unless it was `marked` by hand.
    """
    if not (
        reading.parties.ours
        and (marked or reading.verdict.kind) is Kind.HUMAN
        and reading.exact_subject
        and reading.parties.contact
        and reading.date is not None
    ):
        return None
    if reading.in_reply_to or reading.references or reading.reply_prefix or reading.public_list:
        return None
    if base_subject(reading.subject).forward:
        return None
    contact = contact_key(reading.parties.contact)
    return Letter(_key("letter", reading.exact_subject), contact, reading.date)


class Relayed(NamedTuple):
    """A mail from outside whose author is to be reached at another address; several such from one are a relay's."""

    sender: int
    """Digest of the address in From, a signed 64-bit integer."""
    reply_to: int
    """Digest of the one in Reply-To."""


def relayed_of(reading: Reading) -> Relayed | None:
    """What this copy tells of relays; None if it can't be a relay's.

    A Reply-To that is a recipient as well is that of a list, not of the author.
    """
    known = reading.if_known or reading
    behind = () if known.public_list else _beside_from(known.parties)
    for address in behind:
        if address not in known.outsiders:
            return Relayed(person_key(known.parties.contact), person_key(address))
    return None


def person_key(address: str) -> int:
    """A digest of an address as people are compared, a signed 64-bit integer."""
    return _key("person", contact_key(address))


EDGES: dict[str, Callable[[Reading], Iterator[str]]] = {
    "same": _same_message,
    "id": _ids,
    "subject": _all_pairs,
}
"""What can tie two copies together, by kind. Provider thread ids come from the mailbox: see `keys_of`."""


def keys_of(reading: Reading, threads: Iterable[str]) -> set[int]:
    """The keys of a copy as signed 64-bit integers; `threads` are the provider's conversation ids.

    Two keys that fall together by chance make a cluster larger, never a conversation.
    """
    keys = {_key(kind, text) for kind, edge in EDGES.items() for text in edge(reading)}
    return keys | thread_keys(threads)


def thread_keys(threads: Iterable[str]) -> set[int]:
    """The keys that a message has from where it lies: its provider's conversation ids."""
    return {_key("thread", thread) for thread in threads}


def mark_keys(reading: Reading, corrections: Iterable[Correction]) -> set[int]:
    """The keys that a copy has from every correction that was ever made of its message, also from those taken back.

    They are those of the message that it is said to reply to, and those that the rules would give it had they found
    the kind. That they stay makes a cluster larger, and the same whenever a mark came and went.
    """
    keys: set[int] = set()
    for correction in corrections:
        if isinstance(correction, ReplyOf):
            keys.add(_key("same", correction.identity))
        elif isinstance(correction, OfKind):
            keys |= {_key("subject", pair) for pair in _all_pairs(reading, correction.kind)}
    return keys


def _key(kind: str, text: str) -> int:
    digest = blake2b(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
