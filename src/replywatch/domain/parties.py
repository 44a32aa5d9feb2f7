"""Who wrote a message, whom it reached, and who stands behind a sender that speaks for somebody else.

Two sorts of sender speak for others: web forms (the visitor is in Reply-To) and lists or groups that rewrite From
("Anna via info"; the author is in X-Original-From, X-Original-Sender or Reply-To).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from replywatch.domain.addresses import contact_key
from replywatch.domain.messages import Address, Header, Parties
from replywatch.domain.team import Team

LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post")
"""Fields by which a mailing list or a newsletter shows (RFC 2369, RFC 2919), in lower case."""

_NO_REPLY = re.compile(
    r"""(?:^|[-._+=])(?:
        (?:please[-._]?)?(?:do[-._]?not|dont)[-._]?reply | no[-._]?reply
      | (?:bitte[-._]?)?nicht[-._]?antworten | keine[-._]?antwort
      | ne[-._]?pas[-._]?r[eé]pondre | n[aã]o[-._]?respond(?:a|er) | no[-._]?respond(?:er|a|as)
      | non[-._]?rispondere | niet[-._]?(?:be)?antwoorden | niet[-._]?reageren
      | svar[-._]?(?:ikke|ej|inte) | (?:ikke|inte)[-._]?svara? | nie[-._]?odpowiada[cjć]
    )(?:$|[-._+=\d])""",
    re.VERBOSE,
)
_REWRITTEN_NAME = re.compile(r"(.+) via \S")
_LONGEST_NAME = 200
"""Characters of a display name in which "via" is looked for."""

_NOBODY = Address("", "")


class _Author(NamedTuple):
    """Who wrote, and which field says so."""

    address: Address
    because: str
    relayed: bool = False
    """From is the address of a list or form that handed the message on, none of the author's own."""


@lru_cache(maxsize=8192)
def is_no_reply(address: str) -> bool:
    """Whether `address` (lower case) says that nobody reads it, such as `no-reply@` or `shop-nicht-antworten@`."""
    return _NO_REPLY.search(address.partition("@")[0][:100]) is not None


def parties_of(header: Header, team: Team) -> Parties:
    """Who wrote the message and whom it reached, for `team`; an empty team has nobody but outsiders.

    The result's addresses are those of `contact_key`, so that a `+tag` makes nobody another person.
    """
    people = [a for a in chain(header.to, header.cc, header.bcc) if a.address]
    outside = [a for a in people if not _is_ours(a.address, team)]
    behind = _author_behind(header, outside, team)
    if behind is None:
        author = _our_author(header, outside, team)
    else:
        author = behind.address.address if _is_ours(behind.address.address, team) else ""
    contact = _addressee(outside) if author else behind or _plain_author(header)
    reached = chain(header.to, header.cc, header.delivered_to, header.x_original_to)
    return Parties(
        ours=bool(author),
        contact=contact_key(contact.address.address),
        contact_name=contact.address.name,
        contact_because=contact.because,
        author=contact_key(author),
        senders=() if author else _keys(_reachable(header, contact, team)),
        recipients=_keys(people),
        team_address=_team_address(header, team),
        names_ours=any(_is_ours(a.address, team) for a in reached),
    )


def _our_author(header: Header, outside: list[Address], team: Team) -> str:
    """Our address in From, else in Sender; "" if somebody outside wrote.

    Our address in Sender alone is a secretary's if the mail goes to somebody outside, other than the one in From.
    Otherwise it is a web form's that puts the visitor into From, or a list's (Mailman names its bounce address).
    """
    for address in header.from_:
        if _is_ours(address.address, team):
            return address.address
    for address in header.sender:
        if _is_ours(address.address, team):
            written = {a.address for a in header.from_}
            goes_out = any(a.address not in written for a in outside)
            return address.address if (goes_out and not _has_list_sign(header)) or not any(written) else ""
    return ""


def _author_behind(header: Header, outside: list[Address], team: Team) -> _Author | None:
    """The author for whom From merely speaks; None where From itself wrote. A group may have passed on a form."""
    rewritten = _rewritten(header, team)
    sender = rewritten.address if rewritten else header.from_[0] if header.from_ else _NOBODY
    return _web_form_visitor(header, sender.address, outside, team) or rewritten


def _rewritten(header: Header, team: Team) -> _Author | None:
    """The author behind a list or group that put itself into From.

    Google Groups names the author in X-Original-Sender also where it left From alone.
    """
    name, sender = header.from_[0] if header.from_ else _NOBODY
    via = _REWRITTEN_NAME.match(name[:_LONGEST_NAME])
    from_list = via is not None or sender in team.public_lists
    relayed = from_list or _is_ours(sender, team)
    for field, addresses, trusted in (
        ("X-Original-From", header.x_original_from, relayed),
        ("X-Original-Sender", header.x_original_sender, True),
        ("Reply-To", sorted(header.reply_to, key=lambda a: _is_ours(a.address, team)), from_list),
    ):
        for found in _usable(addresses) if trusted else ():
            if found.address == sender or found.address in team.public_lists:
                continue
            if relayed or not _is_ours(found.address, team):  # else anybody could pose as one of us
                shown = found.name or (via[1].strip("\"' ") if via else "")
                return _Author(Address(shown, found.address), f"{field}, since {sender} speaks for others", relayed)
    return None


def _web_form_visitor(header: Header, sender: str, outside: list[Address], team: Team) -> _Author | None:
    """The person in Reply-To who filled in a web form, if `sender` is one; the first outside of several."""
    for found in _usable(header.reply_to):
        if _is_ours(found.address, team) or found.address in team.public_lists:
            continue
        if sender in team.webforms:
            why = "a web form ([team] webforms)"
        elif _is_ours(sender, team) and all(a.address == found.address for a in outside):
            # A colleague with a private Reply-To writes to other people outside; a form writes to us.
            why = "ours and writes to nobody else outside, as a web form does"
        elif is_no_reply(sender) and not _is_ours(sender, team) and _is_foreign_form(header, sender, found.address):
            why = "a no-reply address of another domain, as a web form's is"
        else:
            return None
        return _Author(found, f"Reply-To, since From is {why}", relayed=True)
    return None


def _is_foreign_form(header: Header, sender: str, visitor: str) -> bool:
    """Whether a no-reply `sender` hands over a visitor's words and not its own firm's news."""
    ours, theirs = sender.rpartition("@")[2], visitor.rpartition("@")[2]
    related = ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")
    bulk = any("bulk" in v.lower() for v in header.fields.get("precedence", ()))
    return not (related or is_no_reply(visitor) or bulk or _has_list_sign(header))


def _plain_author(header: Header) -> _Author:
    """Who wrote by the header's own word: From, where that has no address Reply-To or Sender."""
    for field, addresses in (("From", header.from_), ("Reply-To", header.reply_to), ("Sender", header.sender)):
        for address in _usable(addresses):
            return _Author(address, field)
    return _Author(Address(header.from_[0].name if header.from_ else "", ""), "no field with an address")


def _addressee(outside: list[Address]) -> _Author:
    """The first recipient outside."""
    return _Author(outside[0], "the first recipient outside") if outside else _Author(_NOBODY, "no recipient outside")


def _reachable(header: Header, contact: _Author, team: Team) -> Iterable[Address]:
    """The addresses outside at which the author can be reached."""
    yield contact.address
    for address in _usable(chain(() if contact.relayed else header.from_, header.reply_to)):
        if not _is_ours(address.address, team) and address.address not in team.public_lists:
            yield address


def _team_address(header: Header, team: Team) -> str:
    """The first watched address among those it was delivered and written to; "" if none."""
    if team.addresses:
        for named in chain(header.delivered_to, header.x_original_to, header.to, header.cc):
            for address in (named.address, contact_key(named.address)):
                if address in team.addresses:
                    return address
    return ""


def _usable(addresses: Iterable[Address]) -> Iterable[Address]:
    """Those of `addresses` that can be written to; mail.ru's `….autoreply@` can't."""
    return (a for a in addresses if a.address and ".autoreply@" not in a.address)


def _keys(addresses: Iterable[Address]) -> tuple[str, ...]:
    """The addresses as compared, each once, in order."""
    return tuple(dict.fromkeys(contact_key(a.address) for a in addresses if a.address))


def _is_ours(address: str, team: Team) -> bool:
    """Whether `address`, as it is or without its tag, is the team's."""
    return team.is_ours(address) or ("+" in address and team.is_ours(contact_key(address)))


def _has_list_sign(header: Header) -> bool:
    return any(name in header.fields for name in LIST_FIELDS)
