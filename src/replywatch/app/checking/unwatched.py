"""Personal mail that counts nowhere, since it went to no watched address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from replywatch.app.checking.samples import Seen
from replywatch.domain.judging.parties import named_in
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.messages import Kind
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.team import Team

FEWEST = 3
"""Personal mails from which anything can be told, and mails to one address that are worth a word."""
MANY = 0.25
"""Share of the personal mail that is worth a word, to whomever it went."""
SHOWN = 5
"""Addresses that the finding names."""


def unwatched_findings(team: Team, account: str, seen: Sequence[Seen]) -> Iterator[Finding]:
    """How much of the personal mail in a watched account counts, and to whom of ours the rest went.

    Mail to one of `[team] people` alone is said not to count, and goes without a word. With it come `addresses` and
    `people` of `[team]` as they would have to be for the rest to count: without the watched addresses that look like
    a colleague's own, since they are at a mail provider and nobody wrote there.
    """
    personal = [s for s in seen if s.reading.verdict.kind is Kind.HUMAN and not s.reading.parties.ours]
    if len(personal) < FEWEST:
        return
    missed = [s for s in personal if not s.reading.parties.team_address and s.reading.parties.names_ours]
    counts = Counter(address for s in missed for address in _named(team, s))
    ranked = dict(counts.most_common())
    often = {address: count for address, count in ranked.items() if count >= FEWEST}
    if not often and sum(counts.values()) >= MANY * len(personal):
        often = ranked
    values: dict[str, object] = {"counted": len(personal) - len(missed), "seen": len(personal)}
    if not often:
        yield Finding(Severity.OK, account, "addresses", "addresses", values)
        return
    shown = list(often)[:SHOWN]
    private = _private(team, personal)
    values |= {
        "counts": [{"address": address, "count": often[address]} for address in shown],
        "more": len(often) - len(shown),
        "addresses": (*(address for address in team.addresses if address not in private), *shown),
        "people": (*sorted(team.people), *private) if private else (),
    }
    yield Finding(Severity.WARNING, account, "addresses", "addresses_not_watched", values)


def _named(team: Team, seen: Seen) -> set[str]:
    """Our addresses among those that a message was sent to, without `people`."""
    named = {a.address for a in named_in(seen.header)}
    return {address for address in named if team.is_ours(address) and not team.is_person(address)}


def _private(team: Team, personal: Sequence[Seen]) -> tuple[str, ...]:
    """The watched addresses that look like a colleague's own."""
    written_to = {s.reading.parties.team_address for s in personal}
    domains = {address: address.rpartition("@")[2] for address in team.addresses if address not in written_to}
    return tuple(a for a, domain in domains.items() if is_mail_provider(domain) and not team.has_domain(domain))
