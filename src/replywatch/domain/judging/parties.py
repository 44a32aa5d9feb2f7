"""Who wrote a message, whom it reached, and who stands behind a sender that speaks for somebody else.

Two sorts of sender speak for others: web forms (`judging.web_forms`; the visitor is in Reply-To) and lists or groups
that rewrite From ("Anna via info"; the author is in X-Original-From, X-Original-Sender or Reply-To).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from replywatch.domain.headers.addresses import fold_domain
from replywatch.domain.judging.lists import LIST_FIELDS
from replywatch.domain.judging.web_forms import form_of
from replywatch.domain.messages import Address, Because, Header, Parties
from replywatch.domain.people import contact_key, without_tag
from replywatch.domain.team import Team

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
    sender: Address
    """The first in From."""
    via: re.Match[str] | None
    """A name such as "Anna via info" in it, and Anna's."""
    answers: bool
    """It names a known message."""

    @property
    def from_list(self) -> bool:
        """From is the address of a list or group that puts itself there."""
        return self.via is not None or self.team.is_public_list(self.sender.address)

    @property
    def relayed(self) -> bool:
        """From is that of a list, or ours: who wrote may stand in another field."""
        return self.from_list or self.team.is_ours(self.sender.address)

    @property
    def shown(self) -> str:
        """Anna's name in "Anna via info"; "" if From has no such name."""
        return self.via[1].strip("\"' ") if self.via else ""


class _Author(NamedTuple):
    """Who wrote, and which field says so."""

    address: Address
    because: Because
    relayed: bool = False
    """From is the address of a list or form that handed the message on, none of the author's own."""

    @property
    def unnamed(self) -> bool:
        """A visitor of a web form whom nothing names."""
        return self.relayed and not self.address.address


def parties_of(header: Header, team: Team, *, answers: bool = False) -> Parties:
    """Who wrote the message and whom it reached, for `team`; an empty team has nobody but outsiders.

    `answers` says that it names a known message, which decides whether it can be a web form's. The result's addresses
    are those of `contact_key`, by which people are compared, but for those that are shown: `contact` and `author` are
    spelled as the header has them.
    """
    is_ours = team.is_ours
    people = [a for a in (*header.to, *header.cc, *header.bcc) if a.address]
    sender = header.from_[0] if header.from_ else _NOBODY
    via = _REWRITTEN_NAME.match(sender.name[:_LONGEST_NAME]) if " via " in sender.name else None
    case = _Case(header, team, [a for a in people if not is_ours(a.address)], sender, via, answers)
    behind = _author_behind(case)
    author = _our_author(case, behind)
    contact = _addressee(case.outside) if author else behind or _plain_author(case)
    named = named_in(header)
    return Parties(
        ours=bool(author),
        contact=without_tag(contact.address.address),
        contact_name=contact.address.name,
        contact_because=contact.because,
        author=without_tag(author),
        senders=() if author else _keys(_reachable(case, contact)),
        recipients=_keys(people),
        team_address=_team_address(named, team),
        names_ours=any(is_ours(a.address) for a in named),
        visitor=contact.unnamed,
    )


def named_in(header: Header) -> tuple[Address, ...]:
    """Whom a message was sent to, by what was written in it and by its way: among them addresses of ours are sought."""
    return (*header.delivered_to, *header.x_original_to, *header.to, *header.cc, *header.resent_to)


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
    sender = rewritten.address if rewritten else case.sender
    form = form_of(case.header, case.team, sender.address, answers=case.answers)
    return _Author(form.visitor, form.because, relayed=True) if form else rewritten


# Lists and groups


def _rewritten(case: _Case) -> _Author | None:
    """The author behind a list or group that put itself into From, by the first field that names one."""
    for find in (_within_from, _in_original_from, _in_original_sender, _in_reply_to_of_list, _in_cc_of_list):
        if author := find(case):
            return author
    return None


def _within_from(case: _Case) -> _Author | None:
    name, sender = case.sender
    encoded = _ENCODED.fullmatch(sender) if "=40" in sender else None
    if encoded is None:
        return None
    author = Address(name, f"{encoded[1]}@{fold_domain(encoded[2])}")
    return _Author(author, Because("contact.encoded", "From", sender), relayed=True)


def _in_original_from(case: _Case) -> _Author | None:
    written = case.header.x_original_from
    return _spoken_for(case, "X-Original-From", written) if written and case.relayed else None


def _in_original_sender(case: _Case) -> _Author | None:
    """Google Groups names the login there also where it left From alone: then From is the address its owner chose."""
    written = case.header.x_original_sender
    if not written or not (case.relayed or _may_be_relayed(case)):
        return None
    return _spoken_for(case, "X-Original-Sender", written)


def _may_be_relayed(case: _Case) -> bool:
    """Without a team a sender at the domain of a recipient may be a group that wrote to its own house."""
    home = case.sender.address.rpartition("@")[2]
    return not (case.team.addresses or case.team.domains) and any(
        a.address.rpartition("@")[2] == home for a in case.outside
    )


def _in_reply_to_of_list(case: _Case) -> _Author | None:
    written = case.header.reply_to
    if not written or not case.from_list:
        return None
    return _spoken_for(case, "Reply-To", sorted(written, key=lambda a: case.team.is_ours(a.address)))


def _in_cc_of_list(case: _Case) -> _Author | None:
    """Mailman puts the author into Cc where the list's answers go to the list; his name still stands in From."""
    name = case.shown.casefold()
    if not name or not case.header.cc:
        return None
    return _spoken_for(case, "Cc", [a for a in case.header.cc if a.name.casefold() == name])


def _spoken_for(case: _Case, field: str, written: Iterable[Address]) -> _Author | None:
    """The first of the addresses in `field` that may be the author's for whom From speaks."""
    sender, team = case.sender.address, case.team
    for name, address in _usable(written):
        if address == sender or team.is_public_list(address):
            continue
        if case.relayed or not team.is_ours(address):  # else anybody could pose as one of us
            return _Author(
                Address(name or case.shown, address), Because("contact.rewritten", field, sender), case.relayed
            )
    return None


# Everybody else


def _plain_author(case: _Case) -> _Author:
    """Who wrote by the header's own word: From, where that has no address Reply-To or Sender.

    Nobody, where From is a public list: of what others wrote there it would be as little the author.
    """
    header = case.header
    fields = ((_FROM, header.from_), (_REPLY_TO, header.reply_to), (_SENDER, header.sender))
    for because, addresses in () if case.team.is_public_list(case.sender.address) else fields:
        for address in _usable(addresses):
            if not case.team.is_ours(address.address):  # our Reply-To says where the answer goes, not who wrote
                return _Author(address, because)
    return _Author(Address(case.sender.name, ""), Because("contact.none"))


def _addressee(outside: list[Address]) -> _Author:
    """The first recipient outside."""
    if outside:
        return _Author(outside[0], Because("contact.recipient"))
    return _Author(_NOBODY, Because("contact.no-recipient"))


def _reachable(case: _Case, contact: _Author) -> Iterable[Address]:
    """The addresses outside at which the author can be reached."""
    if contact.unnamed:
        return  # an address that many share would make them one person
    yield contact.address
    for address in _usable((*(() if contact.relayed else case.header.from_), *case.header.reply_to)):
        if not case.team.is_ours(address.address) and not case.team.is_public_list(address.address):
            yield address


def _team_address(named: Iterable[Address], team: Team) -> str:
    """The watched address that the first of `named` is that is one, as the config spells it; "" if none."""
    if not team.addresses:
        return ""
    return next((watched for person in named if (watched := team.watched(person.address))), "")


def _usable(addresses: Iterable[Address]) -> list[Address]:
    """Those of `addresses` that can be written to; mail.ru's `….autoreply@` can't."""
    return [a for a in addresses if a.address and ".autoreply@" not in a.address]


def _keys(addresses: Iterable[Address]) -> tuple[str, ...]:
    """The addresses as compared, each once, in order."""
    return tuple(dict.fromkeys([contact_key(a.address) for a in addresses if a.address]))


def _has_list_sign(header: Header) -> bool:
    return any(name in header.fields for name in LIST_FIELDS)
