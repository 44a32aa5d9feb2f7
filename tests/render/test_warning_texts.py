"""Warnings in words, and that the words are nowhere else."""

import ast
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import replywatch
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.render.locale import Locale
from replywatch.render.warnings import PHRASES, config_lines, warning_text
from story import cases

SOURCE = Path(replywatch.__file__).parent
BERLIN = Locale(ZoneInfo("Europe/Berlin"))
AT = 1_780_000_000
"""2026-05-28T20:26:40Z, in Berlin 22:26, in Auckland the next day."""
SENDERS = [{"address": "sales@example.net", "count": 12}, {"address": 'q"@example.net', "count": 1}]

MAILBOXES = [{"address": "eva@example.com", "toml": "[accounts.eva]"}, {"address": "{ben}@x", "toml": "[accounts.ben]"}]

SENTENCES = [
    (Code.NO_MAIL_READ, {}, "No mail has been read yet: run `replywatch poll` first."),
    (Code.NEVER_READ_COMPLETELY, {"error": None}, "Account info has never been read completely."),
    (
        Code.NEVER_READ_COMPLETELY,
        {"error": "login refused"},
        "Account info has never been read completely; the last attempt failed: login refused",
    ),
    (
        Code.LAST_ATTEMPT_FAILED,
        {"last_complete_at": AT, "error": "no {route} to host"},
        "Account info was last read completely on 2026-05-28; the last attempt failed: no {route} to host",
    ),
    (
        Code.NO_SENT_MAILBOX,
        {},
        (
            "No Sent mailbox found in account info: its replies are not seen. Name it in the config, "
            'under [accounts.info]: mailboxes = { sent = ["…"] }'
        ),
    ),
    (
        Code.MESSAGES_UNREAD,
        {"count": 1},
        (
            "1 message of account info can't be read so far: every poll tries again, and until then nobody knows who "
            "wrote."
        ),
    ),
    (
        Code.MAILBOXES_UNOPENED,
        {
            "unopened": [{"mailbox": "Sent", "last_read_at": AT}, {"mailbox": "", "last_read_at": None}],
            "more": 2,
        },
        (
            'Account info: Sent (read up to 2026-05-28), "" (never read) and 2 more can\'t be opened. An answer '
            "may lie there, so whoever has none since is counted as unknown. Make it readable; or, if neither answers "
            "nor enquiries lie there, leave it out in the config, under [accounts.info]: "
            'mailboxes = { skip = ["Sent", ""] }'
        ),
    ),
    (Code.SENT_EMPTY, {}, "The Sent mailbox of account info is empty: replies written elsewhere are not seen."),
    (
        Code.NO_MAIL_OF_OURS,
        {"kind": "mbox"},
        "Account info (mbox) holds no mail written by the team: its replies are not seen.",
    ),
    (
        Code.SENT_BEGINS_LATE,
        {"begins_at": AT},
        "Sent mail starts only on 2026-05-28: mail from before that has no answer here is counted as unknown.",
    ),
    (
        Code.COVERAGE_ENDS_EARLY,
        {"last_read_at": AT},
        "Mail was read only up to 2026-05-28: later replies are not seen.",
    ),
    (
        Code.SENDERS_NOT_OURS,
        {"senders": SENDERS, "more": 0},
        (
            "Senders found in Sent mail that are not in [team], with their messages: sales@example.net (12), "
            "q\"@example.net (1). Their mail counts as nobody's reply. If they are yours, add them in the config, "
            'under [team]: people = […, "sales@example.net", "q\\"@example.net"]; or under addresses, if customers '
            "write there"
        ),
    ),
    (
        Code.SENDERS_NOT_OURS,
        {"senders": SENDERS[:1], "more": 2},
        (
            "Senders found in Sent mail that are not in [team], with their messages: sales@example.net (12) and 2 more."
            " Their mail counts as nobody's reply. If they are yours, add them in the config, under [team]: people = "
            '[…, "sales@example.net"]; or under addresses, if customers write there'
        ),
    ),
    (
        Code.UNSURE_CLOCKS,
        {"unsure": 8, "answered": 10, "reason": "arrival_received"},
        (
            "8 of 10 waits rest on an unsure clock, most often because the mail came into its mailbox long after it had"
            " been received, as in an import."
        ),
    ),
    (
        Code.AS_OF_NOT_READ,
        {"last_read_at": AT},
        "Mail was read only up to 2026-05-28 22:26: these are the figures of then.",
    ),
    (
        Code.READ_IN_FUTURE,
        {"last_read_at": AT},
        "The mail was last read at 2026-05-28 22:26, which is still to come: set the clock, and run `replywatch poll`.",
    ),
    (
        Code.READ_LONG_AGO,
        {"last_read_at": AT, "age_seconds": 4 * 86_400 - 1},
        "Account info was last read completely 3 days ago: run `replywatch poll`.",
    ),
    (
        Code.READ_LONG_AGO,
        {"last_read_at": AT, "age_seconds": 2 * 86_400 - 1},
        "Account info was last read completely 1 d 23 h ago: run `replywatch poll`.",
    ),
    (
        Code.ARCHIVE_ENDS,
        {"last_read_at": AT},
        "The archive ends on 2026-05-28: these are the figures of then.",
    ),
    (
        Code.ACCOUNT_CHANGED,
        {"was": "info@a.example at imap.a.example", "now": "/mail/{x}"},
        (
            "Account info was info@a.example at imap.a.example, now /mail/{x}: its mail is left out, and answers in it"
            " are not seen. If the same mail is there, `replywatch poll` goes on with it; else name it otherwise, or"
            " say `replywatch account move info` (the same mail all the same) or `replywatch account drop info`."
        ),
    ),
    (
        Code.ANSWERS_UNSEEN,
        {"conversations": 1, "mailboxes": MAILBOXES, "more": 0},
        (
            "1 conversation goes on after mail of ours that was not seen: somebody answers from a mailbox that is not "
            "read, and who did not write again counts as unanswered. Add it as an account; most likely it is that of "
            "eva@example.com, {ben}@x."
        ),
    ),
    (
        Code.ANSWERS_UNSEEN,
        {"conversations": 2, "mailboxes": [], "more": 0},
        (
            "2 conversations go on after mail of ours that was not seen: somebody answers from a mailbox that is not "
            "read, and who did not write again counts as unanswered. Answers in the name of a shared address often lie "
            "in the mailbox of whoever wrote them: add it with watched = false, or let the server keep a copy in the "
            "shared one."
        ),
    ),
    (
        Code.ANSWERS_TO_MISSING,
        {"count": 10},
        (
            "10 answers of ours are to mail that is no longer in any mailbox. What is deleted for good once it is "
            "answered can't be counted, so that the unanswered weigh too much here. Keep answered mail, if only in an "
            "archive."
        ),
    ),
    (
        Code.LEDGER_OPEN,
        {},
        "The account does not close: messages were lost on the way. This is a bug, please report it.",
    ),
]


def test_of_several_mailboxes_the_lines_of_the_likeliest_are_shown():
    values = {"conversations": 1, "mailboxes": MAILBOXES, "more": 0}
    assert config_lines(Warning(Code.ANSWERS_UNSEEN, values=values)) == ["[accounts.eva]"]
    assert config_lines(Warning(Code.ANSWERS_UNSEEN, values=values | {"mailboxes": []})) == []
    assert config_lines(Warning(Code.LEDGER_OPEN)) == []


@cases("code", "values", "sentence", rows=[(f"{code} {n}", code, *rest) for n, (code, *rest) in enumerate(SENTENCES)])
def test_each_is_said_so(code, values, sentence):
    assert warning_text(Warning(code, "info", values), BERLIN) == sentence


def test_what_is_true_of_all_accounts_names_none():
    warning = Warning(Code.READ_LONG_AGO, "", {"last_read_at": AT, "age_seconds": 3 * 86_400})
    assert warning_text(warning, BERLIN) == "The mail was last read completely 3 days ago: run `replywatch poll`."


def test_whatever_the_core_can_find_has_words_and_nothing_else_has():
    assert set(PHRASES) == set(Code) == {code for code, _, _ in SENTENCES}
    made = set(re.findall(r"Warning\(Code\.(\w+)", "".join(text for _, text in sources("domain", "app"))))
    assert made == {code.name for code in Code}, "a code that nobody finds is no code"


def test_instants_are_shown_where_the_reader_is():
    late = Warning(Code.SENT_BEGINS_LATE, values={"begins_at": AT})
    assert "only on 2026-05-29:" in warning_text(late, Locale(ZoneInfo("Pacific/Auckland")))


def test_hostile_values_are_never_taken_for_a_template():
    hostile = Warning(Code.LAST_ATTEMPT_FAILED, "{error.__class__}", {"last_complete_at": AT, "error": "{account}"})
    assert warning_text(hostile, BERLIN) == (
        "Account {error.__class__} was last read completely on 2026-05-28; the last attempt failed: {account}"
    )


def sources(*rooms):
    """(path, text) of every file in these rooms."""
    paths = [path for room in rooms for path in sorted((SOURCE / room).rglob("*.py"))]
    return [(path, path.read_text(encoding="utf-8")) for path in paths]


def texts_in(source):
    """Every text in the code of `source` that is no docstring."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


FRAGMENTS = [part for text in PHRASES.values() for part in re.split(r"[{}.:;]", text) if len(part.split()) >= 4]


ROOMS = sorted({path.parent.relative_to(SOURCE).parts[0] for path in SOURCE.glob("*/**/*.py")} - {"render"})


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_of_a_warning_stands_elsewhere(room):
    assert len(FRAGMENTS) > len(PHRASES)
    elsewhere = [(path.name, text) for path, source in sources(room) for text in texts_in(source)]
    assert [(name, part) for name, text in elsewhere for part in FRAGMENTS if part.strip() in text] == []


@pytest.mark.parametrize("name", ["warning", "warnings"])
def test_where_warnings_are_found_nothing_is_phrased(name):
    (source,) = [text for path, text in sources("domain/results") if path.stem == name]
    assert [text for text in texts_in(source) if " " in text] == []
