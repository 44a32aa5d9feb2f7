"""Mail as a story: who wrote to whom and when, turned into raw headers, judged purely or through a real store.

    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 10:30")
    assert elapsed(s.exchange(q)) == 90 * MINUTE

Names without `@` are people: those of `TEAM` (ben, eva, info, ...) at example.com, all others at a domain of their own.
Moments are `MM-DD HH:MM` of 2026 or `YYYY-MM-DD HH:MM`, in UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from itertools import count, groupby
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import pytest

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.matching_input import messages_of
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.progress import Silent
from replywatch.config.model import Config, ImapAccount, MboxAccount, ReportSettings
from replywatch.domain.figures.measure import waited
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import id_domain, letter_of, read, relayed_of
from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, Flagging, Listing, MailboxState, Stamp
from replywatch.domain.mailboxes.flags import ANSWERED
from replywatch.domain.mailboxes.labels import Labels
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.mailboxes.unread import UnreadFile
from replywatch.domain.matching.match import Matched, MatchSettings, match
from replywatch.domain.messages import (
    RUNG_BITS,
    UNCORRECTED,
    Copy,
    Correction,
    Corrections,
    Exchange,
    Location,
    Message,
    Reading,
    Role,
    Rung,
)
from replywatch.domain.team import Team
from replywatch.sources.local.by_id import found_by_id
from replywatch.sources.local.flags import flagging
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.facts import Epoch, Facts
from replywatch.store.flags import Look
from replywatch.store.marks import Marks
from replywatch.store.vanished import Vanished

MINUTE, HOUR, DAY = 60, 3_600, 86_400
INFO = "info@example.com"
TEAM = frozenset({"info", "sales", "ben", "eva", "bot"})


def at(moment: str | int) -> int:
    """The instant of a moment such as `03-02 09:00`."""
    if isinstance(moment, int):
        return moment
    text = moment if moment[:4].isdigit() else f"2026-{moment}"
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def elapsed(exchange: Exchange) -> int | None:
    """How long somebody waited for the answer; None where there is none."""
    return None if exchange.answered_at is None else waited(exchange.arrived_at, exchange.answered_at)


def address_of(name: str) -> str:
    """The address of a person."""
    return name if "@" in name else f"{name}@example.com" if name in TEAM else f"{name}@{name}.example"


def cases(*columns: str, rows: Sequence[tuple[object, ...]]) -> pytest.MarkDecorator:
    """A table of cases for a test; the first column of `rows` is the name of the case."""
    return pytest.mark.parametrize(columns, [row[1:] for row in rows], ids=[str(row[0]) for row in rows])


@dataclass(frozen=True)
class Place:
    """Where a copy lies, with what the server says of it."""

    mailbox: str = "INBOX"
    account: str = "info"
    internal_date: int | None = None
    thread: str | None = None
    trace: str = ""
    """Header fields that the copy got on its way."""
    gone: int | None = None
    draft: bool = False
    labels: tuple[str, ...] | None = None


@dataclass(eq=False)
class Mail:
    """One message of the story: its own header fields, and the places where copies of it lie."""

    message_id: str | None
    sender: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    when: int
    header: str
    places: list[Place]

    def raw(self, place: Place) -> bytes:
        """The header of the copy in `place`."""
        return (place.trace + self.header).replace("\n", "\r\n").encode() + b"\r\n"


def _addresses(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(address_of(n) for n in ([names] if isinstance(names, str) else names))


def _ids(named: Mail | str | Iterable[Mail | str] | None) -> tuple[str, ...]:
    if named is None:
        return ()
    several = [named] if isinstance(named, Mail | str) else named
    return tuple(i for n in several if (i := n.message_id if isinstance(n, Mail) else n))


class Story:
    """Mail of a small team, told one message after the other."""

    def __init__(
        self,
        *,
        addresses: Sequence[str] = (INFO,),
        domains: Sequence[str] = ("example.com",),
        unwatched: Sequence[str] = (),
        archives: Sequence[str] = (),
        new_enquiry_after: int = 30 * DAY,
        **lists: Iterable[str],
    ) -> None:
        """`unwatched` accounts are colleagues' own, `archives` are mbox files; `lists` are further fields of `Team`."""
        self.team = Team(tuple(addresses), tuple(domains), **{k: frozenset(v) for k, v in lists.items()})
        self.unwatched = frozenset(unwatched)
        self.archives = frozenset(archives)
        self.new_enquiry_after = new_enquiry_after
        self.mails: list[Mail] = []
        self.marks: dict[str, Corrections] = {}
        """By identity of the message; see `mark`."""
        self.marks_made: dict[str, list[Correction]] = {}
        self._numbers = count(1)

    # Telling

    def mail(
        self,
        sender: str,
        when: str | int,
        to: str | Iterable[str],
        *,
        cc: str | Iterable[str] = (),
        subject: str = "Offer for oak boards",
        replies: Mail | str | Iterable[Mail | str] | None = None,
        references: Mail | str | Iterable[Mail | str] | None = None,
        message_id: str | None = "",
        date: str | int | None = "",
        received: str | int | None = "",
        internal: str | int | None = "",
        fields: str = "",
        mailbox: str = "INBOX",
        account: str = "info",
        thread: str | None = None,
        draft: bool = False,
        gone: str | int | None = None,
    ) -> Mail:
        """A message that reached its mailbox at `when`; Date, Received and INTERNALDATE say so unless told otherwise.

        `message_id` "" makes one up, None leaves the field out, as for the dates. `fields` are further header lines.
        """
        written = address_of(sender)
        moment = at(when)
        if message_id == "":
            message_id = f"{sender.partition('@')[0]}.{next(self._numbers)}@{written.rpartition('@')[2]}"
        lines = [f"From: {sender.partition('@')[0].title()} <{written}>", f"To: {', '.join(_addresses(to))}"]
        copied = _addresses(cc)
        lines += [f"Cc: {', '.join(copied)}"] if copied else []
        lines += [f"Subject: {subject}"] if subject else []
        lines += [f"Date: {_rfc5322(moment if date == '' else at(date))}"] if date is not None else []
        lines += [f"Message-ID: <{message_id}>"] if message_id else []
        for name, ids in (("In-Reply-To", _ids(replies)), ("References", _ids(references))):
            lines += [f"{name}: {' '.join(f'<{i}>' for i in ids)}"] if ids else []
        told = Mail(
            message_id,
            written,
            (*_addresses(to), *copied),
            _ids(references),
            subject,
            moment,
            "\n".join([*lines, *fields.splitlines()]) + "\n",
            [],
        )
        trace = "" if received is None else _received(moment if received == "" else at(received))
        saved = None if internal is None else moment if internal == "" else at(internal)
        vanished = None if gone is None else at(gone)
        told.places.append(Place(mailbox, account, saved, thread, trace, vanished, draft))
        self.mails.append(told)
        return told

    def inbound(self, sender: str, when: str | int, **said: object) -> Mail:
        """Somebody outside writes to info@."""
        return self.mail(sender, when, **({"to": INFO} | said))  # type: ignore[arg-type]

    def outbound(self, to: str | Iterable[str], when: str | int, *, by: str = "ben", **said: object) -> Mail:
        """One of ours writes; the copy lies in Sent."""
        return self.mail(by, when, to, **({"mailbox": "Sent", "received": None} | said))  # type: ignore[arg-type]

    def reply(self, mail: Mail, when: str | int, *, by: str = "ben", **said: object) -> Mail:
        """One of ours replies as mail programs do: In-Reply-To and References, `Re:`, to the sender."""
        named = {"replies": mail, "references": (*mail.references, mail), "subject": f"Re: {mail.subject}"}
        return self.outbound(said.pop("to", mail.sender), when, by=by, **(named | said))  # type: ignore[arg-type]

    def answer(self, mail: Mail, when: str | int, *, by: str = "", **said: object) -> Mail:
        """The contact writes back, in the same manner."""
        named = {"replies": mail, "references": (*mail.references, mail), "subject": f"Re: {mail.subject}"}
        return self.inbound(by or mail.recipients[0], when, **(named | said))

    def copy(self, mail: Mail, mailbox: str, account: str = "info", *, later: int = 0, trace: str = "") -> Place:
        """Another copy of `mail` in another place, delivered `later` seconds after the first, with its own trace."""
        first = mail.places[0]
        saved = None if first.internal_date is None else first.internal_date + later
        place = Place(mailbox, account, saved, first.thread, trace + first.trace)
        mail.places.append(place)
        return place

    def mark(self, mail: Mail, correction: Correction) -> None:
        """Somebody corrects by hand what is said of `mail`."""
        identity = self.identity(mail)
        self.marks[identity] = self.marks.get(identity, UNCORRECTED).said(correction)
        self.marks_made.setdefault(identity, []).append(correction)

    def identity(self, mail: Mail) -> str:
        """The identity of a message of the story."""
        return read(parse_header(mail.raw(mail.places[0])), self.team).identity

    # Judging purely

    @property
    def config(self) -> Config:
        """The config of the team, with every account that mail lies in."""
        names = sorted({p.account for m in self.mails for p in m.places} | {"info"} | self.unwatched | self.archives)
        accounts = tuple(
            (MboxAccount if n in self.archives else ImapAccount)(n, watched=n not in self.unwatched) for n in names
        )
        return Config(self.team, accounts, ReportSettings(ZoneInfo("UTC"), 14 * DAY, self.new_enquiry_after), Path())

    def copies(self) -> list[Copy]:
        """All copies, those with the same header put together."""
        found: dict[bytes, list[Location]] = {}
        for mail in self.mails:
            for place in mail.places:
                found.setdefault(mail.raw(place), []).extend(self._locations(place))
        readings = {raw: read(parse_header(raw), self.team) for raw in found}
        forms, relays = self._form_letters(readings.values()), _relays(readings.values())
        return [
            Copy(
                blake2b(raw, digest_size=16).hexdigest(),
                reading,
                tuple(found[raw]),
                form_letter=reading.identity in forms,
                relayed=(of := relayed_of(reading)) is not None and of.sender in relays,
            )
            for raw, reading in readings.items()
        ]

    def _form_letters(self, readings: Iterable[Reading]) -> set[str]:
        """The identities of ours that went out to three people or more within 30 days before or after."""
        told = [(r.identity, letter_of(r, self.marks.get(r.identity, UNCORRECTED).kind)) for r in readings]
        letters = [(identity, letter) for identity, letter in told if letter]
        return {
            identity
            for identity, one in letters
            if len({o.contact for _, o in letters if o.subject == one.subject and abs(o.date - one.date) <= 30 * DAY})
            >= 3
        }

    def _locations(self, place: Place) -> list[Location]:
        archive = place.account in self.archives
        mailbox = Roles().of(Listing(place.mailbox, "/"))
        return [
            Location(
                place.account,
                place.account not in self.unwatched,
                role,
                archive or mailbox is Role.ARCHIVE,
                place.internal_date,
                place.thread,
                LONG_AGO,
                place.gone,
                place.draft,
                on_disk=archive,
            )
            for role in Labels(Roles(), localized=archive).roles(mailbox, place.labels)
        ]

    def messages(self) -> list[Message]:
        """All messages, each merged from its copies."""
        return merged(self.copies(), self.team, self.marks)

    def settings(self) -> MatchSettings:
        """What matching has to know: the team's domains and those seen on its Message-IDs alone."""
        return settings_of(self.team, [c.reading for c in self.copies()], self.new_enquiry_after)

    def matched(self) -> Matched:
        """What matching makes of all messages together."""
        return match(self.messages(), self.settings())

    def message(self, mail: Mail) -> Message:
        """The message behind `mail`; its Message-ID has to be used once."""
        return next(m for m in self.messages() if m.message_id == mail.message_id)

    def exchanges(self, level: Rung = Rung.SUBJECT) -> list[Exchange]:
        """All exchanges under one level of matching, by arrival."""
        found = [e for e, levels in self.matched().exchanges if levels & RUNG_BITS[level]]
        return sorted(found, key=lambda e: (e.arrived_at, e.id))

    def exchange(self, mail: Mail, level: Rung = Rung.SUBJECT) -> Exchange | None:
        """The exchange that `mail` opened, None if it opened none."""
        return next((e for e in self.exchanges(level) if e.message_id == mail.message_id), None)

    def groups(self) -> list[set[str | None]]:
        """The Message-IDs of each conversation."""
        matched, ids = self.matched(), {m.identity: m.message_id for m in self.messages()}
        of = sorted(matched.conversations.items(), key=lambda item: item[1])
        return [{ids[i] for i, _ in group} for _, group in groupby(of, key=lambda item: item[1])]


LONG_AGO = at("2020-01-01 00:00")
"""When all copies of a story were first seen."""


def merged(copies: Sequence[Copy], team: Team, marks: Mapping[str, Corrections] | None = None) -> list[Message]:
    """The messages behind `copies`."""
    return messages_of(copies, team, marks or {})


def _relays(readings: Iterable[Reading]) -> set[int]:
    """The senders of whose mail several Reply-To are seen."""
    seen = {of for reading in readings if (of := relayed_of(reading))}
    return {sender for sender, several in Counter(of.sender for of in seen).items() if several > 1}


def settings_of(team: Team, readings: Sequence[Reading], new_enquiry_after: int = 30 * DAY) -> MatchSettings:
    """Match settings that know the right sides of ids seen on our mail alone."""
    ours = {id_domain(r.message_id) for r in readings if r.message_id and r.parties.ours}
    others = {id_domain(r.message_id) for r in readings if r.message_id and not r.parties.ours}
    return MatchSettings(
        new_enquiry_after, lambda d: team.has_domain(d) or d in ours - others - {""}, team.public_lists
    )


def _rfc5322(moment: int) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC))


def _received(moment: int) -> str:
    return f"Received: from out.example.net by mx.example.com with ESMTPS;\n\t{_rfc5322(moment)}\n"


# A real store


class Keep:
    """A store in a folder that mail of a story is put into, without a server. Used as a context manager."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.config = config
        self._database = Database(folder / "store.sqlite3", create=True)
        self._uids = count(1)
        self._places: dict[tuple[int, int], tuple[Epoch, int]] = {}

    def __enter__(self) -> Self:
        self.database = self._database.__enter__()
        self.database.execute("PRAGMA synchronous = OFF")
        self.facts = Facts(self.database)
        self.marks = Marks(self.database)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.__exit__(kind, error, trace)

    def epoch(self, place: Place, uidvalidity: int = 1) -> Epoch:
        """The numbering of the mailbox of `place`."""
        mailbox = self.facts.mailbox(self.facts.account(place.account), Listing(place.mailbox, "/"))
        known = self.facts.present_epoch(mailbox)
        if known and known.state.uidvalidity >= uidvalidity:
            return known
        return self.facts.epoch(mailbox, MailboxState(uidvalidity, None, 0), LONG_AGO)

    def add(self, copies: Iterable[tuple[Mail, Place]], now: int = LONG_AGO) -> None:
        """Copies of mail arrive in the store, found for the first time at `now`."""
        for mail, place in copies:
            epoch, uid = self.epoch(place), next(self._uids)
            self.facts.add_batch(epoch.id, [fetched(mail, place, uid)], (), uid, now)
            self._places[id(mail), id(place)] = epoch, uid

    def lose(self, mail: Mail, place: Place, now: int) -> None:
        """A copy was missed twice: it is gone from its place."""
        epoch, uid = self._places[id(mail), id(place)]
        for _ in range(2):
            absences = Vanished(self.database)
            absences.note(epoch.id, [uid])
            absences.miss(epoch.id, now)

    def flag(self, mail: Mail, place: Place, since: int, now: int, flags: Iterable[str] = (ANSWERED,)) -> None:
        """The server began to say between `since` and `now` that the message bears these flags, and no others.

        The passes in which it was looked at before were complete.
        """
        epoch, uid = self._places[id(mail), id(place)]
        held = self.facts.bearers(epoch.id, (uid, uid))
        self.facts.flag(epoch.id, held, {uid: frozenset(flags)}, Look(now, since, now))

    def relabel(self, mail: Mail, place: Place, labels: tuple[str, ...]) -> None:
        """Somebody put other labels on a copy."""
        epoch, uid = self._places[id(mail), id(place)]
        self.facts.relabel(epoch.id, [Changed(uid, None, None, labels)])

    def renew(self, mail: Mail, place: Place, fields: bytes) -> None:
        """A copy was fetched once more, for fields that were not asked for before."""
        epoch, uid = self._places[id(mail), id(place)]
        self.facts.renew(epoch.id, {uid: fields + mail.raw(place)})

    def renumber(self, place: Place, held: Sequence[tuple[Mail, Place]], now: int) -> None:
        """The mailbox of `place` got another UIDVALIDITY; only `held` are found in it then."""
        new = self.epoch(place, self.epoch(place).state.uidvalidity + 1)
        for mail, there in held:
            uid = next(self._uids)
            self.facts.add_batch(new.id, [fetched(mail, there, uid)], (), uid, now)
            self._places[id(mail), id(there)] = new, uid
        self.facts.finish_mailbox(new, MailboxState(new.state.uidvalidity, None, len(held)), now)
        absences = Vanished(self.database)
        for old in absences.superseded(new.mailbox):
            absences.let_go(old, new.id, now)

    def said_of_copies(self) -> dict[str, tuple[bool, bool]]:
        """Digest of each header → whether the message is a form letter, and whether it is a relay's."""
        derived = Derived(self.database)
        clusters = [c for (c,) in self.database.rows("SELECT DISTINCT cluster FROM readings")]
        found = derived.copies(clusters, mailbox_uses(derived, self.config))
        return {copy.digest: (copy.form_letter, copy.relayed) for _, copies in found for copy in copies}

    def derive(self, *, anew: bool = False) -> None:
        """Bring the derived rows up to date."""
        derive(self.database, self.config, Silent(), anew=anew)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """The rows of a derived table as they stand, sorted."""
        return sorted(self.database.rows(f"SELECT * FROM {table}"), key=repr)

    def without_clusters(self, table: str) -> list[tuple[object, ...]]:
        """The rows of a derived table, told apart by identities alone."""
        columns = [c for _, c, *_ in self.database.rows(f"PRAGMA table_info({table})") if c != "cluster"]
        return sorted(self.database.rows(f"SELECT DISTINCT {', '.join(columns)} FROM {table}"), key=repr)

    def partition(self) -> set[frozenset[bytes]]:
        """The clusters as sets of the digests of their headers."""
        found: dict[int, set[bytes]] = {}
        rows = self.database.rows("SELECT r.cluster, m.digest FROM readings r JOIN messages m ON m.id = r.message")
        for cluster, digest in rows:
            found.setdefault(cluster, set()).add(digest)
        return {frozenset(digests) for digests in found.values()}


def fetched(mail: Mail, place: Place, uid: int) -> FetchedMessage:
    """The copy of `mail` in `place` as a source hands it over."""
    flags = ("\\Draft",) if place.draft else ()
    return FetchedMessage(uid, mail.raw(place), place.internal_date, 1000, flags, place.thread, None, place.labels)


# A source without a server


@dataclass
class Box:
    """A mailbox of a `FakeSource`."""

    uidvalidity: int = 1
    uidnext: int = 1
    messages: dict[int, FetchedMessage] = field(default_factory=dict)
    _flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """As they were when HIGHESTMODSEQ was last said."""
    _changed: dict[int, int] = field(default_factory=dict)
    """MODSEQ of each message."""
    _modseq: int = 1

    def modseq(self) -> int:
        """Grows with every change of a message or a flag, as HIGHESTMODSEQ does (RFC 7162)."""
        flags = {uid: message.flags for uid, message in self.messages.items()}
        if flags != self._flags:
            self._modseq += 1
            self._changed |= {uid: self._modseq for uid in flags if flags[uid] != self._flags.get(uid)}
            self._flags = flags
        return self._modseq

    def since(self, modseq: int) -> list[FetchedMessage]:
        """The messages that came or changed since then."""
        self.modseq()
        return [message for uid, message in self.messages.items() if self._changed[uid] > modseq]


class FakeSource:
    """Implements `sources.base.Source` over mailboxes in memory that tests change between two passes."""

    in_order = True
    has_labels = False
    unlisted: tuple[str, ...] = ()
    unread_files: tuple[UnreadFile, ...] = ()
    complaint = ""
    condstore = True
    """Whether changes of flags show in the state of a mailbox."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {}
        self._open = Box()

    # What happens between two passes

    def deliver(self, mail: Mail, place: Place) -> int:
        """A copy of `mail` arrives in the mailbox of `place`."""
        box = self.boxes.setdefault(place.mailbox, Box())
        uid = box.uidnext
        box.messages[uid] = fetched(mail, place, uid)
        box.uidnext += 1
        return uid

    def hold(self, mailbox: str, uidvalidity: int, rows: Iterable[tuple[int, bytes, int, int, str]]) -> None:
        """Put messages into a mailbox as a store has them: UID, header, INTERNALDATE, size, flags."""
        messages = {u: FetchedMessage(u, h, d, size, tuple(f.split())) for u, h, d, size, f in rows}
        self.boxes[mailbox] = Box(uidvalidity, max(messages, default=0) + 1, messages)

    def expunge(self, mailbox: str, uid: int) -> FetchedMessage:
        """A message is deleted for good."""
        return self.boxes[mailbox].messages.pop(uid)

    def answer(self, mailbox: str, uid: int) -> None:
        """Somebody answers a message: it gets the flag."""
        self.flag(mailbox, uid, *self.boxes[mailbox].messages[uid].flags, ANSWERED)

    def flag(self, mailbox: str, uid: int, *flags: str) -> None:
        """A message bears these flags from now on, and no others."""
        box = self.boxes[mailbox]
        box.messages[uid] = box.messages[uid]._replace(flags=flags)

    def move(self, mailbox: str, uid: int, target: str) -> int:
        """A message is moved, as MOVE does (RFC 6851): INTERNALDATE stays, the UID doesn't."""
        message = self.expunge(mailbox, uid)
        box = self.boxes.setdefault(target, Box())
        new = box.uidnext
        box.uidnext += 1
        box.messages[new] = FetchedMessage(
            new, message.header, message.internal_date, message.size, message.flags, message.thread
        )
        return new

    def renumber(self, mailbox: str) -> None:
        """The mailbox gets another UIDVALIDITY, and its messages other UIDs."""
        old = self.boxes[mailbox]
        new = self.boxes[mailbox] = Box(old.uidvalidity + 1, 1)
        for message in old.messages.values():
            new.messages[new.uidnext] = FetchedMessage(
                new.uidnext, message.header, message.internal_date, message.size, message.flags, message.thread
            )
            new.uidnext += 1

    # Source

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def mailboxes(self) -> list[Listing]:
        return [Listing(name, "/") for name in sorted(self.boxes)]

    def status(self, name: str, known: MailboxState | None) -> MailboxState:
        box = self.boxes[name]
        modseq = box.modseq() if self.condstore else None
        return MailboxState(box.uidvalidity, box.uidnext, len(box.messages), modseq)

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        self._open = self.boxes[name]
        return self.status(name, known)

    def uids(self, first: int, last: int) -> list[int]:
        return [u for u in sorted(self._open.messages) if first <= u <= last]

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        return (self._open.messages[u] for u in uids if u in self._open.messages)

    def stamps(self, uids: Sequence[int]) -> Iterator[Stamp]:
        return (Stamp(m.uid, m.internal_date, m.size) for m in self._open.messages.values() if m.uid in uids)

    def find(self, message_ids: Sequence[str]) -> list[int]:
        return found_by_id(self.uids, self.fetch, message_ids)

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:
        return flagging((uid, m.flags) for uid, m in self._open.messages.items() if first <= uid <= last)

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:
        return (Changed(m.uid, m.flags) for m in self._open.since(since or 0) if first <= m.uid <= last)
