"""What `check` found, as people and programs get it."""

import json
from dataclasses import replace
from unicodedata import east_asian_width

from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.check import check_json, check_lines
from replywatch.render.locale import Locale

FINDINGS = [
    Finding(Severity.OK, "", "config", "config", {"path": "/home/x/replywatch.toml"}),
    Finding(Severity.OK, "info", "login", "login", {"username": "info@example.com"}),
    Finding(
        Severity.ERROR,
        "info",
        "sent",
        "failed",
        {
            "text": "there is no mailbox for sent mail, and this sentence is long enough to need a second line",
            "hint": "Name it, under [accounts.info]:\n"
            '  mailboxes = { sent = ["a name that is long, longer, and longest of all"] }',
        },
    ),
    Finding(Severity.WARNING, "eva", "clock", "failed", {"text": "late\x1b[2J", "hint": ""}),
]


def lines(*findings: Finding, **locale: object) -> list[str]:
    return list(check_lines(findings, Locale(**locale)))


def test_text():
    assert lines(*FINDINGS) == [
        "set-up",
        "  ok       config       /home/x/replywatch.toml",
        "",
        "info",
        "  ok       login        info@example.com",
        "  error    sent         there is no mailbox for sent mail, and this sentence is",
        "                        long enough to need a second line",
        "           Name it, under [accounts.info]:",
        '             mailboxes = { sent = ["a name that is long, longer, and longest of all"] }',
        "",
        "eva",
        "  warning  clock        late\N{REPLACEMENT CHARACTER}[2J",
        "",
        "1 error, 1 warning.",
    ]


def test_the_last_line():
    assert lines(*FINDINGS[:2])[-1] == "All is well."
    assert lines(*FINDINGS[3:] * 2)[-1] == "2 warnings."


def test_colours_are_around_the_severity_alone():
    shown = lines(*FINDINGS, colours=True)
    assert shown[1] == "  \x1b[32mok       \x1b[0mconfig       /home/x/replywatch.toml"
    assert "".join(shown).count("\x1b[") == 2 * len(FINDINGS)


def test_letters_of_two_columns_are_wrapped_in_time():
    shown = lines(replace(FINDINGS[3], values={"text": "受信トレイ 送信済み " * 8, "hint": "迷惑メール " * 20}))
    assert max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in shown) in range(74, 81)


def test_lines_come_as_soon_as_they_are_known():
    def slowly():
        yield FINDINGS[0]
        raise KeyboardInterrupt

    shown = check_lines(slowly(), Locale())
    assert [next(shown), next(shown)][1].endswith("replywatch.toml")


def test_json():
    data = json.loads(check_json(FINDINGS, Locale()))
    assert data["schema"] == "replywatch.check/1"
    assert data["findings"][3] == {
        "level": "warning",
        "account": "eva",
        "topic": "clock",
        "code": "failed",
        "what": "late\x1b[2J",
        "hint": "",
    }
    assert len(data["findings"]) == 4
