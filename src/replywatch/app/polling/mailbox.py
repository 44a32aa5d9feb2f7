"""Reading one mailbox of an account: what is new is fetched, and the rest counted against what the source says.

A UID that was listed but did not come is asked for again, and put into quarantine if it still does not come; so is one
for which something came that is no message. What could no longer be found is noted; what that means is decided at the
end of the pass (`app.polling.brake`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from replywatch.app.polling.admission import Admission, renewed
from replywatch.app.polling.brake import Brake
from replywatch.app.polling.decide import EVERYTHING, Span, Unchanged, Whole, decide, is_settled
from replywatch.app.polling.flags import FlagReader
from replywatch.app.polling.same_mail import confirmed
from replywatch.app.progress import Progress
from replywatch.config.model import AnyAccount
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.headers.header import AT_ONCE
from replywatch.domain.instants import DAY
from replywatch.domain.judging.stand_in import holds_stand_in
from replywatch.domain.mailboxes.fetched import FetchedMessage, Listing, MailboxState
from replywatch.domain.mailboxes.unread import UnreadFile
from replywatch.domain.results.notice import Stretch
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.store.facts import Epoch, Facts
from replywatch.store.vanished import Vanished

BATCH = 1000
"""Messages in one transaction."""
WINDOW = 20_000
"""Messages whose UIDs are held in memory at once."""
WINDOWS = 1_000
"""Into how many windows a mailbox is divided at most, however many messages it claims to hold."""
RENEWED = 20_000
"""Messages of a mailbox that are fetched once more in one pass, for fields that were not wanted when they were read."""
LACKING = 1_000
"""Messages of a mailbox that are asked for again in one pass since something of them is not known, newest first."""
ASKED_FOR = 180 * DAY
"""Seconds after its arrival for which a message without an answer has its mailbox opened in every pass.

That is where flags change unseen; whenever a mailbox is opened, those of all messages are looked at.
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the pass over one account works with, and no other pass at the same time."""

    account: AnyAccount
    number: int
    """Of the account in the store."""
    facts: Facts
    vanished: Vanished
    admission: Admission
    clock: Callable[[], int]
    progress: Progress


@dataclass(slots=True)
class Done:
    """What a pass has done so far, in all its attempts: it only grows, and a later attempt goes on behind it."""

    brake: Brake
    """Has noted what was not found."""
    messages: int = 0
    """New places of messages."""
    mailboxes: set[int] = field(default_factory=set)
    """Mailboxes that were read to their end."""
    opened: dict[int, MailboxState] = field(default_factory=dict)
    """How the mailboxes stood that were opened."""
    compared: set[int] = field(default_factory=set)
    """Epochs of which something was found missing, which is written down when the pass ends."""
    unread_files: set[UnreadFile] = field(default_factory=set)
    """Files that look like mail and are not read."""


class MailboxReader:
    """Reads the mailboxes of one account, one after the other."""

    def __init__(self, tools: Tools, done: Done) -> None:
        """For one pass; what is done is written down in `done`."""
        self._tools = tools
        self._facts = tools.facts
        self._clock = tools.clock
        self._done = done
        self._lacking = False
        """Of a message that was stored not all was told: the mailbox is opened once more in the next pass."""
        self._flags = FlagReader(tools.facts, tools.number, tools.clock)

    def _names(self, listing: Listing) -> dict[str, object]:
        """What is being read, for those who watch."""
        return {"account": self._tools.account.name, "mailbox": listing.name}

    def read(self, source: Source, mailbox: int, listing: Listing) -> None:
        """Bring the store up to date with a mailbox. Raises `SourceError`; what was stored until then stays."""
        known = self._facts.present_epoch(mailbox)
        if known and self._is_unchanged(source, listing, known):
            return
        state = source.open(listing.name, known.state if known else None)
        self._done.opened[mailbox] = state
        self._lacking = False
        epoch = confirmed(source, self._facts, self._tools.admission, self._facts.epoch(mailbox, state, self._clock()))
        decision = decide(epoch, state, self._clock(), in_order=source.in_order)
        new = state.exists - self._facts.count(epoch.id)
        self._tools.progress.begin(Stretch("mailbox", self._names(listing)), new if new > 0 else None)
        for window in _windows(decision.span, state.exists):
            self._fetch(source, epoch, source.uids(*window))
        if source.in_order and not epoch.scanned_to:
            self._facts.reconciled(epoch.id, self._clock())
        self._fetch(source, epoch, self._facts.quarantined(epoch.id))
        known_before = _windows(Span(1, epoch.scanned_to), state.exists) if state.exists else ()
        self._flags.read(source, epoch, state, known_before, whole=isinstance(decision, Whole))
        self._ask_for_fields(source, epoch, listing)
        self._ask_again(source, epoch)
        agrees = self._agrees(source, epoch, state, listing, whole=isinstance(decision, Whole))
        self._refuse_if_nothing_came(source, epoch, listing)
        if agrees and not self._lacking:
            self._facts.finish_mailbox(epoch, state, self._clock())

    def _is_unchanged(self, source: Source, listing: Listing, known: Epoch) -> bool:
        """Whether it need not be opened; the source is asked only where that may be, and need not be able to say."""
        if not is_settled(known, self._clock()):
            return False
        try:
            status = source.status(listing.name, known.state)
        except MailboxError:
            return False
        waiting = not status.tells_flags and bool(self._unanswered(known))
        decision = decide(known, status, self._clock(), in_order=source.in_order, waiting=waiting)
        return isinstance(decision, Unchanged)

    # What is new

    def _fetch(self, source: Source, epoch: Epoch, uids: Sequence[int], listed: Span | None = None) -> None:
        """Fetch and store in batches; the cursor of a batch is its last UID.

        `listed` is where the list is from that names them: it is asked for once more where any does not come.
        """
        for batch in _batches(uids):
            missing = set(batch)
            held: list[FetchedMessage] = []
            for part in _parts(self._arriving(source, missing, listed or Span(batch[0], batch[-1]))):
                if held:
                    self._add(epoch, held, (), 0)
                held = part
            self._add(epoch, held, sorted(missing), batch[-1])

    def _add(self, epoch: Epoch, fetched: Sequence[FetchedMessage], unread: Sequence[int], scanned_to: int) -> None:
        incoming = self._tools.admission.admit(fetched)
        self._done.messages += self._facts.add_batch(epoch.id, incoming, unread, scanned_to, self._clock())
        if self._tools.account.kind == "imap":
            self._lacking = self._lacking or any(m.internal_date is None or m.size is None for m in fetched)
        self._tools.progress.advance(len(fetched))

    def _arriving(self, source: Source, missing: set[int], listed: Span) -> Iterator[FetchedMessage]:
        """What comes of what is missing, each taken out of it; in the end these are there, and did not come."""
        yield from self._wanted(source.fetch(sorted(missing)), missing)
        if missing:
            missing.intersection_update(source.uids(*listed))
            for uid in sorted(missing):
                yield from self._wanted(source.fetch([uid]), missing)

    def _wanted(self, fetched: Iterable[FetchedMessage], missing: set[int]) -> Iterator[FetchedMessage]:
        """The messages that are missing, each taken out of it; cut at once, since whole headers fill the memory.

        What only says that a message can't be converted is none.
        """
        for message in fetched:
            if message.uid in missing:
                cut = self._tools.admission.cut(message)
                if not holds_stand_in(cut.header):
                    missing.discard(message.uid)
                    yield cut

    def _refuse_if_nothing_came(self, source: Source, epoch: Epoch, listing: Listing) -> None:
        """Nothing can be said where no message at all can be read; a single one may be the one that is damaged.

        Raises:
            MailboxError: that is so.
        """
        unread = len(self._facts.quarantined(epoch.id))
        if unread > 1 and self._facts.count(epoch.id) == unread:
            because = f": {source.complaint}" if source.complaint else ""
            on_server = self._tools.account.kind == "imap"
            whom = "ask whoever runs the server" if on_server else "look at the files, which `check` names"
            raise MailboxError(
                f"none of the {unread} messages in mailbox {listing.name!r} could be read{because}",
                f"They are asked for again in each poll. If it stays so, {whom}; `skip` leaves the mailbox out.",
            )

    def _ask_for_fields(self, source: Source, epoch: Epoch, listing: Listing) -> None:
        """What was read before some fields came to be wanted is fetched once more, a part of it in each pass.

        Nothing is quarantined: of a message that does not come the header is known as it was.
        """
        if epoch.fields_version >= FIELDS_VERSION:
            return
        uids = self._facts.lacking_fields(epoch, FIELDS_VERSION, RENEWED)
        self._tools.progress.begin(Stretch("further_fields", self._names(listing)), len(uids))
        for batch in _batches(uids):
            self._renew(source, epoch, batch)
            self._facts.fields_asked_for(epoch.id, FIELDS_VERSION, batch[-1])
            self._tools.progress.advance(len(batch))
        if len(uids) < RENEWED:
            self._facts.fields_read(epoch.id, FIELDS_VERSION)

    def _ask_again(self, source: Source, epoch: Epoch) -> None:
        """Of some messages the server did not tell all, or sent a stand-in that an earlier release took for them."""
        if self._tools.account.kind == "imap":
            for batch in _batches(self._facts.lacking(epoch.id, LACKING)):
                self._renew(source, epoch, batch)

    def _renew(self, source: Source, epoch: Epoch, uids: Sequence[int]) -> None:
        """Fetch messages once more that are known; what does not come stays as it is known."""
        for part in _parts(self._wanted(source.fetch(uids), set(uids))):
            fetched = self._tools.admission.admit(part)
            same, others = renewed(fetched, self._facts.headers(epoch.id, [message.uid for message in part]))
            if others:  # which no server should do: other messages have these UIDs now
                self._done.messages += self._facts.add_batch(epoch.id, others, (), 0, self._clock())
            self._facts.renew(epoch.id, same)
            self._facts.complete(epoch.id, fetched)

    def _unanswered(self, epoch: Epoch) -> list[int]:
        return self._facts.unanswered(epoch.id, self._clock() - ASKED_FOR)

    # What is there no longer

    def _agrees(self, source: Source, epoch: Epoch, state: MailboxState, listing: Listing, *, whole: bool) -> bool:
        """Whether the store holds just what the mailbox holds: by count, or else once the lists are compared."""
        brake = self._done.brake
        brake.begin(epoch.id)
        if whole or self._facts.count(epoch.id) != state.exists:
            if self._compare(source, epoch, state):
                self._done.compared.add(epoch.id)
                brake.compared(epoch.id, listing.name, self._tools.account.roles.of(listing), state)
                return False
            self._facts.reconciled(epoch.id, self._clock())
        self._tools.vanished.miss(epoch.id, self._clock())
        return not self._facts.quarantined(epoch.id)

    def _compare(self, source: Source, epoch: Epoch, state: MailboxState) -> bool:
        """Fetch what the whole list of the mailbox names and the store lacks; whether something is missing from it."""
        missing = False
        for window in _windows(EVERYTHING, state.exists):  # whatever UIDNEXT is: it may be what is wrong
            there = source.uids(*window)
            quarantined = (u for u in self._facts.quarantined(epoch.id) if window.first <= u <= window.last)
            known = {*self._facts.uids(epoch.id, window), *quarantined}
            self._fetch(source, epoch, [u for u in there if u not in known], window)
            vanished = known.difference(there)
            self._done.brake.note(epoch.id, vanished)
            missing = missing or bool(vanished)
        return missing


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), BATCH):
        yield uids[start : start + BATCH]


def _parts(messages: Iterable[FetchedMessage]) -> Iterator[list[FetchedMessage]]:
    """The messages in parts whose headers have `AT_ONCE` octets each, or but a little more; no part is empty."""
    part: list[FetchedMessage] = []
    octets = 0
    for message in messages:
        part.append(message)
        octets += len(message.header)
        if octets >= AT_ONCE:
            yield part
            part, octets = [], 0
    if part:
        yield part


def _windows(span: Span, exists: int) -> Iterator[Span]:
    """Spans of UIDs that together make up `span`, with some `WINDOW` messages in each."""
    first, last = span
    size = last - first + 1
    step = max(WINDOW * max(1, size // max(exists, 1)), size // WINDOWS)
    while first <= last:
        yield Span(first, min(last, first + step - 1))
        first += step
