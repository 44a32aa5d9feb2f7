"""A poll: one pass over every account, each on its own, and then the derived rows are brought up to date.

The pass over a mailbox follows RFC 9051, section 2.3.1.1 and RFC 4549: UIDs are looked for above the highest known
one, fetched in batches, and counted against what the source says is there. One that was missed in two passes in a row
is gone, unless too much vanished at once (`app.polling.brake`). Once a day the whole list is compared, even if nothing
seems changed. A pass that does not come to its end proves no message gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.identified import identified
from replywatch.app.polling.account import AccountPass, Walk
from replywatch.app.polling.admission import Admission, settled_key
from replywatch.app.polling.mailbox import Tools
from replywatch.app.polling.patience import Patience
from replywatch.app.polling.recognise import follow_names, recognise
from replywatch.app.polling.rests import Rests, refusal
from replywatch.app.polling.troubles import told
from replywatch.app.progress import Progress
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.mailboxes.unopened import leaves_hole
from replywatch.domain.messages import Role
from replywatch.domain.results.notice import Notice
from replywatch.domain.results.polled import AccountOutcome, UnopenedMailbox
from replywatch.errors import SecretError, SourceError, UsageError
from replywatch.sources.base import Source
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.lock import writing
from replywatch.store.own_clock import set_right
from replywatch.store.place import open_to_others
from replywatch.store.refusals import Refusals
from replywatch.store.unopened import Unopened
from replywatch.store.vanished import Vanished

Open = Callable[[AnyAccount], Source]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which accounts are to be read in a pass."""

    names: tuple[str, ...] = ()
    """Those of these names; none: all that are enabled."""
    insists: bool = False
    """Also those that are to be left alone for now."""


def poll(  # noqa: PLR0913 - the config, the world around, and what is wished for
    config: Config,
    open_source: Open,
    clock: Callable[[], int],
    progress: Progress,
    patience: Patience | None = None,
    *,
    choice: Choice | None = None,
) -> tuple[AccountOutcome, ...]:
    """Read every enabled account once, or those of the `choice`, and bring the derived rows up to date.

    An account that fails or is left alone is reported in its outcome and doesn't stop the others. `clock` says the
    present instant, `patience` what is tried again; without it, each account gets one attempt.
    Raises `LockedError` if another poll is at work, `StoreError` if the store can't be used, `UsageError` if there is
    no account of a name, or it is disabled.
    """
    patience, choice = patience or Patience(attempts=1), choice or Choice()
    rests = Rests(config, insists=choice.insists)
    accounts = _chosen(config, choice.names)
    with Database(config.store_path, create=True) as database, writing(config.store_path):
        if open_to_others(config.store_path):
            progress.note(Notice("store_open_to_others"))
        began = set_right(database, clock())

        def now() -> int:
            return max(clock(), began)

        follow_names(database, config)
        key = settled_key(database, config, progress)
        poller = _Poller(config, open_source, now, progress, patience, rests, key, began)
        outcomes = tuple(told(database, poller.poll(account), now()) for account in accounts)
        known = identified(database, config)
        if known.accounts:  # without any, no figures are shown: nothing is worth being derived
            derive(database, known, progress)
    return outcomes


def _chosen(config: Config, names: Sequence[str]) -> tuple[AnyAccount, ...]:
    accounts = config.named(names)
    for account in accounts:
        if not account.enabled:
            raise UsageError(
                f"the account {account.name!r} is disabled in the config",
                f"It is polled again with enabled = true under [accounts.{account.name}].",
            )
    return accounts


def _unopened(unopened: Unopened, account: AnyAccount, walk: Walk | None) -> tuple[UnopenedMailbox, ...]:
    """The mailboxes of an account without which it is read, as far as the config does not leave them out anyway.

    Those that a pass failed for are named by its error.
    """
    found = []
    for mailbox in unopened.mailboxes(account.name, derived=False):
        role, error = account.roles.of(mailbox.listing), walk.unopened.get(mailbox.number) if walk else None
        if role is not Role.SKIP and not (walk and mailbox.number in walk.passing):
            is_hole = leaves_hole(mailbox.listing, role, was_read=mailbox.read_to is not None)
            found.append(UnopenedMailbox(mailbox.listing.name, is_hole, error.text if error else ""))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Poller:
    """Polls one account at a time, or several side by side: they share nothing but what is here, and the store."""

    config: Config
    open_source: Open
    clock: Callable[[], int]
    progress: Progress
    patience: Patience
    rests: Rests
    key: bytes | None
    """For hidden subjects."""
    began: int
    """When all of them began."""

    def poll(self, account: AnyAccount) -> AccountOutcome:
        """One pass: it begins with the first attempt, and a later one goes on where that stopped."""
        with Database(self.config.store_path) as database, self.progress.worker() as progress:
            facts, refusals, unopened = Facts(database, self.began), Refusals(database), Unopened(database)
            number, begins = facts.account(account.name), self.clock()
            if left_alone := self.rests.left_alone(refusals, number, account, begins):
                return replace(left_alone, unread=facts.unread(number), unopened=_unopened(unopened, account, None))
            admission = Admission(facts, self.key)
            tools = Tools(account, number, facts, Vanished(database), admission, self.clock, progress)
            whole = AccountPass(tools, unopened)
            pass_number = facts.begin_pass(number, begins)

            def walk_through(source: Source) -> Walk:
                recognise(database, tools, source, self.clock())
                walk = whole.walk(source)
                whole.done.unread_files.update(source.unread_files)
                return walk

            tried = self.rests.tried(account)
            walk, error = self._attempts(account, walk_through, progress)
            refused = refusal(account, tried, error, self.clock())
            with database.transaction():  # what a pass missed that was killed or cut off proves no message gone
                holds = whole.settle(walk, pass_number) if walk else ()
                facts.end_pass(pass_number, self.clock(), error.text if error else None)
                refusals.put(number, refused)
            lacks_sent = account.kind == "imap" and walk is not None and not walk.plan.has_sent
            done, unread = whole.done, facts.unread(number)
            outcome = AccountOutcome(account.name, done.messages, len(done.mailboxes), error, unread, lacks_sent, holds)
            return replace(
                outcome,
                unread_files=tuple(sorted(done.unread_files)),
                unopened=_unopened(unopened, account, walk),
                left_alone_until=refused.until if refused else None,
            )

    def _attempts(
        self, account: AnyAccount, walk_through: Callable[[Source], Walk], progress: Progress
    ) -> tuple[Walk | None, SourceError | SecretError | None]:
        """What the last attempt saw, if it came to the end of all mailboxes; and what went wrong in it."""
        walk: Walk | None = None

        def attempt() -> None:
            nonlocal walk
            walk = None
            with self.open_source(account) as source:
                walk = walk_through(source)
                if error := walk.error():
                    raise error from walk.failed[0]

        try:
            self.patience.read(account.name, attempt, progress)
        except (SourceError, SecretError) as error:
            return walk, error
        return walk, None
