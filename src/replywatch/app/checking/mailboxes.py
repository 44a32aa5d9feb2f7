"""The mailboxes of an account, as `check` looks at them: role of each and why, how many messages, what is missing."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from replywatch.config.model import AnyAccount
from replywatch.config_lines import mailboxes_line
from replywatch.domain.mailboxes.plan import Plan, Use, plan_pass
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Finding, Severity
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


_REASONS = {
    "role.config": "config",
    "role.unreadable": "it can't be opened",
    "role.name": "name",
    "role.special-use": "special-use {}",
    "role.below": "below {}",
    "role.none": "",
}


def mailbox_findings(account: AnyAccount, source: Source) -> Generator[Finding, None, list[Box]]:
    """A finding for each mailbox, and for each that the config names and that is not there.

    What it returns in the end are those of the account itself that a poll would read.
    """
    plan = plan_pass(source.mailboxes(), account.roles, labels=source.labels is not None)
    boxes: list[Box] = []
    for planned in plan.mailboxes:
        listing, role = planned.listing, planned.role
        reason = _REASONS[account.roles.reason(listing).rule].format(account.roles.reason(listing).value)
        because = f" ({reason})" if reason else ""
        if planned.use is Use.SKIP:
            yield Finding(Severity.OK, account.name, "mailbox", f"{listing.name}: skipped{because}")
            continue
        try:
            exists = source.status(listing.name, None).exists
        except MailboxError as error:
            yield Finding(Severity.ERROR, account.name, "mailbox", error.text, error.hint)
            continue
        whose = " of another user" if listing.of_other_user else ""
        if not whose:
            boxes.append(Box(listing.name, role, exists, labelled=listing == plan.everything))
        what = f"{listing.name}: {role}{whose}{because}, {exists:,} message{'' if exists == 1 else 's'}"
        if plan.everything and planned.use is Use.VIEW:
            what += f"; a label, read in {plan.everything.name}"
        yield Finding(Severity.OK, account.name, "mailbox", what)
    yield from _missing(account, plan)
    return boxes


def _missing(account: AnyAccount, plan: Plan) -> Iterator[Finding]:
    for name, role in plan.absent:
        others = [(other, its) for other, its in account.roles.said if other != name]
        yield Finding(
            Severity.ERROR,
            account.name,
            "mailbox",
            f"there is no mailbox {name!r}, which the config names",
            f"Correct it in the config, under [accounts.{account.name}]; the names stand above:\n"
            f"  {mailboxes_line([*others, ('…', role)])}",
        )
