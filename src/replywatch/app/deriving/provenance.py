"""What derived rows rest on besides the facts, and whether they still do; apart from deriving, to be imported fast."""

from __future__ import annotations

import json
from hashlib import blake2b

from replywatch.config.model import Config
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.labels import Labels
from replywatch.domain.mailboxes.plan import plan_pass
from replywatch.domain.messages import Role
from replywatch.store.copies import MailboxUse
from replywatch.store.database import Database
from replywatch.store.derived import Derived


def fingerprint(config: Config) -> str:
    """What derived rows depend on besides the facts, as 16 hex digits: rules, team, roles, accounts, windows."""
    team = config.team
    parts = [
        RULES_VERSION,
        team.addresses,
        sorted(team.domains),
        *(sorted(s) for s in (team.people, team.automatic_senders, team.webforms, team.public_lists)),
        sorted((a.name, a.kind, a.watched, sorted(a.roles.said)) for a in config.accounts),
        config.report.new_enquiry_after,
    ]
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def is_current(database: Database, config: Config) -> bool:
    """Whether every derived row stands as rules, config and facts want it, and it is on record that all of them do."""
    derived = Derived(database)
    return derived.fingerprint() == fingerprint(config) and derived.is_finished() and not derived.is_due()


def accounts_with_sent(derived: Derived, config: Config) -> set[str]:
    """The accounts of the config of which sent mail is read: in a mailbox of its own, or under Gmail's label."""
    listings: dict[str, list[Listing]] = {}
    for account, mailbox in derived.mailboxes():
        listings.setdefault(account, []).append(mailbox)
    labelled = derived.accounts_with_labels()
    return {
        account.name
        for account in config.accounts
        if plan_pass(listings.get(account.name, ()), account.roles, labels=account.name in labelled).has_sent
    }


def mailbox_uses(derived: Derived, config: Config) -> dict[int, MailboxUse]:
    """What the config says of every mailbox that was read, by epoch; accounts it doesn't name are left out."""
    accounts = {a.name: a for a in config.accounts}
    labels = {n: Labels(a.roles, localized=a.kind != "imap") for n, a in accounts.items()}
    uses, last_pass = {}, derived.last_look()
    for epoch, name, listing in derived.epochs():
        if account := accounts.get(name):
            role = account.roles.of(listing)
            on_disk = account.kind != "imap"
            watched = account.watched and not listing.of_other_user
            both = role is Role.ARCHIVE or on_disk
            all_mail = account.roles.is_all_mail(listing)
            of_other = listing.of_other_user
            uses[epoch] = MailboxUse(
                name, watched, role, both, on_disk, labels[name], of_other, all_mail, last_pass=last_pass
            )
    return uses
