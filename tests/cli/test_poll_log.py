"""The log of a poll: levels and instants, for its owner alone, and nothing in it of mail, mailboxes or passwords."""

from __future__ import annotations

import os
import re
import sys
from types import SimpleNamespace

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.cli import poll as module
from replywatch.domain.results.notice import Notice
from replywatch.domain.results.polled import AccountOutcome, Braked, UnopenedMailbox
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError, SourceError
from replywatch.render.poll_log import account_log, harmless, notice_log
from servers.honest import Box, Honest
from servers.scripted import Ending, ScriptedServer
from story import Story

CONTACT, SUBJECT, MAILBOX, PASSWORD = (
    "Annegret.Ypsilon@kunde-quux.example",
    "Treppenlift Xylophon",
    "Kunden/Zwiebelfisch",
    "Kanarie77",
)
PLANTED = re.compile(r"annegret|ypsilon|quux|treppenlift|xylophon|zwiebel|kanarie", re.IGNORECASE)
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR) \S[^\n]*")
WELL = AccountOutcome("info", 2, 3, None, 0, lacks_sent=False)


def planted_mail():
    story = Story()
    story.outbound(CONTACT, "2024-01-05 09:00", subject=SUBJECT)
    story.inbound(CONTACT, "2024-03-02 09:00", subject=SUBJECT)
    story.inbound(CONTACT, "2024-03-03 09:00", subject=SUBJECT, mailbox=MAILBOX)
    return story


@pytest.fixture
def office(tmp_path):
    plant_maildir(planted_mail(), tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


def logged(office, *words, level="debug", code=0):
    """The lines that such a poll adds to the log."""
    path = office.folder / "poll.log"
    before = path.read_text().splitlines() if path.exists() else []
    done = office.call("poll", "--log", "poll.log", "--log-level", level, *words)
    assert done.returncode == code, done.stderr
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[: len(before)] == before
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return [line.partition(" ")[2] for line in lines[len(before) :]]


def test_a_poll(office):
    assert logged(office, level="info") == [
        "INFO info: 3 new messages, 3 mailboxes",
        "INFO 3 new messages, 1 account read",
    ]


@pytest.mark.parametrize(
    ("level", "levels"),
    [
        ("debug", {"DEBUG", "INFO", "WARNING", "ERROR"}),
        ("info", {"INFO", "WARNING", "ERROR"}),
        ("warning", {"WARNING", "ERROR"}),
        ("error", {"ERROR"}),
    ],
)
def test_levels(office, level, levels):
    office.configure({"info": maildir_account(path="nowhere")})
    assert {line.split()[0] for line in logged(office, level=level, code=1)} == levels


def test_instants_are_those_of_the_world(office, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    logged(office)
    assert LINE.match((office.folder / "poll.log").read_text())


def test_it_says_each_time_what_cron_hears_once(office):
    office.configure({"info": maildir_account(path="nowhere")})
    first, second = (logged(office, "--quiet", level="warning", code=1) for _ in range(2))
    assert first == ["WARNING info: failed (source)", "ERROR no account could be read: info (exit code 1)"]
    assert second == ["WARNING info: failed (source)", "WARNING ended (exit code 1)"]


def test_how_it_ended(office, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError(SUBJECT)

    assert logged(office, "nobody", level="error", code=2) == [
        "ERROR there is no account 'nobody' in the config (exit code 2)"
    ]
    monkeypatch.setattr("replywatch.app.polling.poll.derive", bug)
    assert logged(office, level="error", code=70) == ["ERROR a bug: ZeroDivisionError"]


def test_every(office, monkeypatch):
    def pause(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: 1_710_932_400, sleep=pause, monotonic=lambda: 0.0))
    assert logged(office, "--every", "5m", code=130, level="info")[-2:] == [
        "INFO 3 new messages, 1 account read",
        "INFO interrupted",
    ]


class TestTheFile:
    def test_belongs_to_its_owner_alone(self, office):
        old = os.umask(0)
        try:
            logged(office)
        finally:
            os.umask(old)
        assert oct((office.folder / "poll.log").stat().st_mode & 0o777) == "0o600"

    def test_keeps_the_rights_that_somebody_gave_it(self, office):
        path = office.folder / "poll.log"
        path.touch(0o640)
        path.chmod(0o640)
        logged(office)
        assert oct(path.stat().st_mode & 0o777) == "0o640"

    def test_may_be_rotated_while_passes_go_on(self, office, monkeypatch):
        path, old = office.folder / "poll.log", office.folder / "poll.log.1"

        def pause(_):
            if old.exists():
                raise KeyboardInterrupt
            path.rename(old)

        now = SimpleNamespace(time=lambda: 1_710_932_400, sleep=pause, monotonic=lambda: 0.0)
        monkeypatch.setattr(module, "time", now)
        office.call("poll", "--every", "5m", "--log", "poll.log")
        assert "3 new messages, 1 account read" in old.read_text()
        assert "0 new messages, 1 account read" in path.read_text()
        assert oct(path.stat().st_mode & 0o777) == "0o600"

    def test_whose_folder_goes_away_ends_no_poll(self, office, monkeypatch):
        folder = office.folder / "logs"
        folder.mkdir()

        def pause(_):
            if not folder.exists():
                raise KeyboardInterrupt
            (folder / "poll.log").unlink()
            folder.rmdir()

        now = SimpleNamespace(time=lambda: 1_710_932_400, sleep=pause, monotonic=lambda: 0.0)
        monkeypatch.setattr(module, "time", now)
        done = office.call("poll", "--every", "5m", "--log", "logs/poll.log")
        assert done.returncode == 130
        assert done.stderr.count("can't be written") == 1
        assert "0 new messages, 1 account read" in done.stderr

    @pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
    def test_on_a_full_disk(self, office):
        done = office.call("poll", "--log", "/dev/full")
        assert done.returncode == 0
        assert done.stderr.count("can't be written") == 1

    @pytest.mark.parametrize("path", ["no/such/folder/poll.log", "."])
    def test_that_can_not_be_made(self, office, path):
        assert "Error: " in office.fails("poll", "--log", path, code=2)
        assert not office.store.exists()


class TestNamesNobody:
    """Nobody's name, no subject, no mailbox, no password, whatever goes wrong and whatever a server says."""

    def clean(self, lines):
        assert lines
        assert [line for line in lines if PLANTED.search(line)] == []

    def test_what_is_planted_would_be_found(self):
        for words in (CONTACT, SUBJECT, MAILBOX, PASSWORD):
            assert PLANTED.search(words)

    def test_a_poll_of_files(self, office):
        self.clean(logged(office))

    def test_mail_that_vanishes(self, office):
        story = Story()
        for number in range(40):
            story.inbound(f"p{number}", "2024-03-02 09:00", mailbox=MAILBOX)
        plant_maildir(story, office.folder / "mail")
        logged(office)
        for path in sorted((office.folder / "mail" / ".Kunden.Zwiebelfisch" / "cur").iterdir())[:35]:
            path.unlink()
        lines = logged(office)
        self.clean(lines)
        assert "WARNING info: 35 of 41 messages of a mailbox are missing" in lines

    def test_a_mailbox_that_the_config_names_and_that_is_not_there(self, office):
        office.configure({"info": maildir_account(mailboxes={"sent": ["Xylophon"]})})
        self.clean(logged(office, code=3))

    def test_a_file_that_can_not_be_read(self, office):
        folder = office.folder / "mail" / ".Kunden.Zwiebelfisch"
        for part in ("cur", "new"):
            (folder / part).rename(folder / f"{part}.old")
            (folder / part).write_text("no folder")
        office.call("poll")
        self.clean(logged(office, code=office.call("poll").returncode))

    @pytest.mark.parametrize(
        "answers",
        [
            {},
            {"LOGIN": f"TAG NO no {PASSWORD} for <{CONTACT}>\x1b[2J\r\n".encode()},
            {"LOGIN": f"TAG NO [UNAVAILABLE] {CONTACT}\r\n".encode()},
            {"LIST": lambda _: Ending(f"* BYE {CONTACT} wrote".encode())},
            {"EXAMINE": f"TAG NO {SUBJECT} by {CONTACT}\r\n".encode()},
            {"UID FETCH": f"TAG NO {SUBJECT} by {CONTACT}\r\n".encode()},
        ],
        ids=["honest", "refused", "busy", "hangs up", "mailbox", "message"],
    )
    def test_servers(self, office, answers):
        honest = Honest()
        honest.boxes[MAILBOX] = Box()
        for letter in planted_mail().mails:
            (place,) = letter.places
            honest.put(place.mailbox, letter.raw(place), letter.when)
        with ScriptedServer(honest.answers() | answers) as server:
            keys = {"type": "imap", "host": server.host, "port": server.port, "tls": "none", "username": "info"}
            office.configure({"info": keys | {"password": PASSWORD}})
            done = office.call("poll", "--log", "poll.log", "--log-level", "debug")
        assert done.returncode in (0, 1, 3), done.stderr
        lines = (office.folder / "poll.log").read_text(encoding="utf-8").splitlines()
        self.clean(lines)
        assert [line for line in lines if not LINE.fullmatch(line)] == []
        assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (LoginError("h:993 refused a@b.example: <c@d>\nx"), "failed (login): h:993 refused <address>: <<address>> x"),
        (ConnectError("h:993 refuses connections"), "failed (connection): h:993 refuses connections"),
        (CertificateError("h:993 expired"), "failed (certificate): h:993 expired"),
        (SecretError("accounts.info: X is not set"), "failed (password): accounts.info: X is not set"),
        (MailboxError("Mailbox 'Anna' can't be opened"), "failed (mailbox)"),
        (SourceError("/mail/.Anna can't be read"), "failed (source)"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_errors(error, text):
    (line,) = account_log(AccountOutcome("info", 0, 0, error, 0, lacks_sent=False))
    assert line == (30, f"info: {text}")


def test_all_that_may_be_wrong_with_an_account_that_was_read():
    hold = Braked("Anna", 30, 40, capped=False, begins=True)
    shut = (UnopenedMailbox("Anna", is_hole=True, why="Anna"), UnopenedMailbox("Will", is_hole=False))
    outcome = AccountOutcome("info", 2, 3, None, 4, lacks_sent=True, holds=(hold,), unopened=shut)
    assert list(account_log(outcome)) == [
        (20, "info: 2 new messages, 3 mailboxes"),
        (30, "info: 4 messages could not be read"),
        (30, "info: 2 mailboxes can't be opened, 1 of them a hole in coverage"),
        (30, "info: 30 of 40 messages of a mailbox are missing"),
        (30, "info: no Sent mailbox found"),
    ]


def test_notices():
    values = {"account": "info", "error": "'Anna' is in use", "kind": "mailbox", "seconds": 8}
    assert notice_log(Notice("trying_again", values)) == (20, "info: mailbox; trying again in 8 s")
    assert notice_log(Notice("config_changed")) == (20, "config changed")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("anna@b.example", "<address>"),
        ('"anna"@b.example wrote', '"anna"@b.example wrote'),
        ("to=<a@b>, b@c;", "to=<<address>>, <address>;"),
        ("a @ b", "a @ b"),
        ("x\x1b]0;y\x07\r\nINFO forged", "x\ufffd]0;y\ufffd INFO forged"),
    ],
)
def test_harmless(text, shown):
    assert harmless(text) == shown
