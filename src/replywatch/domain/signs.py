"""The signs by which mail shows what sort it is: what the rules of `domain.classify` look for.

A sign is a function from a mail to the header text that shows it, or None. It isn't a verdict: which kind a sign
stands for, and which one counts more, is the rules' to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from replywatch.domain.addresses import contact_key
from replywatch.domain.automatic_subjects import Announcement, speaks_of_failure
from replywatch.domain.content_types import media_type, parameter
from replywatch.domain.lists import discussion_list, list_ids, own_list
from replywatch.domain.messages import Header, Kind, Parties
from replywatch.domain.sender_forms import PostOffice, is_machine, post_office
from replywatch.domain.subjects import base_subject, decode_text
from replywatch.domain.team import Team


class Mail(NamedTuple):
    """What a sign may be found in."""

    header: Header
    parties: Parties
    team: Team
    announced: Announcement | None
    """What the subject announces."""

    def values(self, name: str) -> tuple[str, ...]:
        """All instances of a field; `name` in lower case."""
        return self.header.fields.get(name, ())

    @property
    def answers(self) -> bool:
        """It names the mail it answers."""
        return bool(self.header.in_reply_to or self.header.references)


Sign = Callable[[Mail], str | None]
"""Finds a sign in a mail: the header text that shows it, in a person's words, or None."""


# What the signs share


TELLING_TYPE = re.compile("report|calendar|method|ics|message/", re.IGNORECASE)
_LONGEST_VALUE = 2000
"""Characters of a field that are looked at."""


def _quote(name: str, value: str) -> str:
    """A field as it is shown."""
    return f"{name}: {value[:120]}".rstrip()


def says(name: str, pattern: str) -> Sign:
    """A sign: some instance of field `name` matches `pattern` from its start, in any case."""
    matches = re.compile(pattern, re.IGNORECASE).match
    field = name.lower()

    def finds(mail: Mail) -> str | None:
        for value in mail.values(field):
            if matches(value[:_LONGEST_VALUE].lstrip()):
                return _quote(name, value)
        return None

    return finds


def present(*names: str) -> Sign:
    """A sign: one of the fields is there and doesn't say no."""

    def finds(mail: Mail) -> str | None:
        for name in names:
            for value in mail.values(name.lower()):
                if value.strip().lower() not in ("no", "false", "0"):
                    return _quote(name, value)
        return None

    return finds


def typed(*, types: tuple[str, ...] = (), reports: tuple[str, ...] = ()) -> Sign:
    """A sign: the type of the whole message is one of `types`, or a multipart with one of the `reports`."""

    def finds(mail: Mail) -> str | None:
        for value in mail.values("content-type"):
            kind = media_type(value)
            if kind in types or (kind.startswith("multipart/") and parameter(value, "report-type") in reports):
                return _quote("Content-Type", value)
        return None

    return finds


def _keyword(value: str) -> str:
    """The first word of a field such as Auto-Submitted, without parameters and comments (RFC 3834, section 5)."""
    return re.split(r"[;(]", value, maxsplit=1)[0].strip().lower()


def _post_office(mail: Mail, *grades: PostOffice) -> str | None:
    for address in mail.header.from_:
        if post_office(address) in grades:
            return _quote("From", address.address or address.name)
    return None


# Senders


def automatic_sender(mail: Mail) -> str | None:
    """The sender is one whose mail the team calls automatic."""
    senders = mail.team.automatic_senders
    for address in mail.header.from_ if senders else ():
        if address.address in senders and not _from_web_form(mail):
            return f"From: {address.address}, one of [team] automatic_senders"
    return None


def automatic_sender_answers(mail: Mail) -> str | None:
    """Such a sender answers if it names a mail, or says that it answers."""
    because = automatic_sender(mail)
    if because is None:
        return None
    says_so = mail.announced is not None and mail.announced.kind is Kind.AUTO_REPLY
    return because if mail.answers or says_so or auto_replied(mail) else None


def _from_web_form(mail: Mail) -> bool:
    """A form of the config handed over what a visitor wrote: that a machine sent it means nothing."""
    return not mail.parties.ours and any(a.address in mail.team.webforms for a in mail.header.from_)


def _handed_on(mail: Mail) -> bool:
    """A form or a group handed over what the contact wrote."""
    written = {contact_key(a.address) for a in mail.header.from_ if a.address}
    return not mail.parties.ours and bool(written) and mail.parties.contact not in written


def daemon(mail: Mail) -> str | None:
    """Nobody but a mail server sends under such a name."""
    return _post_office(mail, PostOffice.DAEMON)


def postmaster(mail: Mail) -> str | None:
    """A postmaster's mail with a second sign; people write as Postmaster too."""
    sender = _post_office(mail, PostOffice.POSTMASTER)
    if sender is None:
        return None
    second = (
        (_quote("Subject", mail.header.subject) if speaks_of_failure(mail.header.subject, of_mail=False) else None)
        or _NULL_SENDER(mail)
        or _submitted(mail)
        or _AUTOGENERATED(mail)
        or _JUNK_MAIL(mail)
    )
    return second and f"{sender} with {second}"


def machine(mail: Mail) -> str | None:
    """A program's account; a web form's visitor is the contact instead of the form's no-reply address."""
    parties = mail.parties
    if parties.ours:
        return f"From: {parties.author}" if is_machine(parties.author, "") else None
    if is_machine(parties.contact, parties.contact_name):
        return f"From: {parties.contact}"
    return None


def delivered_to_responder(mail: Mail) -> str | None:
    """It went to a responder, as FirstClass writes."""
    for address in mail.header.delivered_to:
        if (address.address.partition("@")[0] or address.name.lower()) == "autoresponder":
            return "Delivered-To: autoresponder"
    return None


# Fields of machines

_NULL_SENDER = says("Return-Path", r"<\s*>|<?mailer-daemon\b")
_AUTOGENERATED = says("X-Autogenerated", r"(?!\s*(?:no|false|0|mirror|forward|redirect)\b)")
_AUTO_REPLY_FIELD = present(
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
)  # fmt: skip
_JUNK_MAIL = says("Precedence", r"(?:bulk|junk)\b")
_FROM_RULES_AGENT = says("X-MS-Exchange-Generated-Message-Source", "mailbox rules agent")
_SUPPRESS = present("X-Auto-Response-Suppress")
_SUPPRESS_ALL = says("X-Auto-Response-Suppress", r"(?:.*,)?\s*all\s*(?:,|$)")
_RULES_LOOP = present("X-MS-Exchange-Inbox-Rules-Loop")
_HELP_DESK = present("X-RT-Loop-Prevention")


def _auto_submitted(mail: Mail) -> Iterator[tuple[str, str]]:
    """Keyword and shown field of each Auto-Submitted that speaks of a machine's words."""
    for value in mail.values("auto-submitted"):
        keyword = _keyword(value)
        if keyword not in ("", "no", "auto-forwarded"):  # what a rule forwards was written by a person
            yield keyword, _quote("Auto-Submitted", value)


def _submitted(mail: Mail) -> str | None:
    return next((shown for _, shown in _auto_submitted(mail)), None)


def auto_replied(mail: Mail) -> str | None:
    """A machine answers (RFC 3834, section 5)."""
    return next((shown for keyword, shown in _auto_submitted(mail) if keyword == "auto-replied"), None)


def auto_generated(mail: Mail) -> str | None:
    """A machine writes without answering (RFC 3834, section 5)."""
    if _from_web_form(mail):
        return None
    return next((shown for keyword, shown in _auto_submitted(mail) if keyword != "auto-replied"), None)


def generated_reply(mail: Mail) -> str | None:
    """Some responders call their answers generated: Exchange its absence notices, others what they send as Re:."""
    submitted = auto_generated(mail)
    if submitted is None:
        return None
    why = (
        _FROM_RULES_AGENT(mail)
        or (_SUPPRESS_ALL(mail) and _RULES_LOOP(mail))
        or subject(Kind.AUTO_REPLY)(mail)
        or (_quote("Subject", mail.header.subject) if _answers_in_person(mail) else None)
    )
    return why and f"{submitted} with {why}"


def _answers_in_person(mail: Mail) -> bool:
    """It says Re:, and comes from no list and no program's account."""
    listed = any(mail.values(name) for name in ("list-id", "list-unsubscribe"))
    return not listed and base_subject(mail.header.subject).reply and machine(mail) is None


def auto_reply_field(mail: Mail) -> str | None:
    """A field that responders of the time before RFC 3834 set."""
    return _AUTO_REPLY_FIELD(mail) or _AUTOGENERATED(mail)


def loop(mail: Mail) -> str | None:
    """A loop mark that the sender set about himself, as responders do; weak, since other mail has it too.

    Forwarders name themselves, lists their list: that is the recipient's side. Help desks (Request Tracker) mark all
    they send, also what their staff writes, so nothing of ours becomes automatic by it, and nothing written by
    "Anna via RT" either.
    """
    if mail.parties.ours or own_list(mail.header, mail.parties, mail.team) or _discussed(mail):
        return None
    if (desk := _HELP_DESK(mail)) and not any(" via " in address.name for address in mail.header.from_):
        return desk
    for value in mail.values("x-loop"):
        text = value.strip().lower()
        if "@" not in text or any(text.strip("<>") in (a.address, f"{a.address} ") for a in mail.header.from_):
            return _quote("X-Loop", value)
    return None


# Subjects


def subject(kind: Kind) -> Sign:
    """A sign: the subject announces `kind`, in a machine's words or beside a second sign."""

    def finds(mail: Mail) -> str | None:
        if mail.announced is None or mail.announced.kind is not kind:
            return None
        shown = _quote("Subject", mail.header.subject)
        if mail.announced.sure:
            return shown
        second = _second_sign(mail)
        return second and f"{shown} with {second}"

    return finds


def _second_sign(mail: Mail) -> str | None:
    """What makes a label that a person might have written ("Read: …") a program's."""
    return (
        ("In-Reply-To" if mail.header.in_reply_to else "References" if mail.header.references else None)
        or _submitted(mail)
        or _NULL_SENDER(mail)
        or _JUNK_MAIL(mail)
        or _relabelled(mail)
        or _SUPPRESS(mail)
        or _post_office(mail, PostOffice.DAEMON, PostOffice.POSTMASTER)
        or _calendar_program(mail)
    )


def _relabelled(mail: Mail) -> str | None:
    """Outlook's Thread-Topic is the subject without the label: a program put it there, not the writer."""
    for value in mail.values("thread-topic"):
        topic = " ".join(decode_text(value[:_LONGEST_VALUE]).split()).lower()
        if topic and mail.header.subject.lower().endswith(f": {topic}"):
            return _quote("Thread-Topic", value)
    return None


def _calendar_program(mail: Mail) -> str | None:
    for address in (*mail.header.sender, *mail.header.from_):
        if address.address.startswith("calendar"):
            return f"a sender {address.address}"
    return None


def undelivered(mail: Mail) -> str | None:
    """A subject about failed delivery, where a machine says so; customers write the same about parcels.

    Who is named like a mail system, or has no address, may use any words; other machines have to speak of mail.
    """
    system = _post_office(mail, PostOffice.OFFICE) or _nameless(mail)
    text = mail.header.subject
    if system and speaks_of_failure(text, of_mail=False):
        return f"{_quote('Subject', text)} with {system}"
    program = (
        _submitted(mail) or _JUNK_MAIL(mail) or _NULL_SENDER(mail) or machine(mail)
        or _post_office(mail, PostOffice.CARETAKER)
    )  # fmt: skip
    if program and speaks_of_failure(text, of_mail=True):
        return f"{_quote('Subject', text)} with {program}"
    return None


def _nameless(mail: Mail) -> str | None:
    """No field says at which address the writer can be reached."""
    header = mail.header
    if any(a.address for a in header.from_):
        return None
    return "From without an address"


# Kinds of content


def calendar_parameter(mail: Mail) -> str | None:
    """The type names a method of iTIP (RFC 6047, section 2.4)."""
    for value in mail.values("content-type"):
        if parameter(value, "method") and not media_type(value).startswith("application/"):
            return _quote("Content-Type", value)
    return None


def untyped_report(mail: Mail) -> str | None:
    """A report that doesn't say of what: in practice of delivery."""
    for value in mail.values("content-type"):
        if media_type(value) == "multipart/report" and not parameter(value, "report-type"):
            return _quote("Content-Type", value)
    return None


def other_report(mail: Mail) -> str | None:
    """A report of any sort (RFC 6522)."""
    for value in mail.values("content-type"):
        if media_type(value) == "multipart/report":
            return _quote("Content-Type", value)
    return None


DISPOSITION = typed(types=("message/disposition-notification",), reports=("disposition-notification",))


def refused(mail: Mail) -> str | None:
    """Sieve's reject comes as a disposition notification, from the mail system (RFC 5429, section 2.1.2)."""
    return DISPOSITION(mail) if _post_office(mail, PostOffice.DAEMON, PostOffice.POSTMASTER) else None


def content_class(name: str) -> Sign:
    """A sign: Exchange says what sort of item it is."""
    return says("Content-Class", rf"(?:urn:content-classes:)?{name}\s*$")


# Lists and spam


def _discussed(mail: Mail) -> bool:
    """Written by a person to a list where people write, and not clearly for others than us.

    Which lists are foreign is known only with a team, whose addresses then aren't among the recipients.
    """
    if not discussion_list(mail.header, mail.parties):
        return False
    team = mail.team
    known = bool(team.addresses or team.domains)
    return mail.parties.ours or not known or any(map(team.is_ours, mail.parties.recipients))


def newsletter(mail: Mail) -> str | None:
    """A list that isn't ours sent it, and not because a person wrote there."""
    if own_list(mail.header, mail.parties, mail.team) or _discussed(mail):
        return None
    for value in mail.values("list-unsubscribe"):
        if value.strip():
            return _quote("List-Unsubscribe", value)
    return next((_quote("List-Id", f"<{name}>") for name in list_ids(mail.header)), None)


SPAM_SIGNS = {
    "X-Spam-Flag": r"yes\b",
    "X-Spam-Status": r"yes\b",
    "X-SES-Spam-Verdict": r"fail\b",
    "X-MS-Exchange-Organization-SCL": r"[5-9]\s*$",
    "X-Forefront-Antispam-Report": r"(?:.*;)?\s*(?:SFV:SPM|SCL:[5-9])\s*(?:;|$)",
    "X-Gmail-Labels": r'(?:.*,)?\s*"?spam"?\s*(?:,|$)',
}


def spam(name: str) -> Sign:
    """A sign: field `name` calls it spam; of our own mail that is no judgement worth having."""
    found = says(name, SPAM_SIGNS[name])
    return lambda mail: None if mail.parties.ours else found(mail)


def bulk(mail: Mail) -> str | None:
    """Sent to many, though not by a list that was found above; help desks say so of all they send."""
    excused = _from_web_form(mail) or _HELP_DESK(mail) or own_list(mail.header, mail.parties, mail.team)
    return None if excused or _discussed(mail) else _JUNK_MAIL(mail)


def bulk_reply(mail: Mail) -> str | None:
    """Responders call their answers bulk or junk, so that no other responder answers them."""
    listed = any(mail.values(name) for name in ("list-id", "list-unsubscribe"))
    return bulk(mail) if mail.header.in_reply_to and not listed else None


def null_return_path(mail: Mail) -> str | None:
    """Nobody wants the answer; what a rule or a web form passed on was written by a person."""
    forwarded = "auto-forwarded" in map(_keyword, mail.values("auto-submitted")) or _RULES_LOOP(mail)
    return None if forwarded or _handed_on(mail) else _NULL_SENDER(mail)


def null_reply(mail: Mail) -> str | None:
    """Reports about delivery don't name the mail they report on, answers do."""
    return null_return_path(mail) if mail.header.in_reply_to else None
