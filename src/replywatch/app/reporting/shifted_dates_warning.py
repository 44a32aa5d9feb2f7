"""Accounts whose sent mail was moved without its times, as a report warns of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from replywatch.domain.figures.shifted_dates import moved
from replywatch.domain.messages import Role
from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import shifted_dates_warning
from replywatch.store.copies import MailboxUse
from replywatch.store.queries import Queries

SAMPLE = 1000
"""Messages that are looked at, of all in the store."""


def shifted_dates_warnings(queries: Queries, uses: Mapping[int, MailboxUse], zone: ZoneInfo) -> Iterator[Warning]:
    """A warning for each account on a server whose sent mail mostly bears later times than its own."""
    epochs = {epoch: use.account for epoch, use in uses.items() if use.role is Role.SENT and not use.on_disk}
    times: dict[str, dict[str, tuple[int | None, int | None]]] = {}
    for epoch, identity, date, clock in queries.sent_sample(SAMPLE, list(epochs)):
        times.setdefault(epochs[epoch], {})[identity] = date, clock
    for account, of_messages in times.items():
        if found := moved(of_messages.values(), zone):
            yield shifted_dates_warning(account, found)
