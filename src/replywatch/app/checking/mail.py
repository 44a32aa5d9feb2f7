"""What the mail of an account says about its set-up: is sent mail there, whose is it, are the clocks right?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from replywatch.app.checking.clocks import CLOCKS, Held, clock_findings
from replywatch.app.checking.forms import form_findings
from replywatch.app.checking.mailboxes import Box
from replywatch.app.checking.samples import Sample, look
from replywatch.app.checking.unwatched import unwatched_findings
from replywatch.config.model import AnyAccount
from replywatch.domain.instants import DAY
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Finding, Severity, failed
from replywatch.domain.team import Team
from replywatch.sources.base import Source

FEWEST = 3
"""Messages from which somebody's mailbox can be told."""
QUIET = 30 * DAY
"""Seconds without sent mail, while mail arrived, that are worth a word."""
GAP = 7 * DAY
"""Seconds by which Sent may begin later than the inbox without a word."""
SHOWN = 5
"""Senders and addresses that a finding names."""
CANDIDATES = 30
"""Mailboxes that are searched for sent mail where none is known to hold it."""
MOSTLY = 0.8
"""Share of our own mail from which a mailbox looks like one for sent mail."""


def account_mail(
    team: Team, account: AnyAccount, source: Source, found: Sequence[Box]
) -> Generator[Finding, None, dict[Role, Sample]]:
    """What the newest and oldest messages in INBOX and Sent tell; in files where these are not, what all mail tells.

    What it returns in the end is what was looked at, by role; that of an archive stands for all of its mailboxes.

    Raises:
        ConnectError: the connection broke.
    """
    name, boxes = account.name, [box for box in found if not box.unopened]
    inbox = look(source, _with_role(boxes, Role.INBOX), team)
    sent = look(source, _with_role(boxes, Role.SENT), team)
    everywhere = Sample()
    for error in (*inbox.failed, *sent.failed):
        yield failed(name, "read-only", error)
    if opened := (*inbox.opened, *sent.opened):
        yield Finding(Severity.OK, name, "read-only", "read_only", {"mailboxes": opened})
    if _with_role(boxes, Role.SENT):
        yield from _sent(team, account, sent)
        yield from _spans(name, inbox, sent)
    elif labelled := [box.name for box in boxes if box.labelled]:
        yield Finding(Severity.OK, name, "sent", "sent_by_label", {"mailbox": labelled[0]})
    elif account.kind == "imap":
        if not _with_role(found, Role.SENT):  # one that can't be opened is named already
            yield _lacks_sent(account, source, boxes, team)
    else:
        everywhere = look(source, boxes, team)
        yield _both_directions(name, everywhere)
    holding = [box.name for box in boxes if box.exists]
    archive = Held(holding[0] if len(holding) == 1 else name, (*everywhere.oldest, *everywhere.newest), mixed=True)
    arrived = inbox.newest or everywhere.newest
    came = Held("INBOX", inbox.newest) if inbox.newest else archive._replace(mails=arrived)
    left = archive if everywhere.newest else Held("Sent", (*sent.oldest, *sent.newest))
    yield from clock_findings(account, came, left)
    if account.watched:
        yield from form_findings(team, name, arrived)
    if account.watched and team.addresses:
        yield from unwatched_findings(team, name, arrived)
    looked_at = {Role.INBOX: inbox, Role.SENT: sent, Role.ARCHIVE: everywhere}
    yield _there(name, boxes, looked_at.values())
    return looked_at


def _there(account: str, boxes: Sequence[Box], samples: Iterable[Sample]) -> Finding:
    """How much mail a poll would read, and since when."""
    read = [box for box in boxes if not box.view]
    since = min((at for sample in samples for at in _instants(sample)), default=None)
    values = {"mailboxes": len(read), "messages": sum(box.exists for box in read), "since": since}
    return Finding(Severity.OK, account, "mail", "mail", values)


def _with_role(boxes: Iterable[Box], role: Role) -> list[Box]:
    return [box for box in boxes if box.role is role]


def _lacks_sent(account: AnyAccount, source: Source, boxes: Sequence[Box], team: Team) -> Finding:
    """No mailbox for sent mail; the ordinary mailboxes with mail of ours are named."""
    likely = []
    for box in [b for b in _with_role(boxes, Role.FOLDER) if b.exists][:CANDIDATES]:
        seen = look(source, [box], team, newest=CLOCKS).newest
        if seen and sum(s.reading.parties.ours for s in seen) >= MOSTLY * len(seen):
            likely.append(box.name)
    values = {"likely": tuple(likely), "roles": _with_sent(account, likely)}
    return Finding(Severity.ERROR, account.name, "sent", "no_sent_mailbox", values)


def _with_sent(account: AnyAccount, likely: Sequence[str] = ()) -> tuple[tuple[str, Role], ...]:
    """(mailbox, role) as the config says them, and those with sent mail; "…" stands for one that is to be named."""
    return (*account.roles.said, *((name, Role.SENT) for name in likely or ("…",)))


def _both_directions(account: str, everywhere: Sample) -> Finding:
    """An archive without a mailbox for sent mail: are answers in it at all?"""
    seen = everywhere.newest
    ours = sum(s.reading.parties.ours for s in seen)
    if ours:
        return Finding(Severity.OK, account, "sent", "both_directions", {"ours": ours, "seen": len(seen)})
    return Finding(Severity.WARNING, account, "sent", "one_direction", {"seen": len(seen)})


def _sent(team: Team, account: AnyAccount, sent: Sample) -> Iterator[Finding]:
    """Is there sent mail, and is it ours?"""
    if not sent.newest:
        if not sent.failed:
            empty = {"mailboxes": tuple(sent.opened), "roles": _with_sent(account)}
            yield Finding(Severity.WARNING, account.name, "sent", "sent_empty", empty)
        return
    strangers = Counter(s.header.from_[0].address for s in sent.newest if not s.reading.parties.ours and s.header.from_)
    often = {sender: count for sender, count in strangers.most_common() if sender and count > 1}
    values = {"ours": sum(s.reading.parties.ours for s in sent.newest), "seen": len(sent.newest)}
    if not often:
        yield Finding(Severity.OK, account.name, "senders", "senders", values)
        return
    senders = list(often)[:SHOWN]
    people, domains = _team_with(team, senders)
    unknown = {**_counts(often), "people": people, "domains": domains}
    yield Finding(Severity.WARNING, account.name, "senders", "senders_not_ours", values | unknown)


def _counts(often: Mapping[str, int]) -> dict[str, object]:
    """Addresses with their messages, and how many more there are."""
    shown = [{"address": address, "count": count} for address, count in list(often.items())[:SHOWN]]
    return {"counts": shown, "more": len(often) - len(shown)}


def _team_with(team: Team, senders: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """People and domains of `[team]` with these senders in them; empty where nothing has to be added.

    They go by domain, where it is not open to everybody.
    """
    people, domains = dict.fromkeys(sorted(team.people)), dict.fromkeys(team.domains)
    for sender in senders:
        domain = sender.rpartition("@")[2]
        if is_mail_provider(domain):
            people[sender] = None
        else:
            domains[domain] = None
    return (
        tuple(people) if len(people) > len(team.people) else (),
        tuple(domains) if len(domains) > len(team.domains) else (),
    )


def _spans(account: str, inbox: Sample, sent: Sample) -> Iterator[Finding]:
    """Do INBOX and Sent speak of the same time?"""
    arrived, left = _instants(inbox), _instants(sent)
    if not arrived or not left:
        return
    values = {"inbox_from": min(arrived), "inbox_to": max(arrived), "sent_from": min(left), "sent_to": max(left)}
    if min(left) > min(arrived) + GAP:
        yield Finding(Severity.WARNING, account, "span", "sent_begins_late", values)
    elif max(arrived) > max(left) + QUIET:
        yield Finding(Severity.WARNING, account, "span", "nothing_sent_lately", values)
    else:
        yield Finding(Severity.OK, account, "span", "span", values)


def _instants(sample: Sample) -> list[int]:
    return [at for s in (*sample.oldest, *sample.newest) if (at := s.at) is not None]
