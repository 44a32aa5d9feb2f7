"""One pass over all accounts: read what is new, remember how far, then derive.

The pass over a mailbox follows RFC 9051, section 2.3.1.1 and RFC 4549: UIDs are looked for above the highest known
one, fetched in batches, and counted against what the source says is there. A UID that was listed but did not come is
asked for again, and put into quarantine if it still does not come; one that was missed in two passes in a row is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from replywatch.app.derive import derive
from replywatch.app.intake import Intake, settled_key
from replywatch.app.progress import Progress
from replywatch.config.model import AnyAccount, Config, ImapAccount
from replywatch.domain.fetched import FetchedMessage, Listing, MailboxState
from replywatch.domain.labels import all_mail, holds_everything, is_view
from replywatch.domain.messages import Role
from replywatch.domain.roles import not_listed, role_of
from replywatch.errors import MailboxError, SecretError, SourceError
from replywatch.sources.base import Source
from replywatch.store.database import Database
from replywatch.store.facts import Epoch, Facts
from replywatch.store.lock import writing

BATCH = 1000
"""Messages in one transaction."""
WINDOW = 20_000
"""Messages whose UIDs are held in memory at once."""
WINDOWS = 1_000
"""Into how many windows a mailbox is divided at most, however many messages it claims to hold."""
ASKED_FOR = 180 * 86_400
"""Seconds after its arrival for which the server is asked whether a message was answered."""
HIGHEST_UID = 2**63 - 1
NAMED = 20
"""Mailboxes that an error names at most."""

Open = Callable[[AnyAccount], Source]


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How the pass over one account went."""

    account: str
    messages: int
    """New places of messages that were read."""
    mailboxes: int
    error: SourceError | SecretError | None
    """None: the pass was complete."""
    unread: int
    """Messages that are there and could not be read; they are asked for again in every pass."""
    lacks_sent: bool
    """It is on a server, and no mailbox for sent mail was found: replies from it are not seen."""


def poll(config: Config, open_source: Open, clock: Callable[[], int], progress: Progress) -> tuple[AccountOutcome, ...]:
    """Read every enabled account once and bring the derived rows up to date.

    An account that fails is reported in its outcome and doesn't stop the others. `clock` says the present instant.
    Raises `LockedError` if another poll is at work, `StoreError` if the store can't be used.
    """
    with writing(config.store_path), Database(config.store_path, create=True) as database:
        facts = Facts(database)
        intake = Intake(facts, settled_key(database, config, progress))
        outcomes = tuple(
            _poll_account(facts, account, open_source, clock, progress, intake)
            for account in config.accounts
            if account.enabled
        )
        derive(database, config, progress)
    return outcomes


def _poll_account(  # noqa: PLR0913, PLR0917 - all that a pass works with
    facts: Facts,
    account: AnyAccount,
    open_source: Open,
    clock: Callable[[], int],
    progress: Progress,
    intake: Intake,
) -> AccountOutcome:
    number = facts.account(account.name)
    pass_number = facts.begin_pass(number, clock())
    reader = _Pass(facts, account, number, clock, progress, intake)
    error: SourceError | SecretError | None = None
    try:
        with open_source(account) as source:
            reader.read(source)
    except (SourceError, SecretError) as failure:
        error = failure
    facts.end_pass(pass_number, clock(), error.text if error else None)
    lacks_sent = isinstance(account, ImapAccount) and not reader.has_sent
    return AccountOutcome(account.name, reader.messages, reader.mailboxes, error, facts.unread(number), lacks_sent)


class _Pass:
    """One pass over one account."""

    def __init__(  # noqa: PLR0913, PLR0917 - the same
        self,
        facts: Facts,
        account: AnyAccount,
        number: int,
        clock: Callable[[], int],
        progress: Progress,
        intake: Intake,
    ) -> None:
        self._facts = facts
        self._account = account
        self._number = number
        self._clock = clock
        self._progress = progress
        self._intake = intake
        self.messages = 0
        self.mailboxes = 0
        self.has_sent = False

    def read(self, source: Source) -> None:
        """Read all mailboxes but those to skip.

        Raises `MailboxError` once the rest is read: of a mailbox that fails, or that has to be there and is not.
        """
        failed: list[MailboxError] = []
        seen: dict[int, Listing] = {}
        views: list[int] = []
        whole: int | None = None
        listings = source.mailboxes()
        everything = all_mail(listings, self._account.roles) if source.labels else None
        for listing in listings:
            mailbox = self._facts.mailbox(self._number, listing)
            seen[mailbox] = listing
            role = self._role(listing)
            if role is Role.SKIP:
                continue
            self.has_sent |= role is Role.SENT
            if listing == everything:
                whole = mailbox
                self.has_sent = True  # its labels say what was sent
            elif everything and is_view(listing):
                views.append(mailbox)
                continue
            try:
                self._read_mailbox(source, mailbox, listing)
            except MailboxError as error:
                failed.append(error)
            self.mailboxes += 1
        if not failed:
            self._fold(views, whole)
        failed += self._missing(seen)
        self._forget_others(seen)
        if failed:
            names = "; ".join(e.text for e in failed)
            raise MailboxError(names, failed[0].hint) from failed[0]

    def _missing(self, seen: Mapping[int, Listing]) -> Iterator[MailboxError]:
        """Mailboxes whose absence would falsify the figures: those that the config names, and the one with sent mail.

        Without an error the account would count as read completely, and mail as unanswered whose replies lie elsewhere.
        """
        table = f"[accounts.{self._account.name}]"
        names = ", ".join(listing.name for listing in islice(seen.values(), NAMED))
        for name, role in not_listed(self._account.roles, seen.values()):
            yield MailboxError(
                f"there is no mailbox {name!r}, which the config names",
                f'Correct it in the config, under {table}: mailboxes = {{ {role} = ["…"] }}. There are: {names}',
            )
        if self.has_sent:
            return
        for mailbox, listing in self._facts.mailboxes(self._number).items():
            role = self._role(listing)
            held_sent = role is Role.SENT or (holds_everything(listing) and role is not Role.SKIP)
            if mailbox not in seen and held_sent and self._facts.held_mail(mailbox):
                yield MailboxError(
                    f"the mailbox {listing.name!r} with the sent mail is no longer there",
                    f'Name the one that took its place in the config, under {table}: mailboxes = {{ sent = ["…"] }}.'
                    f" There are: {names}",
                )

    def _fold(self, views: Sequence[int], whole: int | None) -> None:
        """Views of `whole` that earlier passes read, when All Mail was hidden or not known as such."""
        into = None if whole is None else self._facts.present_epoch(whole)
        for mailbox in views:
            if into and (epoch := self._facts.present_epoch(mailbox)):
                self._facts.fold(epoch.id, into.id, self._clock())

    def _role(self, listing: Listing) -> Role:
        return role_of(listing.name, listing.delimiter, listing.attributes, self._account.roles)

    def _read_mailbox(self, source: Source, mailbox: int, listing: Listing) -> None:
        known = self._facts.present_epoch(mailbox)
        if known and known.complete and self._is_unchanged(source, listing, known):
            return
        state = source.open(listing.name, known.state if known else None)
        epoch = self._facts.epoch(mailbox, state, self._clock())
        new = state.exists - self._facts.count(epoch.id)
        self._progress.begin(f"{self._account.name}: {listing.name}", new if new > 0 else None)
        if source.in_order:
            for span in _windows(*_unknown(known, epoch, state), state.exists):
                self._fetch(source, epoch, source.uids(*span))
        self._fetch(source, epoch, self._facts.quarantined(epoch.id))
        self._ask_for_labels(source, known, epoch, state)
        self._ask_for_answers(source, epoch)
        if self._settle(source, epoch, state):
            self._facts.finish_mailbox(epoch, state, self._clock())

    def _ask_for_labels(self, source: Source, known: Epoch | None, epoch: Epoch, state: MailboxState) -> None:
        """Labels come and go: of the messages that were known before, those that changed since are asked for."""
        if source.labels is None or state.highestmodseq is None or known is None or known.id != epoch.id:
            return
        since = known.state.highestmodseq  # None: no labels are known, an older release read it
        if since is None or since < state.highestmodseq:
            for span in _windows(1, epoch.scanned_to, state.exists):
                self._facts.relabel(epoch.id, list(source.labels(*span, since)))

    def _ask_for_answers(self, source: Source, epoch: Epoch) -> None:
        """Has the server been told of answers that were not seen? Only the open exchanges are asked for."""
        waiting = self._unanswered(epoch)
        answered = sorted(source.answered(waiting)) if waiting else []
        if answered:
            since = self._facts.last_complete_pass(self._number)
            self._facts.flag_answered(epoch.id, answered, since, self._clock())

    def _is_unchanged(self, source: Source, listing: Listing, known: Epoch) -> bool:
        """Whether opening it would tell nothing new; flags change unseen where the source doesn't count changes."""
        if source.status(listing.name, known.state) != known.state:
            return False
        return known.state.tells_flags or not self._unanswered(known)

    def _unanswered(self, epoch: Epoch) -> list[int]:
        return self._facts.unanswered(epoch.id, self._clock() - ASKED_FOR)

    def _settle(self, source: Source, epoch: Epoch, state: MailboxState) -> bool:
        """Whether the store holds just what the mailbox holds; if not, compare the lists and mend what differs."""
        if source.in_order and self._facts.count(epoch.id) == state.exists:
            self._facts.missed(epoch.id, (), (1, HIGHEST_UID), self._clock())
            return not self._facts.quarantined(epoch.id)
        settled = True
        for span in _windows(1, HIGHEST_UID, state.exists):  # whatever UIDNEXT is: it may be what is wrong
            there = source.uids(*span)
            quarantined = (u for u in self._facts.quarantined(epoch.id) if span[0] <= u <= span[1])
            known = {*self._facts.uids(epoch.id, span), *quarantined}
            self._fetch(source, epoch, [u for u in there if u not in known])
            vanished = sorted(known.difference(there))
            self._facts.missed(epoch.id, vanished, span, self._clock())
            settled = settled and not vanished
        return settled and not self._facts.quarantined(epoch.id)

    def _fetch(self, source: Source, epoch: Epoch, uids: Sequence[int]) -> None:
        """Fetch and store in batches; the cursor of a batch is its last UID."""
        for batch in _batches(uids):
            fetched = _only(batch, source.fetch(batch))
            missing = sorted(set(batch) - fetched.keys())
            if missing:
                there = set(source.uids(missing[0], missing[-1])).intersection(missing)
                for uid in sorted(there):
                    fetched |= _only([uid], source.fetch([uid]))
                missing = sorted(there - fetched.keys())
            messages, erased = self._intake.admit(fetched.values())
            self._facts.add_batch(epoch.id, messages, missing, batch[-1], self._clock(), erased=erased)
            self.messages += len(messages)
            self._progress.advance(len(fetched))

    def _forget_others(self, seen: Collection[int]) -> None:
        """Mailboxes that are no longer listed: their messages were missed."""
        for mailbox in self._facts.mailboxes(self._number):
            if mailbox not in seen and (epoch := self._facts.present_epoch(mailbox)):
                span = (1, HIGHEST_UID)
                self._facts.missed(epoch.id, self._facts.uids(epoch.id, span), span, self._clock())


def _unknown(known: Epoch | None, epoch: Epoch, state: MailboxState) -> tuple[int, int]:
    """The first and the last UID that there may be something new behind.

    That is all of them if UIDNEXT was rewound, as GMX does: UIDs may have been given to other messages.
    """
    if state.uidnext is None:
        return epoch.scanned_to + 1, HIGHEST_UID
    if known and known.id == epoch.id and state.uidnext < (known.state.uidnext or 0):
        return 1, HIGHEST_UID
    return epoch.scanned_to + 1, state.uidnext - 1


def _windows(first: int, last: int, exists: int) -> Iterator[tuple[int, int]]:
    """Spans of UIDs that together reach from `first` to `last`, with some `WINDOW` messages in each."""
    span = last - first + 1
    step = max(WINDOW * max(1, span // max(exists, 1)), span // WINDOWS)
    while first <= last:
        yield first, min(last, first + step - 1)
        first += step


def _only(batch: Sequence[int], messages: Iterator[FetchedMessage]) -> dict[int, FetchedMessage]:
    """What was asked for of what came; the first of each UID."""
    wanted = set(batch)
    found: dict[int, FetchedMessage] = {}
    for message in messages:
        if message.uid in wanted:
            found.setdefault(message.uid, message)
    return found


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), BATCH):
        yield uids[start : start + BATCH]
