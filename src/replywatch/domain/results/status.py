"""How the store stands: what was read of each account, when, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import CANT_SAY

AccountState: TypeAlias = Literal["fine", "failed", "changed", "never_read", "stale", "disabled"]


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account. Instants; None = there is none."""

    name: str
    reads: str
    """Where its mail lies, in words."""
    state: AccountState
    """The worst that is to be said of it."""
    last_complete: int | None
    """Start of the last complete pass."""
    last_attempt: int | None
    last_error: str | None
    """Why the last attempt failed; None if it did not."""
    covered_from: int | None
    """Since when replies that were written here are seen."""
    mailboxes: int
    """That hold mail."""
    messages: int
    """In these mailboxes."""
    unread: int
    """Messages that are there and could not be read."""
    held: tuple[str, ...]
    """Mailboxes of which so much was not found that it counts as there for now."""
    unopened: tuple[str, ...] = ()
    """Mailboxes that are listed and can't be opened."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the store stands."""

    version: str
    now: int
    store: str
    """Its path."""
    size: int
    """Octets, the journal included."""
    identifier: str
    """The random id of the store."""
    messages: int
    """Different headers that are kept."""
    marks: int
    """Corrections by hand that hold."""
    is_derived: bool
    """Whether it is known whose mail is whose; after an update or a change of the config only once that is derived."""
    left_over: tuple[str, ...]
    """Accounts that the config does not name and the store holds mail of: it counts nowhere."""
    accounts: tuple[AccountStatus, ...]
    warnings: tuple[Warning, ...]

    @property
    def is_stale(self) -> bool:
        """Whether an account failed, or was read too long ago: nobody can say then who waits."""
        return any(warning.code in CANT_SAY for warning in self.warnings)
