"""The mailboxes of an account, as `check` looks at them: role of each and why, how many messages, what is missing."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from replywatch.config.model import AnyAccount
from replywatch.domain.mailboxes.plan import Plan, Use, plan_pass
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


def mailbox_findings(account: AnyAccount, source: Source) -> Generator[Finding, None, list[Box]]:
    """A finding for each mailbox, and for each that the config names and that is not there.

    What it returns in the end are those of the account itself that a poll would read.
    """
    plan = plan_pass(source.mailboxes(), account.roles, labels=source.has_labels)
    boxes: list[Box] = []
    for planned in plan.mailboxes:
        listing = planned.listing
        because = account.roles.reason(listing)
        if planned.use is Use.SKIP:
            values: dict[str, object] = {"mailbox": listing.name, "because": because}
            yield Finding(Severity.OK, account.name, "mailbox", "mailbox_skipped", values)
            continue
        try:
            exists = source.status(listing.name, None).exists
        except MailboxError as error:
            yield failed(account.name, "mailbox", error)
            continue
        if not listing.of_other_user:
            labelled, view = listing == plan.everything, planned.use is Use.VIEW
            boxes.append(Box(listing.name, planned.role, exists, labelled, view))
        values = {
            "mailbox": listing.name,
            "role": planned.role,
            "because": because,
            "messages": exists,
            "of_other_user": listing.of_other_user,
            "read_in": plan.everything.name if plan.everything and planned.use is Use.VIEW else "",
        }
        yield Finding(Severity.OK, account.name, "mailbox", "mailbox", values)
    yield from _absent(account, plan)
    return boxes


def _absent(account: AnyAccount, plan: Plan) -> Iterator[Finding]:
    """Each mailbox that the config names and that is not there, with what the line of the config would be."""
    for name, role in plan.absent:
        others = [(other, its_role) for other, its_role in account.roles.said if other != name]
        values = {"mailbox": name, "roles": (*others, ("…", role))}
        yield Finding(Severity.ERROR, account.name, "mailbox", "mailbox_absent", values)
