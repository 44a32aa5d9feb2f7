"""Senders that look like web forms whose mail counts as automatic, so that nobody seems to wait behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from replywatch.app.checking.samples import Seen
from replywatch.domain.judging.reading import read
from replywatch.domain.messages import Kind
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.team import Team

FEWEST_VISITORS = 3
"""Different people in Reply-To; a newsletter has one address there."""
FEWEST_DOMAINS = 2
"""Of those people; a ticket system makes each address anew, but at one domain."""
SHOWN = 5
"""Senders that are named."""


def form_findings(team: Team, account: str, seen: Sequence[Seen]) -> Iterator[Finding]:
    """A warning that names the senders whose mail would be people's if `[team] webforms` had them."""
    visitors: defaultdict[str, list[str]] = defaultdict(list)
    for message in seen:
        if (sender := _sender(message)) and (visitor := _visitor(message, sender, team)):
            visitors[sender].append(visitor)
    forms = {sender: people for sender, people in visitors.items() if _is_form(people)}
    if not forms:
        return
    ranked = sorted(forms, key=lambda sender: (-len(forms[sender]), sender))[:SHOWN]
    counted = [{"address": s, "count": len(forms[s]), "people": len(set(forms[s]))} for s in ranked]
    values = {"forms": counted, "webforms": (*sorted(team.webforms), *ranked)}
    yield Finding(Severity.WARNING, account, "webforms", "webforms", values)


def _sender(seen: Seen) -> str:
    """The address in From of automatic mail; "" for people's."""
    if seen.reading.verdict.kind is Kind.HUMAN or not seen.header.from_:
        return ""
    return seen.header.from_[0].address


def _visitor(seen: Seen, sender: str, team: Team) -> str:
    """The person behind the message if `sender` were a web form; "" if it is automatic all the same."""
    reading = read(seen.header, replace(team, webforms=team.webforms | {sender}))
    contact = reading.parties.contact
    return contact if reading.verdict.kind is Kind.HUMAN and contact != sender else ""


def _is_form(visitors: Sequence[str]) -> bool:
    people = set(visitors)
    return len(people) >= FEWEST_VISITORS and len({p.rpartition("@")[2] for p in people}) >= FEWEST_DOMAINS
