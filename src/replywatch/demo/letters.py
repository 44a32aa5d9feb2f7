"""One message as text: header fields as the usual mail programs and servers write them, and a short body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime

from replywatch.demo.moments import ZONE

TRANSIT = 4
"""Seconds between a sender's Date and the arrival."""

PROGRAM_FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "thunderbird": (("User-Agent", "Mozilla Thunderbird"),),
    # X-Auto-Response-Suppress and Feedback-ID stand on people's mail, too: they do not mean a machine.
    "outlook": (("X-Mailer", "Microsoft Outlook 16.0"), ("X-Auto-Response-Suppress", "DR, OOF, AutoReply")),
    "phone": (("X-Mailer", "iPhone Mail (22F76)"),),
    "webmail": (("X-Priority", "3"), ("Feedback-ID", "4711:user:webmail")),
    "webform": (("X-Mailer", "PHP/8.2.20"),),
    "machine": (),
}
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes or is written to."""

    name: str
    address: str
    program: str = "thunderbird"
    """A key of `PROGRAM_FIELDS`."""
    language: str = "de"

    @property
    def charset(self) -> str:
        """The charset their program encodes names and subjects with."""
        return "iso-8859-1" if self.program == "outlook" else "utf-8"


@dataclass(slots=True, eq=False)
class Mail:
    """One message before it is put into a mailbox."""

    message_id: str
    author: Person
    to: tuple[Person, ...]
    subject: str
    sent_at: int
    direction: str
    kind: str = "human"
    cc: tuple[Person, ...] = ()
    references: tuple[str, ...] = ()
    """Oldest first; the last one is also its In-Reply-To, unless it is a forward."""
    forward: bool = False
    return_path: str | None = None
    """Envelope sender where it is not the author's address."""
    extra: tuple[tuple[str, str], ...] = ()
    content_type: str = PLAIN
    body: str = ""
    places: tuple[str, ...] = ()
    """Mailboxes it lies in; empty = filed together with its conversation."""
    answered: bool = False
    undisclosed: bool = False
    """The recipients are not named: it came as a blind copy."""

    @property
    def arrived_at(self) -> int:
        """When the company's server got it."""
        return self.sent_at + TRANSIT


def encoded(text: str, charset: str, name: str = "") -> str:
    """`text` for a header field `name`: as it stands if ASCII, else in encoded words (RFC 2047), folded."""
    if text.isascii():
        charset = "us-ascii"
    else:
        try:
            text.encode(charset)
        except UnicodeEncodeError:
            charset = "utf-8"
    return Header(text, charset, maxlinelen=74, header_name=name).encode()


def mailbox_text(person: Person, charset: str) -> str:
    """`Name <address>` (RFC 5322, section 3.4)."""
    name = f'"{person.name}"' if person.name.isascii() and not person.name.replace(" ", "").isalnum() else person.name
    return f"{encoded(name, charset)} <{person.address}>"


def date_text(instant: int, language: str = "de") -> str:
    """`instant` as RFC 5322 writes it: Berlin's time, or UTC for those who write English."""
    moment = datetime.fromtimestamp(instant, ZONE)
    return format_datetime(moment if language == "de" else moment.astimezone(UTC))


def trace_fields(mail: Mail, recipient: str) -> list[tuple[str, str]]:
    """What servers put on top of `mail` on its way to `recipient`; the topmost Received is the arrival."""
    sender = mail.author.address if mail.return_path is None else mail.return_path
    host = "mail." + mail.author.address.rpartition("@")[2]
    code = mail.message_id[:10].upper()
    domain = recipient.rpartition("@")[2]
    server = (
        f"from {host} ({host} [203.0.113.{mail.sent_at % 250 + 1}])\n\tby mx.{domain} (Postfix) with ESMTPS id {code}"
    )
    client = f"from [192.0.2.{mail.sent_at % 90 + 1}] by {host} with ESMTPSA"
    return [
        ("Return-Path", f"<{sender}>"),
        ("Delivered-To", recipient),
        ("Received", f"{server}\n\tfor <{recipient}>; {date_text(mail.arrived_at)}"),
        ("Received", f"{client};\n\t{date_text(mail.sent_at + 1)}"),
    ]


def people(persons: tuple[Person, ...], charset: str) -> str:
    """A recipient field, one person to a line."""
    return ",\n ".join(mailbox_text(person, charset) for person in persons)


def content(mail: Mail, recipient: str | None) -> bytes:
    """The whole message, lines ended by LF; with trace fields if it was delivered to `recipient`."""
    charset = mail.author.charset
    fields = trace_fields(mail, recipient) if recipient else []
    fields += [
        ("Message-ID", f"<{mail.message_id}>"),
        ("Date", date_text(mail.sent_at, mail.author.language)),
        ("MIME-Version", "1.0"),
        ("Subject", encoded(mail.subject, charset, "Subject")),
        ("From", mailbox_text(mail.author, charset)),
        ("To", "undisclosed-recipients:;" if mail.undisclosed else people(mail.to, charset)),
    ]
    if mail.cc:
        fields.append(("Cc", people(mail.cc, charset)))
    if mail.references:
        fields.append(("References", "\n ".join(f"<{ref}>" for ref in mail.references)))
        if not mail.forward:
            fields.append(("In-Reply-To", f"<{mail.references[-1]}>"))
    fields += [*PROGRAM_FIELDS[mail.author.program], *mail.extra]
    fields += [("Content-Type", mail.content_type), ("Content-Transfer-Encoding", "8bit")]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return f"{head}\n{mail.body}\n".encode()
