"""The words of the program as types: one small frozen type for each hop of the flow.

    Header (what one header block says) → Reading (judged by rules and team) → Message (all copies of one
    message, with its clock) → Exchange (one wait)

Instants are integer seconds since 1970-01-01T00:00:00Z, durations are integer seconds. Addresses are lower
case. Message-IDs stand without `<>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a mailbox is for."""

    INBOX = "inbox"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"
    FOLDER = "folder"
    """An ordinary mailbox, filed by hand or by a filter."""
    SKIP = "skip"
    """Never read: Drafts, Outbox, virtual duplicates, and what the config says."""


class Direction(StrEnum):
    """Who wrote to whom, seen from the team."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    FOREIGN = "foreign"


class Kind(StrEnum):
    """What sort of mail a message is."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    NEWSLETTER = "newsletter"
    NOTIFICATION = "notification"
    CALENDAR = "calendar"
    SPAM = "spam"


class Rung(StrEnum):
    """How a reply was tied to its message, strictest first."""

    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"
    PROVIDER = "provider"
    SUBJECT = "subject"
    MARK = "mark"


RUNG_BITS = {Rung.IN_REPLY_TO: 1, Rung.REFERENCES: 2, Rung.PROVIDER: 4, Rung.SUBJECT: 8}
"""Each rung's bit, strictest first: the same exchange may hold however far down the ladder one matches."""


class Status(StrEnum):
    """Where an exchange stands at a given moment; never stored."""

    ANSWERED = "answered"
    WAITING = "waiting"
    NEVER = "never"
    ANSWERED_TIME_UNKNOWN = "answered_time_unknown"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """Which line of the account a message belongs to; every message has exactly one."""

    COUNTED = "counted"
    EXCLUDED_KIND = "excluded_kind"
    INTERNAL = "internal"
    OUTBOUND = "outbound"
    FOREIGN = "foreign"
    SET_ASIDE = "set_aside"
    NOT_WATCHED = "not_watched"
    """Personal mail to somebody of the team, in a mailbox or to an address that is not watched."""


class Address(NamedTuple):
    """One address of a header field.

    `address` is `local@domain` in lower case with quotes and comments removed, or "" where the field holds a
    name only. `name` is the decoded display name, hostile text as it came.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Header:
    """What one message header says, decoded, nothing judged. Made by `domain.headers.header.parse_header`."""

    message_id: str | None
    aliases: tuple[str, ...]
    """Other ids of the same message, kept by providers that rewrite Message-ID."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """In the order of the field: oldest first, the parent last."""
    date: int | None
    """Date field as an instant; a date without a zone counts as UTC."""
    date_has_zone: bool
    received: int | None
    """Instant of the topmost Received field."""
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    delivered_to: tuple[Address, ...]
    """Delivered-To, all instances."""
    resent_to: tuple[Address, ...]
    """Resent-To, all instances."""
    x_original_to: tuple[Address, ...]
    x_original_from: tuple[Address, ...]
    x_original_sender: tuple[Address, ...]
    subject: str
    """Decoded (RFC 2047), white space folded, otherwise as it came."""
    date_text: str
    """The Date field as it stands, unfolded: part of the message's identity."""
    fields: Mapping[str, tuple[str, ...]]
    """Every other field of `headers.header.FETCH_FIELDS`: name in lower case → unfolded values in order, undecoded."""


class Shown(NamedTuple):
    """A header field that shows something."""

    field: str
    """As people write it, such as `Auto-Submitted`; `Sender` for whoever sent it by Sender or From."""
    value: str | None = None
    """What stands there: hostile text as it came, cut to a length that may be shown. None: it is about the field alone,
    that it is there, or of From that it names no address."""


class Because(NamedTuple):
    """Why something was decided, in values; `render.because` puts it into words."""

    rule: str
    """Id of the rule that decided, such as `auto-submitted`, `contact.from` or `role.special-use`."""
    field: str = ""
    """The header field that showed it, as in `Shown`; "" if none did."""
    value: str = ""
    """What stood there, or whom or what the reason names: hostile text as it came; "" if nothing."""
    beside: tuple[Shown, ...] = ()
    """What else had to be there, since the field alone is too weak a sign."""


class Delivery(StrEnum):
    """What a notice of a mail server says of a message that was sent."""

    FAILED = "failed"
    """It will not be delivered."""
    DELAYED = "delayed"
    """It was not delivered yet, or it was: no failure."""
    UNCLEAR = "unclear"
    """The header doesn't tell."""


class Verdict(NamedTuple):
    """What sort of mail a header announces, and which rule said so."""

    kind: Kind
    because: Because
    """Its rule is one such as `subject.auto-reply`; `human` if none fired, `mark` if a person decided."""

    @property
    def rule(self) -> str:
        """Id of the rule that decided."""
        return self.because.rule


class Parties(NamedTuple):
    """Who wrote a message and whom it reached, for a given team."""

    ours: bool
    """The author is one of the team (From or Sender), and nobody outside speaks through that address."""
    contact: str
    """Address of the author outside, as she spells it but for a `+tag`; for our own mail the first recipient outside;
    "" if there is none, or it is a `visitor`. People are compared by `contact_key`."""
    contact_name: str
    contact_because: Because
    """Which field the contact was taken from, and why; the value is the sender who wrote it in another's name."""
    author: str
    """Address of the team member who wrote, for our own mail; "" otherwise."""
    senders: tuple[str, ...]
    """Every address outside at which the author can be reached: contact, From, Reply-To. Empty for our mail."""
    recipients: tuple[str, ...]
    """Every address of To, Cc and Bcc, ours too, each once."""
    team_address: str
    """The watched address it was sent to: the first one in Delivered-To, X-Original-To, To, Cc, Resent-To; "" if none.
    """
    names_ours: bool
    """Somebody of the team is in To, Cc, Delivered-To, X-Original-To or Resent-To."""
    visitor: bool = False
    """A visitor of a web form wrote it whom nothing names: `contact` is "", and the form's address `contact_name`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One copy of a message as rules and team see it; depends on its header and the config alone."""

    identity: str
    """32 hex digits; equal for copies of the same message, whatever path they took."""
    message_id: str | None
    ids: tuple[str, ...]
    """Message-ID and aliases."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: int | None
    date_has_zone: bool
    received: int | None
    subject: str
    exact_subject: str
    """Subject without prefixes and gateways' stamps, folded; "" where it is too common to tell anything."""
    bare_subject: str
    """The same without tags and ticket numbers."""
    numbers: tuple[str, ...]
    """Those of the tags that tell one matter from another."""
    reply_prefix: bool
    public_list: bool
    """Goes to a list that reaches the contacts too."""
    outsiders: tuple[str, ...]
    """The recipients that are not ours."""
    to: tuple[str, ...]
    """Those of them that stand in To."""
    verdict: Verdict
    parties: Parties
    firm: Verdict | None = None
    """What the rules find without the signs that mean nothing in a conversation (`list`, `precedence`, `spam`); None if
    the verdict doesn't rest on one of them."""
    delivery: Delivery | None = None
    """Of a notice about a message that was sent; None of all other mail."""
    failed: tuple[str, ...] = ()
    """Whom such a notice names as not reached (X-Failed-Recipients)."""
    if_known: Reading | None = None
    """How it is read if it names a known message: what does so is no web form's. None where that is the same."""


class Location(NamedTuple):
    """One place where a copy of a message was found."""

    account: str
    watched: bool
    role: Role
    both_directions: bool
    """An archive: mail of ours lies beside mail to us."""
    internal_date: int | None
    thread: str | None
    """The provider's id of the conversation, with the provider's name in front."""
    first_seen: int
    gone: int | None
    """When it was found to be no longer there; None while it is."""
    draft: bool
    flagged: Flagged | None = None
    """When the server began to say that it was answered (flag \\Answered)."""
    on_disk: bool = False
    """It is a file, or part of one: `internal_date` may be the time of a copy or a sync."""
    put_away: bool = False
    """A flag or a keyword says that it was thrown away, or that it is spam; mailboxes say so by their role."""
    all_mail: bool = False
    """A mailbox of all mail (`\\All`) outside Gmail: no place of its own where the message has another."""
    in_burst: bool = False
    """It was saved there together with others that were written on other days: `internal_date` is that of a move."""
    last_pass: int | None = None
    """When mail was last looked for at all: what is later lies ahead. None: nothing does."""

    @property
    def saved(self) -> int | None:
        """INTERNALDATE, where a server says it."""
        return None if self.on_disk else self.internal_date

    @property
    def filed(self) -> int | None:
        """The time of the file that holds it, or in the mbox separator before it."""
        return self.internal_date if self.on_disk else None


class NamedLocation(NamedTuple):
    """A location as people find it again: in which mailbox, and under which number."""

    account: str
    mailbox: str
    uid: int | None
    """None: files, which people find by no number."""
    internal_date: int | None
    gone: int | None
    """When it was found to be no longer there; None while it is."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A person says that a message was answered, by whatever means."""

    at: int
    """When."""


@dataclass(frozen=True, slots=True)
class NeedsNone:
    """A person says that nobody has to answer a message."""


@dataclass(frozen=True, slots=True)
class OfKind:
    """A person says of what kind a message is, whatever the rules found."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ReplyOf:
    """A person says to which message one of ours is a reply."""

    identity: str
    """Of the message replied to."""


Correction = Answered | NeedsNone | OfKind | ReplyOf
"""What one mark says of a message."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What marks say of a message, aspect by aspect; None where a person said nothing."""

    kind: Kind | None = None
    outcome: Answered | NeedsNone | None = None
    """What became of it."""
    replies_to: str | None = None
    """Identity of the message that it answers."""

    def __bool__(self) -> bool:
        """Whether a person said anything."""
        return not (self.kind is None and self.outcome is None and self.replies_to is None)

    def said(self, correction: Correction) -> Corrections:
        """The same with one more word, which covers an earlier one of its aspect."""
        match correction:
            case OfKind(kind):
                return replace(self, kind=kind)
            case ReplyOf(identity):
                return replace(self, replies_to=identity)
            case _:
                return replace(self, outcome=correction)


UNCORRECTED = Corrections()
"""Of a message that nobody marked."""


class Flagged(NamedTuple):
    """The server's word that somebody answered a message, between two polls."""

    after: int | None
    """It had not been answered yet; None: it was answered when first seen."""
    before: int


class Copy(NamedTuple):
    """One header of a message and the places where it was found."""

    digest: str
    """Of the raw header: orders copies the same way in every store."""
    reading: Reading
    locations: tuple[Location, ...]
    form_letter: bool = False
    """As in `Message`, counted over all mail that was read."""
    relayed: bool = False
    """Likewise."""


class Message(NamedTuple):
    """All copies of one message put together, with direction, kind and clock decided."""

    identity: str
    message_id: str | None
    ids: frozenset[str]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    threads: frozenset[str]
    direction: Direction
    disposition: Disposition
    verdict: Verdict
    contact: str
    contact_name: str
    author: str
    senders: frozenset[str]
    """Addresses outside at which the author can be reached; empty for our mail."""
    persons: frozenset[str]
    """Those of them that stand for the author as a person: all but From where a relay put its own address there."""
    outsiders: frozenset[str]
    """The recipients that are not ours."""
    address: str
    """The watched address it was sent to, or ""."""
    subject: str
    exact_pairs: frozenset[str]
    """Person outside and exact subject, by which the subject rung finds it (`judging.reading.SubjectPairs`)."""
    bare_pairs: frozenset[str]
    """Person outside and bare subject, where no exact pair is found."""
    exact_sought: frozenset[str]
    """The pairs by which the rung looks for what it may be joined to."""
    bare_sought: frozenset[str]
    reply_prefix: bool
    public_list: bool
    sent_in: frozenset[str]
    """Accounts whose Sent mailbox holds it."""
    filed_in: frozenset[str]
    """Accounts with an archive of both directions that hold it, if it is outbound."""
    clock: int
    """Arrival if inbound or foreign, sent time if outbound or internal."""
    clock_source: str
    """`internaldate`, `received`, `date` or `first_seen`."""
    clock_sure: bool
    corrections: Corrections
    flagged: Flagged | None
    date: int | None = None
    """What Date says, if it says anything."""
    date_has_zone: bool = False
    firm: Verdict | None = None
    """As in `Reading`; None where a person said of what kind it is."""
    personal: Disposition = Disposition.COUNTED
    """Which line of the account it belongs to if it is inbound and a person's."""
    put_away: bool = False
    """Every place that holds it says that it was thrown away, or that it is spam."""
    form_letter: bool = False
    """Ours, one of several of the same subject to different people: the subject ties it to nothing."""
    relayed: bool = False
    """From is an address behind which several people write, each with a Reply-To of his own."""
    delivery: Delivery | None = None
    failed: frozenset[str] = frozenset()
    """As in `Reading`."""
    names_nobody: bool = False
    """No recipient is named at all."""
    to_itself: bool = False
    """Its only recipient is its author: so people address what goes to others by Bcc."""
    visitor: bool = False
    """A web form's, about a visitor of whom no address is known: any answer that names it is one."""
    clock_on_its_word: bool = False
    """The clock is sure though nothing confirms it: it no longer is where it lies before a message that it names."""
    ahead: bool = False
    """Something that is said of it lies after the last pass; the next one may tell otherwise."""

    @property
    def answers_nobody(self) -> bool:
        """It is a form letter, and no person says that it replies to anything."""
        return self.form_letter and not self.corrections.replies_to


@dataclass(frozen=True, slots=True)
class Exchange:
    """One wait: opened by a human inbound message, closed by the first human reply to the contact."""

    id: str
    """Identity of the opening message."""
    conversation: str
    """Identity of the first message of the conversation."""
    ordinal: int
    """1 = an enquiry, 2, 3, … = later turns."""
    address: str
    contact: str
    contact_name: str
    message_id: str | None
    subject: str
    arrived_at: int
    arrival_source: str
    arrival_sure: bool
    messages: int
    """Inbound messages while it was open, the opener included (1 + reminders)."""
    acknowledged_at: int | None
    """Sent time of the first acknowledgement while the exchange was open: an automatic answer to the contact, or mail
    of ours that left within seconds."""
    answered_at: int | None
    """Sent time of the reply; None while there is none."""
    reply: str | None
    """Identity of the reply."""
    reply_message_id: str | None
    matched_by: Rung | None
    answered_after: int | None
    """With `answered_before`: somebody answered between the two, but the reply was not seen."""
    answered_before: int | None
    ended_at: int | None
    """Arrival of the enquiry that ended this later turn unanswered."""
    marked: bool
    """A correction by hand had a part in it."""
    bounced_reply: str | None = None
    """Identity of the last reply of which a notice said that it could not be delivered."""
    bounced_reply_message_id: str | None = None
    """Its Message-ID; None if there is no such reply, or it has none."""
    put_away: bool = False
    """Its opener was thrown away, or called spam, and counts because somebody of ours answered it."""
    answer_source: str | None = None
    """The field that says when the reply left us, as `arrival_source`; None without a reply, and of a mark."""
    answer_sure: bool = True
    """Whether that field was confirmed by another; True where nothing can be unsure."""

    @property
    def visitor_of(self) -> str:
        """The web form whose visitor waits, where nothing names him; "" where there is a contact."""
        return "" if self.contact else self.contact_name

    @property
    def clock_anomaly(self) -> bool:
        """The reply is dated before the message it answers."""
        return self.answered_at is not None and self.answered_at < self.arrived_at

    @property
    def bounced_reply_name(self) -> str | None:
        """What `bounced_reply` is found by: its Message-ID, else its identity; None if there is no such reply."""
        return self.bounced_reply_message_id or self.bounced_reply
