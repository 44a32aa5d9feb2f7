"""What the mail that was read tells of mail that is nowhere, and in which mailboxes of ours it may be.

No figure is made of a single person: what is counted is one number for all together, and addresses are named in the
order of how likely they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from replywatch.config.another_account import another_account
from replywatch.config.model import Config
from replywatch.domain.messages import Role
from replywatch.domain.people import mailbox_key
from replywatch.domain.results.absent_mail import AbsentMail, LikelyMailbox
from replywatch.domain.team import Team
from replywatch.store.absent import Absent, Naming
from replywatch.store.copies import MailboxUse
from replywatch.store.database import Database

SAMPLE = 500
"""Of the messages that go on after unseen mail the newest that are asked whom they name."""
WRITTEN = 100
"""Of the mail of somebody of ours the newest that are asked where they lie."""
EXAMINED = 50
"""Addresses that are asked whether their mail is read."""
SHOWN = 5


def absent_mail(
    database: Database, config: Config, uses: Mapping[int, MailboxUse], since: int, until: int
) -> AbsentMail:
    """What the messages with a clock in [since, until) tell, given the use of the mailbox of each epoch."""
    absent = Absent(database, since, until)
    going_on, missing = absent.going_on(), absent.answering_missing()
    if not (going_on or missing):
        return AbsentMail(0, 0, 0)
    likely: tuple[LikelyMailbox, ...] = ()
    more = 0
    if going_on:
        read = {use.account for use in uses.values()}
        likely, more = likely_mailboxes(
            config, absent.named(SAMPLE), read, lambda address: _keeps_mail(absent.places(address, WRITTEN), uses)
        )
    return AbsentMail(absent.enquiries(), going_on, missing, likely, more)


def likely_mailboxes(
    config: Config, namings: Iterable[Naming], read: AbstractSet[str], keeps_mail: Callable[[str], bool]
) -> tuple[tuple[LikelyMailbox, ...], int]:
    """Mailboxes of ours in which unseen answers may be, since they are not read; likeliest first, and how many more.

    They are those to which people write on after an answer that was not seen. One that stands alone in a mail gets it
    where that was read: it is no other mailbox, unless none else is named. One by whose name the config has an account
    that was never read needs no other: that it fails is said elsewhere.

    Args:
        config: Whose addresses are ours, and which accounts there are.
        namings: Whom the mail names that goes on after unseen mail.
        read: The accounts that were read.
        keeps_mail: Whether the mail that is sent from an address was found where programs keep it.
    """
    named, alone = _named(namings, config.team)
    ranked = sorted(named, key=lambda address: (-len(named[address]), address))[:EXAMINED]
    logins = {mailbox_key(account.username.lower()) for account in config.accounts if account.kind == "imap"}
    to_come = {account.name for account in config.accounts} - read
    unread = [
        address
        for address in ranked
        if address not in logins and address.partition("@")[0] not in to_come and not keeps_mail(address)
    ]
    likely = [a for a in unread if a not in alone] or unread
    shown = tuple(LikelyMailbox(address, another_account(config, address)) for address in likely[:SHOWN])
    return shown, len(likely) - len(shown)


def _named(namings: Iterable[Naming], team: Team) -> tuple[dict[str, set[str]], set[str]]:
    """Address of ours, without a tag → conversations in which it is named; and those that stand alone in a mail."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    alone: set[str] = set()
    for conversation, recipients, first in namings:
        for addresses in (recipients, first):
            people = (a for a in addresses if team.is_ours(a) and not team.is_automatic(a) and not team.is_webform(a))
            ours = set(map(mailbox_key, people))
            if len(ours) == 1:
                alone |= ours
            for address in ours:
                named[address].add(conversation)
    return named, alone


def _keeps_mail(places: Iterable[tuple[int, str | None]], uses: Mapping[int, MailboxUse]) -> bool:
    """Whether one of these places is where programs keep what is sent, or an archive of an account without such."""
    with_sent = {use.account for use in uses.values() if use.role is Role.SENT}
    known = [(use, labels) for epoch, labels in places if (use := uses.get(epoch))]
    return any(
        Role.SENT in use.roles(labels) or (use.both_directions and use.account not in with_sent)
        for use, labels in known
    )
