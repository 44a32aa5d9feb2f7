"""How the store stands, without asking any server, and without deriving anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from replywatch import __version__
from replywatch.app.deriving.identified import changed_accounts, without
from replywatch.app.reporting.coverage import coverage_of, newest_read
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.figures.coverage import AccountCoverage
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.domain.messages import Role
from replywatch.domain.periods import Period
from replywatch.domain.results.status import AccountState, AccountStatus, Status
from replywatch.domain.results.warnings import CANT_SAY, age_warnings, changed_warnings, coverage_warnings
from replywatch.store.accounts import Accounts
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.facts import Facts
from replywatch.store.marks import Marks
from replywatch.store.own_clock import read_as_now
from replywatch.store.unopened import Unopened, UnopenedRow


def status(config: Config, now: int) -> Status:
    """How the store of `config` stands at `now`. Raises `StoreError` if there is none yet, or it can't be read."""
    with Database(config.store_path) as database:
        changed = changed_accounts(database, config)
        known = without(config, changed)
        ahead = read_as_now(database, now)
        coverage = coverage_of(database, known, Period(None, None), now, derived=False)
        read_up_to = newest_read(database, known, derived=False)
        is_derived = Derived(database).is_finished()
        ages = () if read_up_to is None else tuple(age_warnings(coverage.accounts, read_up_to, now, None, ahead=ahead))
        covered = {account.account: account for account in coverage.accounts}
        differing = {account.name: account for account in changed}
        accounts, facts = Accounts(database), Facts(database)
        unopened = Unopened(database).mailboxes(derived=False)
        return Status(
            version=__version__,
            now=now,
            store=str(config.store_path),
            size=database.size(),
            identifier=facts.identifier(),
            messages=accounts.count_messages(),
            marks=sum(map(len, Marks(database).standing().values())),
            accounts=tuple(
                replace(
                    _account(a, covered.get(a.name), differing.get(a.name), accounts, now),
                    unopened=() if a.name in differing else _of(a, unopened),
                )
                for a in config.accounts
            ),
            is_derived=is_derived,
            left_over=tuple(
                name for name in accounts.holding() if name not in {account.name for account in config.accounts}
            ),
            warnings=(
                *changed_warnings(changed),
                *ages,
                *(
                    warning
                    for warning in coverage_warnings(coverage, read_up_to or now, open_before_sent=False)
                    if (known.accounts or not changed) and (is_derived or warning.code in CANT_SAY)
                ),
            ),
        )


def _of(account: AnyAccount, unopened: Sequence[UnopenedRow]) -> tuple[str, ...]:
    """The names of those mailboxes of an account that its config does not leave out."""
    return tuple(
        row.listing.name
        for row in unopened
        if row.account == account.name and account.roles.of(row.listing) is not Role.SKIP
    )


def _account(
    account: AnyAccount, covered: AccountCoverage | None, changed: ChangedAccount | None, accounts: Accounts, now: int
) -> AccountStatus:
    number = accounts.number(account.name)
    live = accounts.live(number) if number is not None and changed is None else None
    return AccountStatus(
        name=account.name,
        reads=account.origin.described,
        state=_state(account, covered, changed, now),
        last_complete=covered.last_complete if covered else None,
        last_attempt=covered.last_attempt if covered else None,
        last_error=covered.last_error if covered else None,
        covered_from=covered.covered_from if covered else None,
        mailboxes=live.mailboxes if live else 0,
        messages=live.messages if live else 0,
        unread=live.unread if live else 0,
        held=live.held if live else (),
    )


def _state(
    account: AnyAccount, covered: AccountCoverage | None, changed: ChangedAccount | None, now: int
) -> AccountState:
    """The worst that is to be said of an account."""
    if changed:
        return "changed"
    if not account.enabled:
        return "disabled"
    if covered is None or covered.last_complete is None:
        return "never_read"
    if covered.last_error:
        return "failed"
    return "stale" if covered.is_stale(now) else "fine"
