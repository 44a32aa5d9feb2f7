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
from replywatch.domain.mailboxes.plan import Plan, Planned, Use, plan_pass
from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.mailboxes.unopened import Meaning, meaning
from replywatch.domain.messages import Role
from replywatch.domain.results.polled import Braked
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.store.unopened import Unopened

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
    unopened: Mapping[int, MailboxError]
    """Mailboxes that could not be opened, by their numbers, and why; without them the pass is complete."""
    passing: frozenset[int]
    """Mailboxes that could not be opened either, and are among those that failed: they may open soon."""

    def error(self) -> MailboxError | None:
        """All failures in one, to be tried again if that may mend any of them; None if there are none."""
        if not self.failed:
            return None
        return MailboxError(
            "; ".join(failure.text for failure in self.failed),
            self.failed[0].hint,
            transient=any(failure.transient and not failure.stumbled for failure in self.failed),
            retry_after=max((f.retry_after for f in self.failed if f.retry_after), default=None),
        )


class AccountPass:
    """One pass over one account."""

    def __init__(self, tools: Tools, unopened: Unopened) -> None:
        """What can't be opened is written down in `unopened`."""
        self._tools = tools
        self._facts = tools.facts
        self._roles = tools.account.roles
        self._unopened = unopened
        self.done = Done(Brake(tools.vanished))

    def walk(self, source: Source) -> Walk:
        """Read all mailboxes but those to skip, and those that an earlier attempt has read.

        Mailboxes that fail are among what is returned; raises `SourceError` if the account fails.
        """
        labels = source.has_labels
        plan = plan_pass(source.mailboxes(), self._roles, labels=labels)
        planned = {self._facts.mailbox(self._tools.number, p.listing): p for p in plan.mailboxes}
        errors = self._read(source, {m: p.listing for m, p in planned.items() if p.use is Use.READ})
        found = self._meanings(errors, planned, plan)
        if Meaning.NOT_THERE in found.values():
            planned = {m: p for m, p in planned.items() if found.get(m) is not Meaning.NOT_THERE}
            plan = plan_pass([p.listing for p in planned.values()], self._roles, labels=labels)
        listed = {mailbox: p.listing for mailbox, p in planned.items()}
        failed = [errors[m] for m, what in found.items() if what in (Meaning.FAILURE, Meaning.PASSING)]
        unopened = {m: errors[m] for m, what in found.items() if what is Meaning.UNOPENED}
        views = [mailbox for mailbox, p in planned.items() if p.use is Use.VIEW]
        return Walk(
            plan,
            listed,
            everything=next((mailbox for mailbox, listing in listed.items() if listing == plan.everything), None),
            views=() if failed or unopened else tuple(views),
            unlisted=source.unlisted,
            failed=(*failed, *self._absent(plan, listed)),
            unopened=unopened,
            passing=frozenset(m for m, what in found.items() if what is Meaning.PASSING),
        )

    def _read(self, source: Source, mailboxes: Mapping[int, Listing]) -> dict[int, MailboxError]:
        """Read those that are not done yet; why others could not be read.

        Where the server stumbled it is asked once more, at the end: some mend a mailbox while they fail to open it.
        """
        reader, errors = MailboxReader(self._tools, self.done), dict[int, MailboxError]()
        for again in (False, True):
            for mailbox in [m for m, error in errors.items() if error.stumbled] if again else mailboxes:
                if mailbox not in self.done.mailboxes:
                    try:
                        reader.read(source, mailbox, mailboxes[mailbox])
                        self.done.mailboxes.add(mailbox)
                    except MailboxError as error:
                        errors[mailbox] = error
        return {mailbox: error for mailbox, error in errors.items() if mailbox not in self.done.mailboxes}

    def _meanings(
        self, errors: Mapping[int, MailboxError], planned: Mapping[int, Planned], plan: Plan
    ) -> dict[int, Meaning]:
        """What the pass makes of the mailboxes that could not be read.

        What could be opened opens again, and files that can't be read are for the person who owns them to mend.
        """
        now, since = self._tools.clock(), self._unopened.since(self._tools.number)
        on_server = self._tools.account.kind == "imap"
        return {
            mailbox: meaning(
                error,
                is_indispensable=plan.is_indispensable(planned[mailbox]),
                unopened_for=now - since.get(mailbox, now),
            )
            if on_server and mailbox not in self.done.opened
            else Meaning.FAILURE
            for mailbox, error in errors.items()
        }

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

    def settle(self, walk: Walk, pass_number: int) -> tuple[Braked, ...]:
        """Write down what is missed, gone or not opened, and say what is held as there.

        Within the caller's transaction.
        """
        now, brake = self._tools.clock(), self.done.brake
        read = {*self.done.mailboxes, *walk.views}
        """Of these nothing is left unread: what is not there is empty."""
        for mailbox, listing in self._facts.mailboxes(self._tools.number).items():
            if mailbox in walk.listed:
                self._let_go_of_old_numbers(mailbox, walk.listed[mailbox])
            elif not listing.name.startswith(walk.unlisted):
                brake.not_listed(mailbox, listing.name, self._roles.of(listing))
                read.add(mailbox)
        self._unopened.settle(self._tools.number, {*walk.unopened, *walk.passing}, read, pass_number, now)
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
