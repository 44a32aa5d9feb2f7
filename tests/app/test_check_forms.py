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
CASES = [
    ("ours, automatic", through("web@example.com", AUTO), True),
    ("ours, bulk", through("web@example.com", BULK), True),
    ("a hoster's, automatic", through("form@host.example", AUTO), True),
    ("found by itself", through("web@example.com", ""), False),
    ("two people only", through("web@example.com", AUTO, PEOPLE[:2] * 3), False),
    ("a ticket system", through("t@desk.example", AUTO, [f"{n}@r.example" for n in "abc"]), False),
    ("a newsletter", through("news@shop.example", f"{BULK}List-Unsubscribe: <https://x>\r\n", PEOPLE[:1] * 9), False),
    ("Reply-To is ours", through("web@example.com", AUTO, ["a@example.com", "b@example.com", "c@example.com"]), False),
    ("no Reply-To", [f"From: web@example.com\r\nTo: info@example.com\r\n{AUTO}\r\n"] * 5, False),
    ("bounces", through("form@host.example", "Content-Type: multipart/report; report-type=delivery-status\r\n"), False),
    ("no From", [f"Reply-To: {p}\r\n{AUTO}\r\n" for p in PEOPLE], False),
]  # fmt: skip


@cases("mails", "named", rows=CASES)
def test_who_is_named(mails: list[str], named: bool) -> None:
    assert bool(found(mails)) == named


def test_with_counts_and_the_line_for_the_config() -> None:
    team = Team(OURS.addresses, OURS.domains, webforms=frozenset({"old@example.com"}))
    (finding,) = found([*through("web@example.com", AUTO), *through("web@example.com", AUTO, PEOPLE[:1])], team)
    assert (finding.severity, finding.topic) == (Severity.WARNING, "webforms")
    assert "web@example.com (5 from 4 people)" in finding.what
    assert finding.hint.endswith('\n  webforms = ["old@example.com", "web@example.com"]')


@pytest.mark.parametrize("fields", [AUTO, BULK])
def test_the_hint_helps(fields: str) -> None:
    assert found(through("web@example.com", fields), Team(*CURED)) == []


CURED = (OURS.addresses, OURS.domains, frozenset[str](), frozenset({"web@example.com"}))
