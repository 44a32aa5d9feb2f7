"""Is what lies where an account reads now the mail that the store holds under its name?

A host gets another name, a folder moves, a provider is changed: then the same mail is there, and the account goes on.
Or its name was given to another mailbox: then figures would mix two companies' mail, and it is left alone. What was
read before is looked for, at most `SAMPLE` messages of it, however much there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replywatch.app.deriving.identified import changed_error
from replywatch.app.polling.admission import Admission
from replywatch.app.polling.mailbox import Tools
from replywatch.app.polling.same_mail import identities
from replywatch.config.model import Config
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.identity import header_identity
from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.store.accounts import Accounts, Known
from replywatch.store.database import Database
from replywatch.store.facts import Facts

SAMPLE = 200
"""Known messages that are looked for at most, drawn over all mailboxes."""
ENOUGH = 0.5
"""Share of them that has to be there again."""


def follow_names(database: Database, config: Config) -> None:
    """What the store holds goes by the name that the config gives to its place now, be it renamed or swapped.

    Where that name still stands for other mail, nobody is renamed; nor where two accounts of the config read one place.
    """
    accounts = Accounts(database)
    held, known = accounts.names(), accounts.origins()
    places = Counter(account.origin for account in config.accounts)
    names = {account.origin: account.name for account in config.accounts if places[account.origin] == 1}
    renamed = {old: names[origin] for old, origin in known.items() if names.get(origin, old) != old}
    while taken := [old for old, new in renamed.items() if new in held and new not in renamed]:
        for old in taken:
            del renamed[old]
    if renamed and len(set(renamed.values())) == len(renamed):
        with database.transaction():
            accounts.rename(renamed)


def recognise(database: Database, tools: Tools, source: Source, now: int) -> None:
    """See to it that the store and `source`, which is open, mean the same mail by the name of an account.

    An account without mail, or of a store that did not know yet what its accounts read, takes what it finds. Raises
    `ChangedAccountError` if it holds other mail, `SourceError` if that can't be told.
    """
    accounts, number = Accounts(database), tools.number
    account, origin = tools.account.name, tools.account.origin
    was = accounts.origins().get(account)
    if was == origin:
        return
    kept: list[int] = []
    if was is not None:
        sample = accounts.sample(number, SAMPLE)
        search = _Search(source, sample, tools.admission)
        kept = search.where_they_were(tools.facts, accounts)
        if sample and not search.found_enough and not search.anywhere():
            raise changed_error(ChangedAccount(account, was, origin), looked=True)
    with database.transaction():
        if was is not None:
            accounts.number_anew(number, kept, now)
        accounts.settle(number, origin)


class _Search:
    """Looks for known messages in a source."""

    def __init__(self, source: Source, sample: Sequence[Known], admission: Admission) -> None:
        self._source = source
        self._admission = admission
        self._names = [listing.name for listing in source.mailboxes()]
        self._by_mailbox: dict[tuple[int, str], list[Known]] = {}
        for known in sample:
            self._by_mailbox.setdefault((known.mailbox, known.name), []).append(known)
        self._wanted = {header_identity(known.header) for known in sample}
        self._missing = set(self._wanted)

    @property
    def found_enough(self) -> bool:
        """Whether so many are there that it is the same mail."""
        return len(self._wanted) - len(self._missing) >= ENOUGH * len(self._wanted)

    def where_they_were(self, facts: Facts, accounts: Accounts) -> list[int]:
        """Look under the UIDs that they had; the mailboxes that go on with these UIDs.

        Those are the ones in which some of the messages have the UIDs that they had, and no UID names another message.
        The newest is always looked at: what a restored backup lacks was given its UIDs last.
        """
        kept = []
        for (mailbox, name), known in self._by_mailbox.items():
            epoch = facts.present_epoch(mailbox)
            state = self._open(name, epoch.state if epoch else None)
            if epoch is None or state is None or state.uidvalidity != epoch.state.uidvalidity:
                continue
            headers = {k.uid: k.header for k in known if k.uid is not None} | accounts.newest(epoch.id)
            had = {uid: header_identity(header) for uid, header in headers.items()}
            has = identities(self._source, self._admission, [*had])
            same = {had[uid] for uid, identity in has.items() if identity == had[uid]}
            self._missing -= same
            if same and all(identity == had[uid] for uid, identity in has.items()):
                kept.append(mailbox)
        return kept

    def anywhere(self) -> bool:
        """Look for them by their Message-IDs, first in the mailboxes of the same names; whether enough are there."""
        homes = [name for _, name in self._by_mailbox]
        others = [name for name in self._names if name not in homes]
        ids = {
            i: header_identity(k.header) for some in self._by_mailbox.values() for k in some if (i := _message_id(k))
        }
        for name in (*homes, *others):
            if self._open(name, None) is None:
                continue
            looked_for = [message_id for message_id, identity in ids.items() if identity in self._missing]
            for message in self._source.fetch(self._source.find(looked_for)):
                self._missing.discard(self._admission.identity(message))
            if self.found_enough:
                return True
        return False

    def _open(self, name: str, known: MailboxState | None) -> MailboxState | None:
        """Open a mailbox; None if there is none of this name, or it can't be read and another try won't mend that."""
        if name not in self._names:
            return None
        try:
            return self._source.open(name, known)
        except MailboxError as error:
            if error.transient and not error.stumbled:
                raise
            return None


def _message_id(known: Known) -> str | None:
    return parse_header(known.header).message_id
