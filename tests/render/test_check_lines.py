"""What `check` found, as people and programs get it."""

import json

from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.check import check_json, check_lines

FINDINGS = [
    Finding(Severity.OK, "", "config", "/home/x/replywatch.toml"),
    Finding(Severity.OK, "info", "login", "info@example.com"),
    Finding(
        Severity.ERROR,
        "info",
        "sent",
        "there is no mailbox for sent mail, and this sentence is long enough to need a second line",
        'Name it, under [accounts.info]:\n  mailboxes = { sent = ["a name that is long, longer, and longest of all"] }',
    ),
    Finding(Severity.WARNING, "eva", "clock", "late\x1b[2J"),
]


def test_text():
    assert list(check_lines(FINDINGS, 80, colours=False)) == [
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
    assert list(check_lines(FINDINGS[:2], 80, colours=False))[-1] == "All is well."
    assert list(check_lines(FINDINGS[3:] * 2, 80, colours=False))[-1] == "2 warnings."


def test_colours_are_around_the_level_alone():
    lines = list(check_lines(FINDINGS, 80, colours=True))
    assert lines[1] == "  \x1b[32mok       \x1b[0mconfig       /home/x/replywatch.toml"
    assert "".join(lines).count("\x1b[") == 2 * len(FINDINGS)


def test_lines_come_as_soon_as_they_are_known():
    def slowly():
        yield FINDINGS[0]
        raise KeyboardInterrupt

    lines = check_lines(slowly(), 80, colours=False)
    assert [next(lines), next(lines)][1].endswith("replywatch.toml")


def test_json():
    data = json.loads(check_json(FINDINGS))
    assert data["schema"] == "replywatch.check/1"
    assert data["findings"][3] == {
        "level": "warning",
        "account": "eva",
        "topic": "clock",
        "what": "late\x1b[2J",
        "hint": "",
    }
    assert len(data["findings"]) == 4
