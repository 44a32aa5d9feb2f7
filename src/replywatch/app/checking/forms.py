"""Senders through which several people write, and that are not found to be web forms by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from replywatch.app.checking.samples import Seen
from replywatch.domain.judging.reading import read
from replywatch.domain.judging.web_forms import goes_to_many
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.messages import Kind
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.team import Team

FEWEST = 2
"""Different people in Reply-To; a newsletter has one address there."""
SHOWN = 5
"""Senders that are named."""


def form_findings(team: Team, account: str, seen: Sequence[Seen]) -> Iterator[Finding]:
    """A warning that names the senders whose mail would be their visitors' if `[team] webforms` had them."""
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
    """The address in From of mail that is no visitor's so far; "" if somebody behind it was found, or a person of ours.

    It counts as automatic, or as its sender's.
    """
    header, reading = seen.header, seen.reading
    if not header.from_ or goes_to_many(header, header.from_[0].address):
        return ""
    automatic = reading.verdict.kind is not Kind.HUMAN
    its_own = reading.parties.contact_because.rule == "contact.from"
    return header.from_[0].address if automatic or its_own else ""


def _visitor(seen: Seen, sender: str, team: Team) -> str:
    """The person behind the message if `sender` were a web form; "" if it is automatic or the sender's all the same.

    People put another address of their own into Reply-To, or that of the list that they write to.
    """
    reading = read(seen.header, replace(team, webforms=team.webforms | {sender}))
    contact = reading.parties.contact
    if reading.verdict.kind is not Kind.HUMAN or contact in (sender, *reading.parties.recipients):
        return ""
    name = seen.header.from_[0].name.casefold()
    own = name and name == reading.parties.contact_name.casefold()
    return "" if own or contact.rpartition("@")[0] == sender.rpartition("@")[0] else contact


def _is_form(visitors: Sequence[str]) -> bool:
    """Whether they are people; a ticket system makes each address anew, but at its one domain."""
    people = set(visitors)
    domains = {p.rpartition("@")[2] for p in people}
    return len(people) >= FEWEST and (len(domains) >= FEWEST or any(map(is_mail_provider, domains)))
