"""One pass over all accounts: read what is new, remember how far, then derive.

The pass over a mailbox follows RFC 9051, section 2.3.1.1 and RFC 4549: UIDs are looked for above the highest known
one, fetched in batches, and counted against what the source says is there. A UID that was listed but did not come is
asked for again, and put into quarantine if it still does not come; one that was missed in two passes in a row is gone,
unless too much vanished at once (`app.polling.brake`). Once a day the whole list is compared, even if nothing seems
changed. A pass that does not come to its end proves no message gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from replywatch.app.deriving.derive import derive
from replywatch.app.polling.admission import Admission, settled_key
from replywatch.app.polling.brake import Brake
from replywatch.app.polling.patience import Patience
from replywatch.app.progress import Progress
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import FetchedMessage, Listing, MailboxState
from replywatch.domain.mailboxes.labels import holds_everything
from replywatch.domain.mailboxes.plan import Plan, Use, plan_pass
from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.messages import Role
from replywatch.domain.results.notice import Stretch
from replywatch.domain.results.polled import AccountOutcome, Braked
from replywatch.errors import MailboxError, SecretError, SourceError
from replywatch.sources.base import Source
from replywatch.store.database import Database
from replywatch.store.facts import Epoch, Facts
from replywatch.store.lock import writing
from replywatch.store.vanished import Vanished

BATCH = 1000
"""Messages in one transaction."""
WINDOW = 20_000
"""Messages whose UIDs are held in memory at once."""
WINDOWS = 1_000
"""Into how many windows a mailbox is divided at most, however many messages it claims to hold."""
ASKED_FOR = 180 * DAY
"""Seconds after its arrival for which the server is asked whether a message was answered."""
RECONCILED = DAY
"""Seconds after which the whole list of a mailbox is compared, though its state is the same."""
HIGHEST_UID = 2**63 - 1
NAMED = 20
"""Mailboxes that an error names at most."""

Open = Callable[[AnyAccount], Source]


def poll(
    config: Config,
    open_source: Open,
    clock: Callable[[], int],
    progress: Progress,
    patience: Patience | None = None,
) -> tuple[AccountOutcome, ...]:
    """Read every enabled account once and bring the derived rows up to date.

    An account that fails is reported in its outcome and doesn't stop the others. `clock` says the present instant,
    `patience` what is tried again and what is left alone; without it, each account gets one attempt.
    Raises `LockedError` if another poll is at work, `StoreError` if the store can't be used.
    """
    patience = patience or Patience(attempts=1)
    with writing(config.store_path), Database(config.store_path, create=True) as database:
        facts = Facts(database)
        admission = Admission(facts, settled_key(database, config, progress))
        tools = _Tools(database, facts, Vanished(database), admission, clock, progress)
        outcomes = tuple(
            _poll_account(account, open_source, tools, patience)
            for account in config.accounts
            if account.enabled and not patience.rests(account)
        )
        derive(database, config, progress)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Tools:
    """What every pass of a poll works with."""

    database: Database
    facts: Facts
    absences: Vanished
    admission: Admission
    clock: Callable[[], int]
    progress: Progress


def _poll_account(account: AnyAccount, open_source: Open, tools: _Tools, patience: Patience) -> AccountOutcome:
    """One pass: it begins with the first attempt, and a later one goes on where that stopped."""
    facts, clock = tools.facts, tools.clock
    number = facts.account(account.name)
    pass_number = facts.begin_pass(number, clock())
    reader = _Pass(tools, account, number)
    error: SourceError | SecretError | None = None

    def attempt() -> None:
        with open_source(account) as source:
            reader.read(source)

    try:
        patience.read(account, attempt, tools.progress)
    except (SourceError, SecretError) as failure:
        error = failure
    with tools.database.transaction():  # what a pass missed that was killed or cut off proves no message gone
        holds = reader.settle()
        facts.end_pass(pass_number, clock(), error.text if error else None)
    lacks_sent = account.kind == "imap" and not reader.has_sent
    unread = facts.unread(number)
    return AccountOutcome(account.name, reader.messages, reader.mailboxes, error, unread, lacks_sent, holds)


class _Pass:
    """One pass over one account."""

    def __init__(self, tools: _Tools, account: AnyAccount, number: int) -> None:
        self._facts = tools.facts
        self._absences = tools.absences
        self._missing_mail = Brake(tools.absences)
        self._account = account
        self._number = number
        self._clock = tools.clock
        self._progress = tools.progress
        self._admission = tools.admission
        self._done: set[int] = set()
        """Mailboxes that were read to their end in this pass: a second attempt goes on behind them."""
        self._compared: set[int] = set()
        """Epochs of which something was found missing, which is written down when the pass ends."""
        self._seen: dict[int, Listing] | None = None
        """The mailboxes that are listed; None unless the pass came to the end of all of them."""
        self._unlisted: tuple[str, ...] = ()
        """What the names of mailboxes begin with that may be there though they are not listed."""
        self._whole: int | None = None
        """All Mail, if there is one; with `_views` that are not read, as what they show lies there."""
        self._views: list[int] = []
        self._opened: dict[int, MailboxState] = {}
        """How the mailboxes stood that were opened."""
        self.messages = 0
        self.mailboxes = 0
        self.has_sent = False

    def read(self, source: Source) -> None:
        """Read all mailboxes but those to skip.

        Raises `MailboxError` once the rest is read: of a mailbox that fails, or that has to be there and is not.
        """
        failed: list[MailboxError] = []
        self._seen = None
        self.mailboxes = 0
        self.has_sent = False
        seen: dict[int, Listing] = {}
        views: list[int] = []
        self._whole = None
        plan = plan_pass(source.mailboxes(), self._account.roles, labels=source.labels is not None)
        self.has_sent = plan.has_sent
        for planned in plan.mailboxes:
            listing = planned.listing
            mailbox = self._facts.mailbox(self._number, listing)
            seen[mailbox] = listing
            if planned.use is Use.SKIP:
                continue
            if listing == plan.everything:
                self._whole = mailbox
            elif planned.use is Use.VIEW:
                views.append(mailbox)
                continue
            if mailbox not in self._done:
                try:
                    self._read_mailbox(source, mailbox, listing)
                except MailboxError as error:
                    failed.append(error)
                    continue
                self._done.add(mailbox)
            self.mailboxes += 1
        self._views = [] if failed else views
        self._unlisted = source.unlisted
        failed += self._missing(plan, seen)
        self._seen = seen
        if failed:
            names = "; ".join(e.text for e in failed)
            passes = any(e.transient for e in failed)
            rest = max((e.retry_after for e in failed if e.retry_after), default=None)
            raise MailboxError(names, failed[0].hint, transient=passes, retry_after=rest) from failed[0]

    def _missing(self, plan: Plan, seen: Mapping[int, Listing]) -> Iterator[MailboxError]:
        """Mailboxes whose absence would falsify the figures: those that the config names, and the one with sent mail.

        Without an error the account would count as read completely, and mail as unanswered whose replies lie elsewhere.
        """
        table = f"[accounts.{self._account.name}]"
        names = ", ".join(listing.name for listing in islice(seen.values(), NAMED))
        for name, role in plan.absent:
            yield MailboxError(
                f"there is no mailbox {name!r}, which the config names",
                f'Correct it in the config, under {table}: mailboxes = {{ {role} = ["…"] }}. There are: {names}',
            )
        if plan.has_sent:
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

    def _role(self, listing: Listing) -> Role:
        return self._account.roles.of(listing)

    def _read_mailbox(self, source: Source, mailbox: int, listing: Listing) -> None:
        known = self._facts.present_epoch(mailbox)
        if known and known.complete and not self._is_due(known) and self._is_unchanged(source, listing, known):
            return
        state = self._opened[mailbox] = source.open(listing.name, known.state if known else None)
        epoch = self._facts.epoch(mailbox, state, self._clock())
        new = state.exists - self._facts.count(epoch.id)
        stretch = Stretch("mailbox", {"account": self._account.name, "mailbox": listing.name})
        self._progress.begin(stretch, new if new > 0 else None)
        if source.in_order:
            for span in _windows(*_unknown(known, epoch, state), state.exists):
                self._fetch(source, epoch, source.uids(*span))
            if not epoch.scanned_to:
                self._facts.reconciled(epoch.id, self._clock())
        self._fetch(source, epoch, self._facts.quarantined(epoch.id))
        self._ask_for_labels(source, epoch, state)
        self._ask_for_answers(source, epoch)
        if self._settle(source, epoch, state, listing):
            self._facts.finish_mailbox(epoch, state, self._clock())

    def _is_due(self, epoch: Epoch) -> bool:
        """Whether the whole list has to be compared; at once, if the clock was set back behind the last time.

        A local source doesn't go by what a server says: it sees for itself whether its files changed.
        """
        if epoch.state.bookmark:
            return False
        return epoch.reconciled_at is None or not 0 <= self._clock() - epoch.reconciled_at < RECONCILED

    def _ask_for_labels(self, source: Source, epoch: Epoch, state: MailboxState) -> None:
        """Labels come and go: of the messages that were known before, those that changed since are asked for.

        It is written down at once how far: a message that can't be read would have all labels asked for in every pass.
        """
        if source.labels is None or state.highestmodseq is None:
            return
        since = epoch.state.highestmodseq  # None: no labels are known, an older release read it
        if since is None or since < state.highestmodseq:
            for span in _windows(1, epoch.scanned_to, state.exists):
                self._facts.relabel(epoch.id, list(source.labels(*span, since)))
        self._facts.labels_read(epoch.id, state.highestmodseq)

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

    def _settle(self, source: Source, epoch: Epoch, state: MailboxState, listing: Listing) -> bool:
        """Whether the store holds just what the mailbox holds; if not, compare the lists and mend what differs."""
        self._missing_mail.begin(epoch.id)
        by_count = source.in_order and not (epoch.scanned_to and self._is_due(epoch))
        differs = not by_count or self._facts.count(epoch.id) != state.exists
        if differs and self._compare(source, epoch, state):
            self._missing_mail.compared(epoch.id, listing.name, self._role(listing), state)
            return False
        self._absences.miss(epoch.id, self._clock())
        return not self._facts.quarantined(epoch.id)

    def _compare(self, source: Source, epoch: Epoch, state: MailboxState) -> bool:
        """Fetch what the whole list of the mailbox names and the store lacks; whether something is missing from it."""
        missing = False
        for span in _windows(1, HIGHEST_UID, state.exists):  # whatever UIDNEXT is: it may be what is wrong
            there = source.uids(*span)
            quarantined = (u for u in self._facts.quarantined(epoch.id) if span[0] <= u <= span[1])
            known = {*self._facts.uids(epoch.id, span), *quarantined}
            self._fetch(source, epoch, [u for u in there if u not in known])
            vanished = known.difference(there)
            self._missing_mail.note(epoch.id, vanished)
            missing = missing or bool(vanished)
        if missing:
            self._compared.add(epoch.id)
        else:
            self._facts.reconciled(epoch.id, self._clock())
        return missing

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
            messages, erased = self._admission.admit(fetched.values())
            self.messages += self._facts.add_batch(epoch.id, messages, missing, batch[-1], self._clock(), erased=erased)
            self._progress.advance(len(fetched))

    def settle(self) -> tuple[Braked, ...]:
        """Write down what is missed and what is gone, and say what is held as there; within the caller's transaction.

        A pass that did not come to the end of all mailboxes proves nothing.
        """
        if self._seen is None:
            return ()
        for mailbox, listing in self._facts.mailboxes(self._number).items():
            if mailbox not in self._seen:
                if not listing.name.startswith(self._unlisted):
                    self._missing_mail.not_listed(mailbox, listing.name, self._role(listing))
                continue
            present = self._facts.present_epoch(mailbox)
            if present and present.complete:
                for old in self._absences.superseded(mailbox):
                    self._missing_mail.renumbered(old, present, listing.name, self._role(listing))
        self._fold(self._seen)
        for compared in self._compared:
            self._facts.reconciled(compared, self._clock())
        kept = [m for m, listing in self._seen.items() if self._role(listing) not in (*PUT_AWAY, Role.SKIP)]
        elsewhere = {epoch.id for m in kept if (epoch := self._facts.present_epoch(m))}
        return self._missing_mail.settle(elsewhere, self._clock())

    def _fold(self, seen: Mapping[int, Listing]) -> None:
        """Views that earlier passes read, when All Mail was hidden or not known as such, are as if numbered anew."""
        whole = None if self._whole is None else self._facts.present_epoch(self._whole)
        if self._whole is None or whole is None:
            return
        present = replace(whole, state=self._opened.get(self._whole, whole.state))
        for mailbox in self._views:
            for epoch in self._absences.live_epochs(mailbox):
                self._missing_mail.renumbered(epoch, present, seen[mailbox].name, self._role(seen[mailbox]))


def _unknown(known: Epoch | None, epoch: Epoch, state: MailboxState) -> tuple[int, int]:
    """The first and the last UID that there may be something new behind.

    That is all of them if UIDNEXT was rewound, as GMX does: UIDs may have been given to other messages.
    """
    if state.uidnext is None:
        return min(epoch.scanned_to + 1, state.unsettled_from or HIGHEST_UID), HIGHEST_UID
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
