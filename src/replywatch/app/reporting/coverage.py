"""How far the mail was read, and whose replies are seen since when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from replywatch.app.deriving.provenance import accounts_with_sent
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.figures.coverage import AccountCoverage, Coverage, Hole
from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.unopened import leaves_hole
from replywatch.domain.periods import Period
from replywatch.errors import ReplywatchError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.queries import AccountFacts, Queries
from replywatch.store.unopened import Unopened

PASSES = 20
"""Complete passes whose distances tell how often an account is polled."""


def read_up_to(database: Database, config: Config) -> int:
    """The moment the store speaks of: the earliest start of the last complete pass over the enabled accounts.

    Only where all of them are mbox files it is the newest message in them, at most the start of the pass. Accounts that
    were never read completely are left to the coverage warnings. Raises `ReplywatchError` if that is all of them.
    """
    found = newest_read(database, config)
    if found is None:
        raise ReplywatchError(
            "no account has been read completely yet, so there are no figures",
            "Run `replywatch poll` and look at what it says.",
        )
    return found


def newest_read(database: Database, config: Config, *, derived: bool = True) -> int | None:
    """The same; None where no account was ever read completely. Without `derived` of all passes that were made."""
    queries = Queries(database)
    facts = {f.name: f for f in queries.passes(derived=derived)}
    enabled = [a for a in config.accounts if a.enabled]
    starts = {a: f.last_complete for a in enabled if (f := facts.get(a.name)) and f.last_complete is not None}
    if not starts:
        return None
    servers = [at for account, at in starts.items() if account.kind != "mbox"]
    if servers:
        return min(servers)
    begun = min(starts.values())
    newest = queries.newest_message(begun)
    return begun if newest is None else newest


def coverage_of(database: Database, config: Config, period: Period, as_of: int, *, derived: bool = True) -> Coverage:
    """What was read of each account of the config, and the unknown senders in Sent mail of the period.

    Of an account that is not enabled the mail read before still counts; that it is read no more is no fault of it.
    Without `derived` the last complete pass is the last one that was made, whether its mail is derived yet or not.
    """
    queries = Queries(database)
    known = {f.name: f for f in queries.passes(derived=derived)}
    with_sent = accounts_with_sent(Derived(database), config)
    holes = holes_of(database, config, derived=derived)
    accounts = (
        _account_coverage(
            account,
            known.get(account.name),
            holes.get(account.name, ()),
            has_sent=account.name in with_sent,
            stale_after=config.report.stale_after or _stale_after(queries.pass_starts(account.name, PASSES)),
        )
        for account in config.accounts
    )
    relevant = tuple(found for found in accounts if found)
    return Coverage(relevant, tuple(queries.foreign_senders(*period.until_as_of(as_of))))


def holes_of(database: Database, config: Config, *, derived: bool = True) -> dict[str, tuple[Hole, ...]]:
    """Account → the mailboxes that can't be opened and leave a hole, by what the config says of them now."""
    roles = {account.name: account.roles for account in config.accounts}
    found: dict[str, tuple[Hole, ...]] = {}
    for row in Unopened(database).mailboxes(derived=derived):
        of_account = roles.get(row.account)
        if of_account and leaves_hole(row.listing, of_account.of(row.listing), was_read=row.read_to is not None):
            found[row.account] = (*found.get(row.account, ()), Hole(row.listing.name, row.read_to or None))
    return found


def _stale_after(starts: Sequence[int]) -> int:
    """Seconds after which a pass is old where nothing else is said: a day, or three times the usual distance.

    `starts` are those of the last complete passes, the newest first.
    """
    distances = [later - earlier for later, earlier in pairwise(starts) if later > earlier]
    return max(DAY, 3 * int(median(distances))) if distances else DAY


def _account_coverage(
    account: AnyAccount, facts: AccountFacts | None, holes: tuple[Hole, ...], *, has_sent: bool, stale_after: int
) -> AccountCoverage | None:
    """None for an account that is not enabled and was never read completely."""
    found = facts or AccountFacts(account.name, None, None, None, None, None, 0)
    if not account.enabled and found.last_complete is None:
        return None
    oldest = [at for at in (found.oldest_in_sent, found.oldest_in_archive) if at is not None]
    return AccountCoverage(
        account=account.name,
        kind=account.kind,
        watched=account.watched,
        has_sent=has_sent,
        covered_from=min(oldest, default=None),
        last_complete=found.last_complete,
        last_attempt=found.last_attempt,
        last_error=found.last_error if account.enabled else None,
        stale_after=stale_after if account.enabled else None,
        unread=found.unread if account.enabled else 0,
        holes=holes,
    )
