"""What the mail of an account says about its set-up: is sent mail there, whose is it, are the clocks right?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from statistics import median

from replywatch.app.checking.forms import form_findings
from replywatch.app.checking.mailboxes import Box
from replywatch.app.checking.samples import Sample, Seen, look
from replywatch.config.lines import listed, mailboxes_line
from replywatch.config.model import AnyAccount
from replywatch.config.providers import by_domain
from replywatch.domain.figures.shifted_dates import moved
from replywatch.domain.instants import DAY, local
from replywatch.domain.matching.clocks import NEAR
from replywatch.domain.messages import Kind, Role
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.team import Team
from replywatch.render.shifted_dates import shifted_dates_words
from replywatch.render.text import human_duration
from replywatch.sources.base import Source

OFF = 300
"""Seconds that a clock may be wrong without a word."""
CLOCKS = 20
"""Messages whose two clocks are compared."""
FEWEST = 3
"""Messages from which a clock, or somebody's mailbox, can be told."""
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
    team: Team, account: AnyAccount, source: Source, boxes: Sequence[Box], zone: tzinfo
) -> Iterator[Finding]:
    """What the newest and oldest messages in INBOX and Sent tell; days are those of `zone`.

    Raises:
        ConnectError: the connection broke.
    """
    name = account.name
    inbox = look(source, _of(boxes, Role.INBOX), team)
    sent = look(source, _of(boxes, Role.SENT), team)
    for error in (*inbox.failed, *sent.failed):
        yield Finding(Severity.ERROR, name, "read-only", error.text, error.hint)
    if opened := (*inbox.opened, *sent.opened):
        yield Finding(Severity.OK, name, "read-only", f"{', '.join(opened)} can be opened")
    if _of(boxes, Role.SENT):
        yield from _sent(team, account, sent)
        yield from _spans(name, inbox, sent, zone)
    elif labelled := [box.name for box in boxes if box.labelled]:
        yield Finding(Severity.OK, name, "sent", f"{labelled[0]} holds it, with the label \\Sent")
    elif account.kind == "imap":
        yield _lacks_sent(account, source, boxes, team)
    else:
        yield _both_directions(name, look(source, boxes, team))
    kept_no_times = _moved(account, sent, zone)
    yield from kept_no_times
    yield from _clocks(name, inbox, sent if not kept_no_times else Sample())
    if account.watched:
        yield from form_findings(team, name, inbox.newest)
    if account.watched and team.addresses:
        yield from _addresses(team, name, inbox)


def _of(boxes: Iterable[Box], role: Role) -> list[Box]:
    return [box for box in boxes if box.role is role]


def _lacks_sent(account: AnyAccount, source: Source, boxes: Sequence[Box], team: Team) -> Finding:
    """No mailbox for sent mail; the ordinary mailboxes with mail of ours are named."""
    likely = []
    for box in [b for b in _of(boxes, Role.FOLDER) if b.exists][:CANDIDATES]:
        seen = look(source, [box], team, newest=CLOCKS).newest
        if seen and sum(s.reading.parties.ours for s in seen) >= MOSTLY * len(seen):
            likely.append(box.name)
    found = f"There is mail of yours in {', '.join(likely)}. " if likely else ""
    line = mailboxes_line([*account.roles.said, *((name, Role.SENT) for name in likely or ["…"])])
    return Finding(
        Severity.ERROR,
        account.name,
        "sent",
        "there is no mailbox for sent mail: answers from here are not seen",
        f"{found}Name the one that mail programs save sent mail in, under [accounts.{account.name}]:\n  {line}",
    )


def _both_directions(account: str, everywhere: Sample) -> Finding:
    """An archive without a mailbox for sent mail: are answers in it at all?"""
    seen = everywhere.newest
    ours = sum(s.reading.parties.ours for s in seen)
    if ours:
        return Finding(
            Severity.OK, account, "sent", f"both directions: {ours} of {len(seen)} messages are from the team"
        )
    return Finding(
        Severity.WARNING,
        account,
        "sent",
        f"none of {len(seen)} messages is from the team: answers are not seen here",
        "Add the archive of the sent mail as an account of its own, and look whether [team] names all of your"
        " addresses and domains.",
    )


def _sent(team: Team, account: AnyAccount, sent: Sample) -> Iterator[Finding]:
    """Is there sent mail, and is it ours?"""
    if not sent.newest:
        if not sent.failed:
            yield Finding(
                Severity.WARNING,
                account.name,
                "sent",
                f"{', '.join(sent.opened)} is empty: no answer is seen",
                "Set the mail programs to save sent mail on the server, or name the mailbox where they save it, under"
                f" [accounts.{account.name}]:\n  {mailboxes_line([*account.roles.said, ('…', Role.SENT)])}",
            )
        return
    strangers = Counter(s.header.from_[0].address for s in sent.newest if not s.reading.parties.ours and s.header.from_)
    often = {sender: count for sender, count in strangers.most_common() if sender and count > 1}
    ours = sum(s.reading.parties.ours for s in sent.newest)
    what = f"{ours} of the newest {len(sent.newest)} messages in Sent are from the team"
    if not often:
        yield Finding(Severity.OK, account.name, "senders", what)
        return
    yield Finding(
        Severity.WARNING,
        account.name,
        "senders",
        f"{what}; others are from {_counted(often)}",
        f"If they are yours, their answers don't count yet. Say so in [team]:\n{_team_lines(team, often)}",
    )


def _counted(counts: dict[str, int]) -> str:
    """`a@x.de (12), b@y.de (3), 4 more`."""
    shown = [f"{address} ({count})" for address, count in list(counts.items())[:SHOWN]]
    return ", ".join([*shown, *([f"{len(counts) - SHOWN} more"] if len(counts) > SHOWN else [])])


def _team_lines(team: Team, senders: Iterable[str]) -> str:
    """The lines of `[team]` with these senders in them: by domain, where it is not open to everybody."""
    addresses, domains = dict.fromkeys(team.addresses), dict.fromkeys(team.domains)
    for sender in list(senders)[:SHOWN]:
        domain = sender.rpartition("@")[2]
        if by_domain(domain):
            addresses[sender] = None
        else:
            domains[domain] = None
    lines = (("addresses", addresses, team.addresses), ("domains", domains, team.domains))
    return "\n".join(f"  {key} = {listed(new)}" for key, new, old in lines if len(new) > len(old))


def _spans(account: str, inbox: Sample, sent: Sample, zone: tzinfo) -> Iterator[Finding]:
    """Do INBOX and Sent speak of the same time?"""
    arrived, left = _instants(inbox), _instants(sent)
    if not arrived or not left:
        return
    began, begins = min(arrived), min(left)
    what = f"INBOX from {_day(began, zone)} to {_day(max(arrived), zone)}"
    what += f", Sent from {_day(begins, zone)} to {_day(max(left), zone)}"
    if begins > began + GAP:
        hint = (
            "Whether older mail was answered can't be known, unless older sent mail lies in another mailbox or account."
        )
        yield Finding(Severity.WARNING, account, "span", f"{what}: Sent begins later", hint)
    elif max(arrived) > max(left) + QUIET:
        hint = "If answers are sent from other accounts, add them too, with watched = false."
        yield Finding(Severity.WARNING, account, "span", f"{what}: nothing was sent lately", hint)
    else:
        yield Finding(Severity.OK, account, "span", what)


def _instants(sample: Sample) -> list[int]:
    return [at for s in (*sample.oldest, *sample.newest) if (at := s.at) is not None]


def _day(instant: int, zone: tzinfo) -> str:
    return local(instant, zone).date().isoformat()


def _moved(account: AnyAccount, sent: Sample, zone: tzinfo) -> list[Finding]:
    """Was the newest or the oldest sent mail moved here without its times?"""
    if account.kind != "imap":
        return []
    for age, seen in (("newest", sent.newest), ("oldest", sent.oldest)):
        if found := moved(((s.header.date, s.internal_date) for s in seen if s.reading.parties.ours), zone):
            what, hint = shifted_dates_words(found.day)
            what = f"{found.count} of the {age} {found.known} messages in Sent {what}"
            return [Finding(Severity.WARNING, account.name, "sent", what, hint)]
    return []


def _clocks(account: str, inbox: Sample, sent: Sample) -> Iterator[Finding]:
    """The mailbox's clock against that of the server that delivered, and of those who send."""
    pairs = ((s.internal_date, s.header.received) for s in inbox.newest)
    yield from _clock(
        account, "INBOX", "the delivering server's", pairs, "Ask whoever runs the server to set it right."
    )
    pairs = ((s.internal_date, s.header.date) for s in sent.newest if s.reading.parties.ours)
    hint = "Look whether the clocks of the computers that you send from are right."
    yield from _clock(account, "Sent", "the sending computers'", pairs, hint)


def _clock(
    account: str, mailbox: str, other: str, pairs: Iterable[tuple[int | None, int | None]], hint: str
) -> Iterator[Finding]:
    apart = [ours - theirs for ours, theirs in pairs if ours is not None and theirs is not None][-CLOCKS:]
    if len(apart) < FEWEST:
        return
    middle = int(median(apart))
    direction = "after" if middle >= 0 else "before"
    what = f"{mailbox}: clock {human_duration(abs(middle))} {direction} {other} (median of {len(apart)})"
    if abs(middle) <= OFF:
        yield Finding(Severity.OK, account, "clock", what)
    elif abs(middle) > NEAR and mailbox == "Sent":
        what += ": so far off that a reply counts from when it was saved"
        yield Finding(Severity.WARNING, account, "clock", what, hint)
    elif abs(middle) > NEAR:
        yield Finding(Severity.OK, account, "clock", f"{what}: so far off, as after an import, that it is not believed")
    else:
        yield Finding(Severity.WARNING, account, "clock", what, f"Waits may be wrong by as much. {hint}")


def _addresses(team: Team, account: str, inbox: Sample) -> Iterator[Finding]:
    """Does personal mail here go to watched addresses? Otherwise it isn't counted."""
    people = [s for s in inbox.newest if s.reading.verdict.kind is Kind.HUMAN and not s.reading.parties.ours]
    if len(people) < FEWEST:
        return
    passed = [s for s in people if not s.reading.parties.team_address and s.reading.parties.names_ours]
    counts = Counter(a for s in passed for a in _named(team, s))
    often = {address: count for address, count in counts.most_common() if count >= FEWEST}
    what = f"{len(people) - len(passed)} of the newest {len(people)} personal mails in INBOX count"
    if not often:
        yield Finding(Severity.OK, account, "addresses", what)
        return
    line = f"addresses = {listed([*team.addresses, *list(often)[:SHOWN]])}"
    yield Finding(
        Severity.WARNING,
        account,
        "addresses",
        f"{what}; others went to {_counted(often)}, not among the watched addresses",
        f"Watch shared addresses, too, in [team]:\n  {line}\n"
        f"If this is somebody's own mailbox, under [accounts.{account}]:\n  watched = false",
    )


def _named(team: Team, seen: Seen) -> set[str]:
    """Our addresses among those that a message was sent to."""
    header = seen.header
    return {a.address for a in (*header.delivered_to, *header.to, *header.cc) if team.is_ours(a.address)}
