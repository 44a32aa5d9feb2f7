"""What `check` found, as people and programs get it."""

import json
from dataclasses import replace
from unicodedata import east_asian_width

from replywatch.domain.messages import Because, Role
from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.check import check_json, check_lines
from replywatch.render.locale import Locale
from story import at

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


OK = Severity.OK
CERTIFICATE = {"server": "imap.example.com:993", "version": "TLSv1.3", "valid_until": 0, "days_left": 9}
TEAM = Finding(OK, "", "team", "team", {"addresses": ("info@a.example",), "domains": (), "people": ("eva@gmx.de",)})
MAIL = {"mailboxes": 3, "messages": 1292, "since": at("2024-05-27 12:00")}


def mailbox(name, role, messages=78):
    said = {"mailbox": name, "role": role, "messages": messages, "because": Because("role.none")}
    return Finding(OK, "info", "mailbox", "mailbox", said | {"of_other_user": False, "read_in": ""})


def skipped(name, because):
    return Finding(OK, "info", "mailbox", "mailbox_skipped", {"mailbox": name, "because": because})


SERVER = [
    Finding(OK, "info", "connection", "certificate", CERTIFICATE),
    Finding(OK, "info", "login", "login", {"username": "info@a.example"}),
    mailbox("INBOX", Role.INBOX, 1208),
    mailbox("Gesendete Objekte", Role.SENT),
    mailbox("Spam", Role.JUNK, 6),
    skipped("Entw\x1brfe", Because("role.unsent")),
    skipped("Kalender", Because("role.no-mail")),
    skipped("Postausgang", Because("role.unsent")),
    skipped("Kalender/\x1b", Because("role.below", value="Kalend\x1br")),
    Finding(OK, "info", "mail", "mail", MAIL),
]
FILES = [
    Finding(OK, "old", "path", "path", {"path": "/mail/old"}),
    Finding(OK, "old", "mail", "mail", MAIL | {"mailboxes": 1, "since": None}),
]


def lines(*findings: Finding, verbose: bool = False, **locale: object) -> list[str]:
    return list(check_lines(findings, Locale(**locale), verbose=verbose))


def test_what_is_wrong_comes_first_and_the_worst_before_the_rest():
    assert lines(FINDINGS[3], *FINDINGS[:3]) == [
        "1 error, 1 warning; accounts fine: 0 of 2.",
        "",
        "error    info, sent: there is no mailbox for sent mail, and this sentence is",
        "         long enough to need a second line",
        "         Name it, under [accounts.info]:",
        '           mailboxes = { sent = ["a name that is long, longer, and longest of all"] }',
        "",
        "warning  eva, clock: late\N{REPLACEMENT CHARACTER}[2J",
    ]


def test_a_line_for_each_account_that_is_fine():
    assert lines(TEAM, *SERVER, *FILES, FINDINGS[3]) == [
        "1 warning; accounts fine: 2 of 3.",
        "",
        "warning  eva, clock: late\N{REPLACEMENT CHARACTER}[2J",
        "",
        "ok       team: info@a.example; ours, too: eva@gmx.de",
        "ok       info: imap.example.com:993, TLSv1.3, login info@a.example; 3 mailboxes,",
        "         1,292 messages since 27 May 2024",
        "         sent: Gesendete Objekte (78); spam: Spam (6); skipped (unsent mail):",
        "         Entw\N{REPLACEMENT CHARACTER}rfe, Postausgang; skipped (Exchange keeps no mail there):",
        "         Kalender; skipped (below Kalend\N{REPLACEMENT CHARACTER}r): Kalender/\N{REPLACEMENT CHARACTER}",
        "ok       old: /mail/old; 1 mailbox, 1,292 messages",
    ]


def test_an_account_with_something_to_say_of_it_is_read_all_the_same():
    warned = replace(FINDINGS[3], account="old")
    assert lines(*FILES, warned)[-1] == "read     old: /mail/old; 1 mailbox, 1,292 messages"


def test_every_line():
    shown = lines(TEAM, *FILES, *FINDINGS[:2], FINDINGS[3], verbose=True)
    assert shown == [
        "1 warning; accounts fine: 2 of 3.",
        "",
        "warning  eva, clock: late\N{REPLACEMENT CHARACTER}[2J",
        "",
        "set-up",
        "  ok       team         info@a.example; ours, too: eva@gmx.de",
        "  ok       config       /home/x/replywatch.toml",
        "",
        "old",
        "  ok       path         /mail/old",
        "  ok       mail         1 mailbox, 1,292 messages",
        "",
        "info",
        "  ok       login        info@example.com",
        "",
        "eva",
        "  warning  clock        late\N{REPLACEMENT CHARACTER}[2J",
    ]


def test_the_first_line():
    assert lines(*FINDINGS[:2]) == ["All is well: 1 account fine."]
    assert lines(FINDINGS[0]) == ["All is well."]
    assert lines(*FINDINGS[3:] * 2)[0] == "2 warnings; accounts fine: 0 of 1."


def test_what_concerns_all_is_no_account():
    broken = replace(FINDINGS[3], account="", severity=Severity.ERROR)
    assert lines(*FILES, broken)[0] == "1 error; accounts fine: 1 of 1."


def test_colours_are_around_the_severity_alone():
    shown = lines(TEAM, *FILES, *FINDINGS[2:], colours=True)
    assert shown[-2:] == [
        "\x1b[32mok       \x1b[0mteam: info@a.example; ours, too: eva@gmx.de",
        "\x1b[32mok       \x1b[0mold: /mail/old; 1 mailbox, 1,292 messages",
    ]
    assert "".join(shown).count("\x1b[") == 2 * 4


def test_it_fits_a_narrow_terminal():
    shown = lines(TEAM, *SERVER, *FILES, *FINDINGS, width=40)
    assert max(len(line) for line in shown if "= {" not in line) <= 40


def test_letters_of_two_columns_are_wrapped_in_time():
    shown = lines(replace(FINDINGS[3], values={"text": "受信トレイ 送信済み " * 8, "hint": "迷惑メール " * 20}))
    assert max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in shown) in range(74, 81)


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
