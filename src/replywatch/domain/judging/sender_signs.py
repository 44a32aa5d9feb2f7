"""Signs in who sent a mail, and for whom: machines, parts of the mail system, the team's own automatic senders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from replywatch.domain.judging.field_signs import (
    DELIVERED_TO,
    INVITER,
    LONGEST_VALUE,
    NOTHING,
    RETURN_PATH,
    RETURNS,
    SENDER,
    TEAM_SENDER,
    Found,
    Mail,
    Sign,
    needing,
    says,
    shown,
)
from replywatch.domain.judging.lists import is_run_by_list, written_by_list
from replywatch.domain.judging.sender_shapes import (
    PostOffice,
    is_bulk_sender,
    is_calendar,
    is_machine,
    is_no_reply,
    is_robot,
    post_office,
    takes_returns,
)
from replywatch.domain.judging.web_forms import by_configured_form, by_web_form, is_form_alone
from replywatch.domain.messages import Address, Shown
from replywatch.domain.people import contact_key


def _of_post_office(*grades: PostOffice) -> Sign:
    """A sign: the sender is a part of the mail system, of one of these grades."""

    @needing(SENDER)
    def finds(mail: Mail) -> Found:
        for address in mail.header.from_:
            if post_office(address) in grades:
                return shown("From", address.address or address.name)
        return NOTHING

    return finds


daemon = _of_post_office(PostOffice.DAEMON)
"""Nobody but a mail server sends under such a name."""
named_postmaster = _of_post_office(PostOffice.POSTMASTER)
mail_server = _of_post_office(PostOffice.DAEMON, PostOffice.POSTMASTER)
office = _of_post_office(PostOffice.OFFICE)
caretaker = _of_post_office(PostOffice.CARETAKER)


@needing(SENDER)
def nameless(mail: Mail) -> Found:
    """No field says at which address the writer can be reached."""
    for address in mail.header.from_:
        if address.address:
            return NOTHING
    return (Shown("From"),)


@needing(SENDER)
def machine(mail: Mail) -> Found:
    """A program's account; a web form's visitor is the contact instead of the form's no-reply address."""
    parties = mail.parties
    if _is_program(mail):
        return (Shown("From", parties.author or parties.contact),)
    if not parties.ours and not by_web_form(parties) and written_by_list(mail.header):
        return (Shown("From", parties.contact),)
    return NOTHING


def _is_program(mail: Mail) -> bool:
    """Whether a program's account wrote it; a name beside root is a person's."""
    parties = mail.parties
    if not parties.ours:
        return is_machine(parties.contact, parties.contact_name)
    name = next((sender.name for sender in mail.header.from_ if sender.address == parties.author), "")
    return is_machine(parties.author, name)


def is_nobodys(mail: Mail) -> bool:
    """Whether a sign that needs `SENDER` may be found."""
    senders = mail.header.from_
    return not senders or any(map(_stands_out, senders)) or _is_program(mail)


@lru_cache(maxsize=16_384)
def _stands_out(sender: Address) -> bool:
    """Whether something may be found in one of the senders; the same few come again and again."""
    return (
        not sender.address
        or post_office(sender) is not None
        or is_run_by_list(sender)
        or is_robot(sender)
        or is_bulk_sender(sender)
    )


def _first(name: str, addresses: Iterable[Address], looks_so: Callable[[Address], bool]) -> Found:
    """The first of the addresses of a field that looks so, if one does."""
    return next((shown(name, address.address) for address in addresses if looks_so(address)), NOTHING)


@needing(SENDER)
def robot(mail: Mail) -> Found:
    """A bot wrote it, and hands over nobody's words."""
    if handed_on(mail):
        return NOTHING
    return next((shown("From", a.name or a.address) for a in mail.header.from_ if is_robot(a)), NOTHING)


@needing(SENDER)
def bulk_sender(mail: Mail) -> Found:
    """The sender looks like a newsletter's, and hands over nobody's words."""
    return NOTHING if handed_on(mail) else _first("From", mail.header.from_, is_bulk_sender)


NULL_SENDER = needing(RETURN_PATH)(says("Return-Path", r"<\s*>|<?mailer-daemon\b").find)
"""Nobody wants to hear of it if it doesn't arrive (RFC 5321, section 4.5.5)."""


@needing(RETURN_PATH)
def unread_returns(mail: Mail) -> Found:
    """What comes back goes to an address that nobody reads."""
    for value in mail.values("return-path"):
        if is_no_reply(returns_to(value)):
            return shown("Return-Path", value)
    return NOTHING


def returns_to(value: str) -> str:
    """The address in a Return-Path, in lower case."""
    return value[:LONGEST_VALUE].strip().strip("<>").lower()


def returns_to_nobody(mail: Mail) -> bool:
    """Whether a sign that needs `RETURN_PATH` may be found; nearly all mail has one that tells nothing."""
    return "return-path" in mail.header.fields and bool(NULL_SENDER(mail) or unread_returns(mail))


def gets_returns(mail: Mail) -> bool:
    """Whether a sign that needs `RETURNS` may be found."""
    return any(takes_returns(address.address) for address in mail.header.to)


@needing(RETURNS)
def returned(mail: Mail) -> Found:
    """It went where only mail systems write to."""
    return _first("To", mail.header.to, lambda a: takes_returns(a.address))


def has_inviter(mail: Mail) -> bool:
    """Whether a sign that needs `INVITER` may be found."""
    return bool(mail.header.reply_to) and bool(inviter(mail))


@needing(INVITER)
def inviter(mail: Mail) -> Found:
    """Answers go to a calendar, which counts who comes."""
    return _first("Reply-To", mail.header.reply_to, lambda a: is_calendar(a.address))


def is_of_team(mail: Mail) -> bool:
    """Whether a sign that needs `TEAM_SENDER` may be found."""
    team = mail.team
    if not (team.automatic_senders or team.webforms):
        return False
    return any(team.is_automatic(a.address) or is_form_alone(team, a.address) for a in mail.header.from_)


@needing(TEAM_SENDER)
def automatic_sender(mail: Mail) -> Found:
    """The sender is one whose mail the team calls automatic."""
    if by_configured_form(mail.parties):
        return NOTHING
    return _first("From", mail.header.from_, lambda a: mail.team.is_automatic(a.address))


@needing(TEAM_SENDER)
def team_form(mail: Mail) -> Found:
    """A web form of the config writes to its visitor: a program that nobody writes with in person."""
    if not mail.parties.ours:
        return NOTHING
    return _first("From", mail.header.from_, lambda a: is_form_alone(mail.team, a.address))


@needing(DELIVERED_TO)
def delivered_to_responder(mail: Mail) -> Found:
    """It went to a responder, as FirstClass writes."""
    for address in mail.header.delivered_to:
        if (address.address.partition("@")[0] or address.name.lower()) == "autoresponder":
            return (Shown("Delivered-To", "autoresponder"),)
    return NOTHING


def calendar_program(mail: Mail) -> Found:
    """The sender is a calendar."""
    for address in (*mail.header.sender, *mail.header.from_):
        if address.address.startswith("calendar"):
            return (Shown("Sender", address.address),)
    return NOTHING


def handed_on(mail: Mail) -> bool:
    """A form or a group handed over what the contact wrote."""
    written = {contact_key(a.address) for a in mail.header.from_ if a.address}
    return not mail.parties.ours and bool(written) and contact_key(mail.parties.contact) not in written
