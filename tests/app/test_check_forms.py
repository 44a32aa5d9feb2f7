"""`check` names web forms whose mail counts as automatic, and nothing that only looks a bit like one."""

from collections.abc import Sequence

import pytest

from replywatch.app.checking.forms import form_findings
from replywatch.app.checking.samples import Seen
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import read
from replywatch.domain.results.finding import Severity
from replywatch.domain.team import Team
from said import Said, in_words
from story import cases

PEOPLE = ("anna@anna.example", "carl@gmx.example", "dora@dora.example", "emil@gmx.example")
OURS = Team(("info@example.com",), ("example.com",))


def sent(sender: str, reply_to: str, fields: str = "", to: str = "info@example.com") -> str:
    return f"From: {sender}\r\nReply-To: {reply_to}\r\nTo: {to}\r\nSubject: Message from the web site\r\n{fields}\r\n"


def found(mails: Sequence[str], team: Team = OURS) -> list[Said]:
    headers = [parse_header(mail.encode()) for mail in mails]
    return in_words(form_findings(team, "info", [Seen(None, header, read(header, team)) for header in headers]))


def through(sender: str, fields: str, people: Sequence[str] = PEOPLE) -> list[str]:
    return [sent(sender, person, fields) for person in people]


AUTO, BULK = "Auto-Submitted: auto-generated\r\n", "Precedence: bulk\r\n"
MANY = f"{BULK}List-Unsubscribe: <https://x>\r\n"
RELAY = "kontakt@host.example"
CASES = [
    ("automatic", through(RELAY, AUTO), True),
    ("bulk", through(RELAY, BULK), True),
    ("two people", through(RELAY, AUTO, PEOPLE[:2]), True),
    ("two people at one mail provider", through(RELAY, AUTO, ["anna@gmx.de", "carl@gmx.de"]), True),
    ("counted as one sender's", through(RELAY, "", PEOPLE[:2]), True),
    ("one person", through(RELAY, AUTO, PEOPLE[:1] * 9), False),
    ("found by itself, ours", through("web@example.com", AUTO), False),
    ("found by itself, a hoster's", through("form@host.example", AUTO), False),
    ("found by itself, a service's", through("notify@host.example", MANY.replace("bulk", "junk")), False),
    ("a ticket system", through("t@desk.example", AUTO, [f"{n}@r.example" for n in "abc"]), False),
    ("a newsletter", through("news@shop.example", MANY, PEOPLE[:1] * 9), False),
    ("newsletters of several customers", through("news@service.example", MANY), False),
    ("a list's", through("anna@firma.example", "List-Id: <a.b.example>\r\n", ["a@x.example", "b@y.example"]), False),
    ("Reply-To is ours", through(RELAY, AUTO, ["a@example.com", "b@example.com", "c@example.com"]), False),
    ("no Reply-To", [f"From: {RELAY}\r\nTo: info@example.com\r\n{AUTO}\r\n"] * 5, False),
    ("bounces", through(RELAY, "Content-Type: multipart/report; report-type=delivery-status\r\n"), False),
    ("no From", [f"Reply-To: {p}\r\n{AUTO}\r\n" for p in PEOPLE], False),
    ("a person's addresses", through("anna@firma.example", "", ["anna@home.example", "anna@club.example"]), False),
    ("a person's by name", through("Anna <a@firma.example>", "", [f"Anna <{p}>" for p in PEOPLE]), False),
    ("to lists", [sent("a@b.example", p, to=f"{p}, info@example.com") for p in PEOPLE], False),
    ("a colleague's", [sent("ben@example.com", p, to="z@z.example") for p in PEOPLE], False),
]  # fmt: skip


@cases("mails", "named", rows=CASES)
def test_who_is_named(mails: list[str], named: bool) -> None:
    assert bool(found(mails)) == named


def test_with_counts_and_the_line_for_the_config() -> None:
    team = Team(OURS.addresses, OURS.domains, webforms=frozenset({"old@example.com"}))
    (finding,) = found([*through(RELAY, AUTO), *through(RELAY, AUTO, PEOPLE[:1])], team)
    assert (finding.severity, finding.topic) == (Severity.WARNING, "webforms")
    assert f"{RELAY} (5 from 4 people)" in finding.what
    assert finding.hint.endswith(f'\n  webforms = ["old@example.com", "{RELAY}"]')


@pytest.mark.parametrize("fields", [AUTO, BULK, MANY, ""])
def test_the_hint_helps(fields: str) -> None:
    team = Team(OURS.addresses, OURS.domains, webforms=frozenset({RELAY}))
    assert found(through(RELAY, fields), team) == []
    assert {read(parse_header(mail.encode()), team).parties.contact for mail in through(RELAY, fields)} == set(PEOPLE)
