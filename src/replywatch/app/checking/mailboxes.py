"""The mailboxes of an account, as `check` looks at them: role of each and why, how many messages, what is missing."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from replywatch.config.model import AnyAccount
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.plan import Plan, Planned, Use, plan_pass
from replywatch.domain.mailboxes.unopened import leaves_hole
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Finding, Severity, failed
from replywatch.errors import MailboxError
from replywatch.sources.base import Source


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox whose messages a poll would read, there or under their labels in Gmail's All Mail."""

    name: str
    role: Role
    exists: int
    """Messages in it."""
    labelled: bool = False
    """Gmail's All Mail: labels say of each message where else it lies."""
    view: bool = False
    """It is read there, and holds nothing of its own."""
    unopened: bool = False
    """It can't be opened, which is said already."""


def mailbox_findings(account: AnyAccount, source: Source) -> Generator[Finding, None, list[Box]]:
    """A finding for each mailbox, and for each that the config names and that is not there.

    Each is opened, as a poll would do. What it returns in the end are those of the account itself that a poll would
    read, those included that it can't.
    """
    listings = source.mailboxes()
    plan = plan_pass(listings, account.roles, labels=source.has_labels)
    boxes: list[Box] = []
    for planned in plan.mailboxes:
        listing = planned.listing
        because = account.roles.reason(listing)
        if planned.use is Use.SKIP:
            values: dict[str, object] = {"mailbox": listing.name, "because": because}
            yield Finding(Severity.OK, account.name, "mailbox", "mailbox_skipped", values)
            continue
        try:
            state = (source.status if planned.use is Use.VIEW else source.open)(listing.name, None)
        except MailboxError as error:
            yield _unopened(account, planned, plan, error)
            if error.absent:
                listings.remove(listing)
            elif not listing.of_other_user:
                boxes.append(Box(listing.name, planned.role, 0, unopened=True))
            continue
        if not listing.of_other_user:
            labelled, view = listing == plan.everything, planned.use is Use.VIEW
            boxes.append(Box(listing.name, planned.role, state.exists, labelled, view))
        values = {
            "mailbox": listing.name,
            "role": planned.role,
            "because": because,
            "messages": state.exists,
            "of_other_user": listing.of_other_user,
            "read_in": plan.everything.name if plan.everything and planned.use is Use.VIEW else "",
        }
        yield Finding(Severity.OK, account.name, "mailbox", "mailbox", values)
    yield from _absent(account, listings)
    return boxes


def _unopened(account: AnyAccount, planned: Planned, plan: Plan, error: MailboxError) -> Finding:
    """What it means for polls that a mailbox can't be opened, as far as nothing was read of it before."""
    listing, name = planned.listing, account.name
    if account.kind != "imap" or plan.is_indispensable(planned):
        return failed(name, "mailbox", error)
    if error.absent:
        return Finding(Severity.OK, name, "mailbox", "mailbox_not_there", {"mailbox": listing.name})
    is_hole = leaves_hole(listing, planned.role, was_read=False)
    roles = (*account.roles.said, (listing.name, Role.SKIP))
    values = {"mailbox": listing.name, "error": error.text, "role": planned.role, "is_hole": is_hole, "roles": roles}
    return Finding(Severity.ERROR if is_hole else Severity.WARNING, name, "mailbox", "mailbox_unopened", values)


def _absent(account: AnyAccount, listings: Sequence[Listing]) -> Iterator[Finding]:
    """Each mailbox that the config names and that is not there, with what the line of the config would be."""
    for name, role in account.roles.missing(listings):
        others = [(other, its_role) for other, its_role in account.roles.said if other != name]
        values = {"mailbox": name, "roles": (*others, ("…", role))}
        yield Finding(Severity.ERROR, account.name, "mailbox", "mailbox_absent", values)
