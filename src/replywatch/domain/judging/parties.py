"""Who wrote a message, whom it reached, and who stands behind a sender that speaks for somebody else.

Two sorts of sender speak for others: web forms (the visitor is in Reply-To) and lists or groups that rewrite From
("Anna via info"; the author is in X-Original-From, X-Original-Sender or Reply-To).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from replywatch.domain.headers.addresses import fold_domain
from replywatch.domain.judging.lists import related
from replywatch.domain.judging.sender_shapes import is_form, is_no_reply
from replywatch.domain.messages import Address, Because, Header, Parties
from replywatch.domain.people import contact_key
from replywatch.domain.team import Team

LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post")
"""Fields by which a mailing list or a newsletter shows (RFC 2369, RFC 2919), in lower case."""

_REWRITTEN_NAME = re.compile(r"(.+) via \S")
_ENCODED = re.compile(r"([^@]{1,64})=40([^@=]{1,253})@dmarc\.[^@]{1,253}")
"""An author's address as the IETF's lists put it into their own domain."""
_LONGEST_NAME = 200
"""Characters of a display name in which "via" is looked for."""

_NOBODY = Address("", "")
_FROM = Because("contact.from", "From")
_REPLY_TO = Because("contact.reply-to", "Reply-To")
_SENDER = Because("contact.sender", "Sender")


class _Case(NamedTuple):
    """A message before the team's eyes."""

    header: Header
    team: Team
    outside: list[Address]
    """The recipients that aren't ours."""


class _Author(NamedTuple):
    """Who wrote, and which field says so."""

    address: Address
    because: Because
    relayed: bool = False
    """From is the address of a list or form that handed the message on, none of the author's own."""


def parties_of(header: Header, team: Team) -> Parties:
    """Who wrote the message and whom it reached, for `team`; an empty team has nobody but outsiders.

    The result's addresses are those of `contact_key`, so that a `+tag` makes nobody another person.
    """
    is_ours = team.is_ours
    people = [a for a in (*header.to, *header.cc, *header.bcc) if a.address]
    case = _Case(header, team, [a for a in people if not is_ours(a.address)])
    behind = _author_behind(case)
    author = _our_author(case, behind)
    contact = _addressee(case.outside) if author else behind or _plain_author(case)
    named = (*header.delivered_to, *header.x_original_to, *header.to, *header.cc)
    return Parties(
        ours=bool(author),
        contact=contact_key(contact.address.address),
        contact_name=contact.address.name,
        contact_because=contact.because,
        author=contact_key(author),
        senders=() if author else _keys(_reachable(case, contact)),
        recipients=_keys(people),
        team_address=_team_address(named, team),
        names_ours=any(is_ours(a.address) for a in named),
    )


def _our_author(case: _Case, behind: _Author | None) -> str:
    """The address of ours that wrote: behind From, in From, else in Sender; "" if somebody outside wrote.

    Our address in Sender alone is a secretary's if the mail goes to somebody outside, other than the one in From.
    Otherwise it is a web form's that puts the visitor into From, or a list's (Mailman names its bounce address).
    """
    header = case.header
    if behind is not None:
        return behind.address.address if case.team.is_ours(behind.address.address) else ""
    for address in header.from_:
        if case.team.is_ours(address.address):
            return address.address
    for address in header.sender:
        if case.team.is_ours(address.address):
            written = {a.address for a in header.from_ if a.address}
            goes_out = any(a.address not in written for a in case.outside)
            return address.address if not written or (goes_out and not _has_list_sign(header)) else ""
    return ""


def _author_behind(case: _Case) -> _Author | None:
    """The author for whom From merely speaks; None where From itself wrote. A group may have passed on a form."""
    rewritten = _rewritten(case)
    sender = rewritten.address if rewritten else case.header.from_[0] if case.header.from_ else _NOBODY
    return _web_form_visitor(case, sender.address) or rewritten


def _rewritten(case: _Case) -> _Author | None:
    """The author behind a list or group that put itself into From.

    Google Groups names the author in X-Original-Sender also where it left From alone.
    """
    header, lists, is_ours = case.header, case.team.public_lists, case.team.is_ours
    name, sender = header.from_[0] if header.from_ else _NOBODY
    if "=40" in sender and (encoded := _ENCODED.fullmatch(sender)):
        author = Address(name, f"{encoded[1]}@{fold_domain(encoded[2])}")
        return _Author(author, Because("contact.encoded", "From", sender), relayed=True)
    via = _REWRITTEN_NAME.match(name[:_LONGEST_NAME]) if " via " in name else None
    from_list = via is not None or sender in lists
    relayed = from_list or is_ours(sender)
    for field, addresses, trusted in (
        ("X-Original-From", header.x_original_from, relayed),
        ("X-Original-Sender", header.x_original_sender, True),
        ("Reply-To", header.reply_to and sorted(header.reply_to, key=lambda a: is_ours(a.address)), from_list),
    ):
        for found in _usable(addresses) if addresses and trusted else ():
            if found.address == sender or found.address in lists:
                continue
            if relayed or not is_ours(found.address):  # else anybody could pose as one of us
                shown = found.name or (via[1].strip("\"' ") if via else "")
                because = Because("contact.rewritten", field, sender)
                return _Author(Address(shown, found.address), because, relayed)
    return None


def _web_form_visitor(case: _Case, sender: str) -> _Author | None:
    """The person in Reply-To who filled in a web form, if `sender` is one; the first outside of several."""
    team, is_ours = case.team, case.team.is_ours
    for found in _usable(case.header.reply_to):
        if is_ours(found.address) or found.address in team.public_lists:
            continue
        if sender in team.webforms:
            because = Because("contact.web-form", "Reply-To")
        elif is_ours(sender) and all(a.address == found.address for a in case.outside):
            # A colleague with a private Reply-To writes to other people outside; a form writes to us.
            because = Because("contact.web-form.ours", "Reply-To")
        elif is_ours(sender) or not _is_foreign_form(case.header, sender, found.address):
            return None
        elif is_form(sender):
            because = Because("contact.web-form.no-reply", "Reply-To")
        elif all(a.address == sender for a in (*case.header.to, *case.header.cc)):
            because = Because("contact.web-form.recipient", "Reply-To")
        else:
            return None
        return _Author(found, because, relayed=True)
    return None


def _is_foreign_form(header: Header, sender: str, visitor: str) -> bool:
    """Whether `sender` may hand over a visitor's words: it's no list, and the visitor no other address of its own."""
    own = related(sender.rpartition("@")[2], visitor.rpartition("@")[2])
    bulk = any("bulk" in v.lower() for v in header.fields.get("precedence", ()))
    return not (own or is_no_reply(visitor) or bulk or _has_list_sign(header))


def _plain_author(case: _Case) -> _Author:
    """Who wrote by the header's own word: From, where that has no address Reply-To or Sender."""
    header = case.header
    for because, addresses in ((_FROM, header.from_), (_REPLY_TO, header.reply_to), (_SENDER, header.sender)):
        for address in _usable(addresses):
            if not case.team.is_ours(address.address):  # our Reply-To says where the answer goes, not who wrote
                return _Author(address, because)
    return _Author(Address(header.from_[0].name if header.from_ else "", ""), Because("contact.none"))


def _addressee(outside: list[Address]) -> _Author:
    """The first recipient outside."""
    if outside:
        return _Author(outside[0], Because("contact.recipient"))
    return _Author(_NOBODY, Because("contact.no-recipient"))


def _reachable(case: _Case, contact: _Author) -> Iterable[Address]:
    """The addresses outside at which the author can be reached."""
    yield contact.address
    for address in _usable((*(() if contact.relayed else case.header.from_), *case.header.reply_to)):
        if not case.team.is_ours(address.address) and address.address not in case.team.public_lists:
            yield address


def _team_address(named: Iterable[Address], team: Team) -> str:
    """The first of `named` that is a watched address; "" if none."""
    if team.addresses:
        for person in named:
            for address in (person.address, contact_key(person.address)):
                if address in team.addresses:
                    return address
    return ""


def _usable(addresses: Iterable[Address]) -> list[Address]:
    """Those of `addresses` that can be written to; mail.ru's `….autoreply@` can't."""
    return [a for a in addresses if a.address and ".autoreply@" not in a.address]


def _keys(addresses: Iterable[Address]) -> tuple[str, ...]:
    """The addresses as compared, each once, in order."""
    return tuple(dict.fromkeys([contact_key(a.address) for a in addresses if a.address]))


def _has_list_sign(header: Header) -> bool:
    return any(name in header.fields for name in LIST_FIELDS)
