"""What a source says of its mailboxes and messages: facts only.

Terminology: a *mailbox* is one named list of messages; its *epoch* is the time during which UIDs keep their
meaning (RFC 9051, section 2.3.1.1). A UID names one message of an epoch for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

EXCHANGE = "\\x-exchange"
"""Attribute that the source gives to every mailbox at a Microsoft Exchange server; no list of a server says so."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A mailbox as the source lists it."""

    name: str
    """Decoded (RFC 3501 5.1.3 names as Unicode), with the source's own delimiter."""
    delimiter: str
    """"" where names have no hierarchy."""
    attributes: tuple[str, ...] = ()
    """LIST attributes in lower case, such as `\\sent` or `\\noselect`; and `EXCHANGE`."""
    of_other_user: bool = False
    """Another user's, that this one may read (RFC 2342): somebody's personal mail."""
    formerly: str = field(default="", compare=False)
    """The name under which an earlier release listed it, if no other mailbox is called so now; else ""."""


@dataclass(frozen=True, slots=True)
class MailboxState:
    """What a source says about a mailbox when it is looked at."""

    uidvalidity: int
    uidnext: int | None
    """The next UID will be at least this; None where the source doesn't say."""
    exists: int
    highestmodseq: int | None = None
    bookmark: str = ""
    """Whatever the source wants handed back the next time (mbox: how far and how it recognises the file)."""
    unsettled_from: int | None = field(default=None, compare=False)
    """UIDs from here on may yet be given to other messages, against RFC 9051; None: none of those that are known."""

    @property
    def tells_flags(self) -> bool:
        """A changed flag shows in this state (CONDSTORE, RFC 7162; or the files' times)."""
        return self.highestmodseq is not None or bool(self.bookmark)


class FetchedMessage(NamedTuple):
    """One message as fetched: facts only."""

    uid: int
    header: bytes
    """As it came, CRLF or LF line ends: at least the wanted fields (`domain.headers.header.FETCH_FIELDS`)."""
    internal_date: int | None
    """When the message reached the mailbox, an instant; None where unknown or absurd."""
    size: int | None
    flags: tuple[str, ...] = ()
    thread: str | None = None
    """Provider's conversation id: `gmail:…` (X-GM-THRID) or `objectid:…` (THREADID, RFC 8474)."""
    provider_id: str | None = None
    """Provider's id of the message: `gmail:…` (X-GM-MSGID) or `objectid:…` (EMAILID, RFC 8474)."""
    labels: tuple[str, ...] | None = None
    """Gmail's labels, decoded and sorted, those of its own like `\\Sent`; None where messages have none."""


class Stamp(NamedTuple):
    """What a message has had since it reached its mailbox: cheap to ask for, and seldom the same for two messages."""

    uid: int
    internal_date: int | None
    """As in `FetchedMessage`."""
    size: int | None


class Changed(NamedTuple):
    """What is said anew of a message."""

    uid: int
    flags: tuple[str, ...] | None
    """All that it bears now; None: they are not told, or garbled."""
    provider_id: str | None = None
    labels: tuple[str, ...] | None = None
    """None: they are not told, or garbled."""


class Flagging(NamedTuple):
    """Who bears which of the flags that tell something (`domain.mailboxes.flags`)."""

    told: frozenset[str]
    """Of these flags it is known who bears them; of others nothing is said."""
    bearers: Mapping[int, frozenset[str]]
    """UID → those of `told` that the message bears; all other messages bear none of them."""
