"""Whether a message is a web form's, and who the visitor is that filled it in.

A form sends from its own address and puts the visitor into Reply-To. Newsletters and notices of shops have the same
shape, with the shop in Reply-To; so a sender has to be ours, named in the config, or of a name that form services use,
and nothing may say that it went to many. This is the one place that tells; the rules for automatic mail ask here,
since a form's mail is a person's whatever its program says of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from replywatch.domain.judging.lists import LIST_FIELDS, related
from replywatch.domain.judging.sender_shapes import is_form, is_named_form, is_no_reply, is_token
from replywatch.domain.messages import Address, Because, Header, Parties
from replywatch.domain.team import Team

_FOR_MANY = (
    "list-id", "list-post", "x-bulkmail", "x-jira-fingerprint", "x-launchpad-message-rationale", "x-github-reason",
)  # fmt: skip
"""Fields, in lower case, of what goes to many: newsletters, lists, trackers' notices. No form service sets them."""
_NEWS_HOSTS = frozenset({"news", "newsletter", "newsletters", "mailing", "mailings", "marketing"})
"""First labels of domains from which newsletters are sent."""
_SHORTEST_HOUSE = 4
"""Letters of a domain's name in which a display name is recognised."""


class Form(NamedTuple):
    """What a web form hands over."""

    visitor: Address
    """Who filled it in; without an address where nothing says who, and then named by the form's address."""
    because: Because


class _Sent(NamedTuple):
    """A message that may be a form's."""

    header: Header
    team: Team
    sender: str
    """The address that sent it, behind a list or group that passed it on."""
    outside: tuple[str, ...]
    """Its recipients that aren't ours."""
    answers: bool
    """It names a known message."""


def form_of(header: Header, team: Team, sender: str, *, answers: bool = False) -> Form | None:
    """The web form that `sender` (its address, in lower case) is in this message; None if it is none.

    `answers` says that the message names a known one. Our own address answers then, and of others only what bears no
    sign of a program is still handed over, such as the words of somebody who answers by a portal; what the config names
    as a form and nothing else stays one.
    """
    if not header.reply_to and not team.is_webform(sender):
        return None
    outside = [a.address for a in (*header.to, *header.cc, *header.bcc) if a.address and not team.is_ours(a.address)]
    sent = _Sent(header, team, sender, tuple(outside), answers)
    for visitor in header.reply_to:
        if _may_be_visitor(sent, visitor.address):
            for is_a_form, because in _FORMS:
                if is_a_form(sent, visitor.address):
                    return Form(visitor, because)
            break
    if _is_configured(sent, "") and _reaches_us(sent):
        return Form(Address(sender, ""), Because("contact.web-form.visitor", "From", sender))
    return None


def by_web_form(parties: Parties) -> bool:
    """Whether a web form handed over what a visitor wrote: what its program says of itself means nothing."""
    return parties.contact_because.rule in _RULES


def by_configured_form(parties: Parties) -> bool:
    """The same, by a form that the config names (`[team] webforms`)."""
    return parties.contact_because.rule in _CONFIGURED


def is_form_alone(team: Team, address: str) -> bool:
    """Whether the config names `address` as a web form and nobody writes from it in person."""
    return team.is_webform(address) and not team.watched(address)


def _may_be_visitor(sent: _Sent, address: str) -> bool:
    """Whether an address of Reply-To can be a person's outside, other than the form itself."""
    team = sent.team
    return (
        bool(address)
        and ".autoreply@" not in address
        and address != sent.sender
        and not team.is_ours(address)
        and not team.is_public_list(address)
    )


def _is_configured(sent: _Sent, _: str) -> bool:
    """An address from which people write, too, is no form where it answers."""
    team, sender = sent.team, sent.sender
    return team.is_webform(sender) and (not sent.answers or is_form_alone(team, sender))


def _is_ours(sent: _Sent, visitor: str) -> bool:
    """A form writes to us, and at most a copy to its visitor.

    A colleague with a private Reply-To writes to others outside, and one who writes through a relay to the relay alone.
    """
    header, team = sent.header, sent.team
    if sent.answers or not team.is_ours(sent.sender) or any(address != visitor for address in sent.outside):
        return False
    return not sent.outside or any(team.is_ours(a.address) for a in (*header.to, *header.cc))


def _is_service(sent: _Sent, visitor: str) -> bool:
    """A no-reply address or one that form services use, at another domain than the visitor's."""
    if not is_form(sent.sender) or not _speaks_for(sent, visitor):
        return False
    if sent.answers and any(map(sent.header.fields.__contains__, _OF_PROGRAMS)):
        return False
    if is_named_form(sent.sender):
        return True
    return not goes_to_many(sent.header, sent.sender) and not _speaks_for_itself(sent, visitor)


def _is_owners(sent: _Sent, visitor: str) -> bool:
    """It sends to itself alone: a form of its owner's, even where no team is known."""
    header, sender = sent.header, sent.sender
    alone = all(a.address == sender for a in (*header.to, *header.cc))
    listed = any(map(header.fields.__contains__, LIST_FIELDS)) or _says(header, "precedence", "bulk")
    return alone and not sent.answers and not listed and _speaks_for(sent, visitor)


_FORMS: tuple[tuple[Callable[[_Sent, str], bool], Because], ...] = (
    (_is_configured, Because("contact.web-form", "Reply-To")),
    (_is_ours, Because("contact.web-form.ours", "Reply-To")),
    (_is_service, Because("contact.web-form.no-reply", "Reply-To")),
    (_is_owners, Because("contact.web-form.recipient", "Reply-To")),
)
"""Whether a message is a form's that names its visitor in Reply-To, and what to call it then."""
_CONFIGURED = frozenset({"contact.web-form", "contact.web-form.visitor"})
_RULES = _CONFIGURED.union(because.rule for _, because in _FORMS)


def _reaches_us(sent: _Sent) -> bool:
    """Whether a form's mail without a visitor in Reply-To came from one, instead of going out to one.

    An address from which people write, too, has to write to shared addresses alone.
    """
    header, team = sent.header, sent.team
    people = [a.address for a in (*header.to, *header.cc, *header.bcc) if a.address]
    if team.watched(sent.sender):
        return bool(people) and all(map(team.watched, people))
    return not people or not team.is_ours(sent.sender) or any(map(team.is_ours, people))


# Senders outside that hand over the words of others

_OF_PROGRAMS = ("auto-submitted", "precedence", "list-unsubscribe")
"""Fields by which a program says what it is; form services set them, as newsletters and notices do."""


def _speaks_for(sent: _Sent, visitor: str) -> bool:
    """Whether a sender outside may hand over a visitor's words: the visitor is a person at another house."""
    own = related(_domain(sent.sender), _domain(visitor))
    return not (sent.team.is_ours(sent.sender) or own or is_no_reply(visitor) or is_token(visitor))


def goes_to_many(header: Header, sender: str) -> bool:
    """Whether something says that it is a newsletter or a notice instead of a form's mail.

    That may be a field of lists, two signs of bulk mail together, or the host of `sender` (its address, in lower case).
    """
    fields = header.fields
    if any(map(fields.__contains__, _FOR_MANY)) or _domain(sender).partition(".")[0] in _NEWS_HOSTS:
        return True
    return "list-unsubscribe" in fields and (_says(header, "precedence", "bulk") or _says(header, "precedence", "list"))


def _speaks_for_itself(sent: _Sent, visitor: str) -> bool:
    """Whether a program writes in the name of the house in Reply-To: a service's mail, with its customer there."""
    header = sent.header
    if not any(map(header.fields.__contains__, _OF_PROGRAMS)):
        return False
    return any(_is_house(a.name, visitor) for a in header.from_ if a.address == sent.sender and a.name)


@lru_cache(maxsize=1024)
def _is_house(name: str, address: str) -> bool:
    """Whether a display name is that of the house of `address`, and not of the person there."""
    local, _, domain = address.rpartition("@")
    shown, house = _letters(name), max(map(_letters, domain.split(".")[:-1] or [""]), key=len)
    if min(len(shown), len(house)) < _SHORTEST_HOUSE:
        return False
    return (shown in house or house in shown) and _letters(local) not in shown


def _letters(text: str) -> str:
    """Letters and digits of `text`, as they stand in the name of a domain."""
    spelled = text[:200].casefold().translate(_SPELLED)
    return "".join(c for c in normalize("NFKD", spelled) if c.isalnum())


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _says(header: Header, field: str, word: str) -> bool:
    return any(word in value.lower() for value in header.fields.get(field, ()))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
