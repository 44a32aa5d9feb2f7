"""One pass over one account: all its mailboxes are read, and what was not found is weighed once the pass is over.

A pass may take several attempts. Whatever one has done stays done; but what is missing is told by the last attempt
alone, and by that only if it came to the end of all mailboxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from replywatch.app.polling.brake import Brake
from replywatch.app.polling.mailbox import Done, MailboxReader, Tools
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.labels import holds_everything
from replywatch.domain.mailboxes.plan import Plan, Use, plan_pass
from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.messages import Role
from replywatch.domain.results.polled import Braked
from replywatch.errors import MailboxError
from replywatch.sources.base import Source

NAMED = 20
"""Mailboxes that an error names at most."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What an attempt saw that came to the end of all mailboxes."""

    plan: Plan
    listed: Mapping[int, Listing]
    """Every mailbox that is there, by its number in the store, read or not."""
    everything: int | None
    """All Mail, if there is one."""
    views: tuple[int, ...]
    """Mailboxes that were not read since all they show lies in All Mail."""
    unlisted: tuple[str, ...]
    """What the names of mailboxes begin with that may be there though they are not listed."""
    failed: tuple[MailboxError, ...]
    """Of mailboxes that could not be read, or that have to be there and are not."""

    def error(self) -> MailboxError | None:
        """All failures in one, to be tried again if that may mend any of them; None if there are none."""
        if not self.failed:
            return None
        return MailboxError(
            "; ".join(failure.text for failure in self.failed),
            self.failed[0].hint,
            transient=any(failure.transient for failure in self.failed),
            retry_after=max((f.retry_after for f in self.failed if f.retry_after), default=None),
        )


class AccountPass:
    """One pass over one account."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._facts = tools.facts
        self._roles = tools.account.roles
        self.done = Done(Brake(tools.vanished))

    def walk(self, source: Source) -> Walk:
        """Read all mailboxes but those to skip, and those that an earlier attempt has read.

        Mailboxes that fail are among what is returned; raises `SourceError` if the account fails.
        """
        plan = plan_pass(source.mailboxes(), self._roles, labels=source.has_labels)
        reader = MailboxReader(self._tools, self.done)
        listed: dict[int, Listing] = {}
        failed: list[MailboxError] = []
        for planned in plan.mailboxes:
            mailbox = self._facts.mailbox(self._tools.number, planned.listing)
            listed[mailbox] = planned.listing
            if planned.use is Use.READ and mailbox not in self.done.mailboxes:
                try:
                    reader.read(source, mailbox, planned.listing)
                    self.done.mailboxes.add(mailbox)
                except MailboxError as error:
                    failed.append(error)
        views = [m for m, planned in zip(listed, plan.mailboxes, strict=True) if planned.use is Use.VIEW]
        return Walk(
            plan,
            listed,
            everything=next((mailbox for mailbox, listing in listed.items() if listing == plan.everything), None),
            views=() if failed else tuple(views),
            unlisted=source.unlisted,
            failed=(*failed, *self._absent(plan, listed)),
        )

    def _absent(self, plan: Plan, listed: Mapping[int, Listing]) -> Iterator[MailboxError]:
        """Mailboxes whose absence would falsify the figures: those that the config names, and the one with sent mail.

        Without an error the account would count as read completely, and mail as unanswered whose replies lie elsewhere.
        """
        table = f"[accounts.{self._tools.account.name}]"
        names = ", ".join(listing.name for listing in islice(listed.values(), NAMED))
        for name, role in plan.absent:
            yield MailboxError(
                f"there is no mailbox {name!r}, which the config names",
                f'Correct it in the config, under {table}: mailboxes = {{ {role} = ["…"] }}. There are: {names}',
            )
        if plan.has_sent:
            return
        for mailbox, listing in self._facts.mailboxes(self._tools.number).items():
            role = self._roles.of(listing)
            held_sent = role is Role.SENT or (holds_everything(listing) and role is not Role.SKIP)
            if mailbox not in listed and held_sent and self._facts.held_mail(mailbox):
                yield MailboxError(
                    f"the mailbox {listing.name!r} with the sent mail is no longer there",
                    f'Name the one that took its place in the config, under {table}: mailboxes = {{ sent = ["…"] }}.'
                    f" There are: {names}",
                )

    def settle(self, walk: Walk) -> tuple[Braked, ...]:
        """Write down what is missed and gone, and say what is held as there; within the caller's transaction."""
        now, brake = self._tools.clock(), self.done.brake
        for mailbox, listing in self._facts.mailboxes(self._tools.number).items():
            if mailbox in walk.listed:
                self._let_go_of_old_numbers(mailbox, walk.listed[mailbox])
            elif not listing.name.startswith(walk.unlisted):
                brake.not_listed(mailbox, listing.name, self._roles.of(listing))
        self._fold(walk)
        for compared in self.done.compared:
            self._facts.reconciled(compared, now)
        kept = [m for m, listing in walk.listed.items() if self._roles.of(listing) not in (*PUT_AWAY, Role.SKIP)]
        elsewhere = {epoch.id for m in kept if (epoch := self._facts.present_epoch(m))}
        return brake.settle(elsewhere, now)

    def _let_go_of_old_numbers(self, mailbox: int, listing: Listing) -> None:
        """Once a mailbox was read to its end, what it held under earlier numbers is there under the present ones."""
        present = self._facts.present_epoch(mailbox)
        if present and present.complete:
            for epoch in self._tools.vanished.superseded(mailbox):
                self.done.brake.renumbered(epoch, present, listing.name, self._roles.of(listing))

    def _fold(self, walk: Walk) -> None:
        """Views that earlier passes read, when All Mail was hidden or not known as such, are as if numbered anew."""
        whole = None if walk.everything is None else self._facts.present_epoch(walk.everything)
        if whole is None:
            return
        present = replace(whole, state=self.done.opened.get(whole.mailbox, whole.state))
        for mailbox in walk.views:
            listing = walk.listed[mailbox]
            for epoch in self._tools.vanished.live_epochs(mailbox):
                self.done.brake.renumbered(epoch, present, listing.name, self._roles.of(listing))
