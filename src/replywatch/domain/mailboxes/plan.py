"""What a pass reads of an account: which mailboxes, which of them only show what All Mail holds, and what is absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.labels import holds_everything, is_view
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role


class Use(StrEnum):
    """What a pass does with a mailbox."""

    READ = "read"
    VIEW = "view"
    """Not read: All Mail holds what it shows, and labels say so."""
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Planned:
    """A mailbox of the account, and what a pass does with it."""

    listing: Listing
    role: Role
    use: Use


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pass reads."""

    mailboxes: tuple[Planned, ...]
    """All that are listed, in the order of the list."""
    everything: Listing | None
    """Gmail's All Mail, if it is read with its labels."""
    has_sent: bool
    """Sent mail of the account itself is read: in a mailbox of its own, or under its label."""
    absent: tuple[tuple[str, Role], ...]
    """(mailbox name, role) that the config names and that is not there."""

    def is_indispensable(self, planned: Planned) -> bool:
        """Whether there are no figures without this mailbox: mail comes to it, or it holds all mail."""
        return planned.role is Role.INBOX or planned.listing == self.everything


def plan_pass(listings: Sequence[Listing], roles: Roles, *, labels: bool) -> Plan:
    """What a pass reads of these mailboxes; `labels` says that the source tells the labels of messages."""
    judged = [(listing, roles.of(listing)) for listing in listings]
    whole = (b for b, role in judged if labels and holds_everything(b) and role is not Role.SKIP)
    everything = next(whole, None)
    planned = tuple(Planned(b, role, _use(b, role, everything)) for b, role in judged)
    has_sent = everything is not None or any(
        p.role is Role.SENT and not p.listing.of_other_user for p in planned if p.use is not Use.SKIP
    )
    return Plan(planned, everything, has_sent, tuple(roles.missing(listings)))


def _use(listing: Listing, role: Role, everything: Listing | None) -> Use:
    if role is Role.SKIP:
        return Use.SKIP
    if everything is not None and listing != everything and is_view(listing):
        return Use.VIEW
    return Use.READ
