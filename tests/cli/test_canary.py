"""A password like no other word is looked for wherever the program leaves anything: it is found nowhere."""

from __future__ import annotations

import base64
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from planted import Program
from replywatch.demo.server import ImapServer
from replywatch.errors import SourceError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.honest import Honest
from servers.scripted import Answer, Ending, ScriptedServer
from story import Story

USER = "anna"
PASSWORD = 'Kanarien"vogel\\77'
TRACE = re.compile(r"kanari|ogel\W*77", re.IGNORECASE)
"""The password, and any part of it that is long enough to be a leak."""
PLAIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
XOAUTH2 = base64.b64encode(f"user={USER}\1auth=Bearer {PASSWORD}\1\1".encode()).decode()

COMMANDS = [
    ("poll",),
    ("poll", "--now", "--log", "poll.log", "--log-level", "debug", "--format", "json"),
    ("poll", "--quiet"),
    ("check",),
    ("check", "--format", "json"),
    ("report", "--since", "all"),
    ("report", "--since", "all", "--format", "json"),
    ("report", "--since", "all", "--format", "csv"),
    ("waiting",),
    ("waiting", "--format", "json"),
    ("export",),
    ("export", "--format", "csv"),
    ("explain", "asked@anna.example"),
    ("review", "--format", "jsonl"),
    ("mark", "asked@anna.example", "--no-reply-needed"),
    ("mark", "asked@anna.example", "--undo"),
    ("rebuild",),
    ("forget", "anna@anna.example", "--yes"),
    ("purge", "--before", "2024-01-02", "--yes"),
]
WRONG = [("poll", "--no-such-option"), ("explain", "nobody@nowhere.example"), ("review",), ("init",)]


def decoded(text: str) -> Iterator[str]:
    """What base64 in `text` stands for."""
    for run in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        for start in range(4):
            part = run[start:].translate(str.maketrans("-_", "+/"))
            yield base64.b64decode(part[: len(part) // 4 * 4]).decode("latin-1")


def leaks(text: str) -> list[str]:
    return [found for each in (text, *decoded(text)) for found in TRACE.findall(each)]


@pytest.mark.parametrize("text", [PASSWORD, f"x {PASSWORD!r}", PLAIN, f"a{XOAUTH2}", PASSWORD.upper(), PASSWORD[:7]])
def test_a_leak_would_be_found(text):
    assert leaks(text)


@pytest.fixture
def mail():
    honest = Honest()
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00", message_id="asked@anna.example")
    for letter in story.mails:
        (place,) = letter.places
        honest.put(place.mailbox, letter.raw(place), letter.when)
    return honest


class Bank(Program):
    """The program, every trace of which is kept."""

    said = ""

    def account(self, server: ScriptedServer, password: object, username: str = USER) -> None:
        keys = {"type": "imap", "host": server.host, "port": server.port, "tls": "none", "username": username}
        self.configure({"info": keys | {"password": password}})

    def hear(self, *words: str) -> int:
        done = self.call(*words, debug=True)
        self.said += f"{words}: {done.stdout}{done.stderr}"
        return done.returncode

    def traces(self, *but: Path) -> str:
        files = [path for path in self.folder.rglob("*") if path.is_file() and path not in but]
        assert self.store in files
        return self.said + "".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)


@pytest.fixture
def keyring():
    keyring = pytest.importorskip("keyring")

    class Backend(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return PASSWORD if (service, username) == ("replywatch", USER) else None

        def set_password(self, service, username, password):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Backend())
    yield {"keyring": "replywatch"}
    keyring.set_keyring(before)


@pytest.fixture(params=["in clear", "env", "command", "file", "keyring"])
def way(request, bank):
    """A way to give the password: (the value in the config, the file that has to hold it)."""
    file = bank.folder / "secret"
    match request.param:
        case "in clear":
            return PASSWORD, bank.folder / "replywatch.toml"
        case "env":
            bank.environment["INFO_SECRET"] = PASSWORD
            return {"env": "INFO_SECRET"}, file
        case "command":
            file.write_text(PASSWORD)
            return {"command": f"cat {file}"}, file
        case "file":
            file.write_text(PASSWORD)
            file.chmod(0o600)
            return {"file": "secret"}, file
    return request.getfixturevalue("keyring"), file


@pytest.mark.parametrize("level", ["", "--debug"])
def test_every_command(bank, way, mail, level):
    password, holder = way
    with ScriptedServer(mail.answers()) as server:
        bank.account(server, password)
        codes = {words: bank.hear(*words, *filter(None, [level])) for words in (*COMMANDS, *WRONG)}
        assert server.said("LOGIN")[0].count("Kanari") == 1, "the server did get it"
    assert {words for words, code in codes.items() if code} == set(WRONG), bank.said
    assert not leaks(bank.traces(holder))


def quoting(answer: bytes) -> Answer:
    """Says `ALL` for what the client said."""
    return lambda said: answer.replace(b"ALL", said.encode())


BARE = PASSWORD.encode()
QUOTING: dict[str, dict[str, Answer]] = {
    "NO": {"LOGIN": quoting(b"TAG NO wrong: ALL\r\n")},
    "BAD": {"LOGIN": quoting(b"TAG BAD what is ALL\r\n")},
    "BYE": {"LOGIN": quoting(b"* BYE ALL\r\n")},
    "OK": {"LOGIN": quoting(b"* OK ALL\r\n* NO ALL\r\nTAG OK [CAPABILITY IMAP4rev1 ALL] ALL\r\n")},
    "as it is": {"LOGIN": b"TAG NO no password %s here\r\n" % BARE},
    "upper case": {"LOGIN": b"TAG NO no password %s here\r\n" % BARE.upper()},
    "PLAIN": {"LOGIN": b"TAG NO a%s\r\n" % PLAIN.encode()},
    "XOAUTH2": {"LOGIN": b"TAG NO <%s>\r\n" % XOAUTH2.encode()},
    "no response": {"LOGIN": quoting(b"LOGIN ALL\r\nTAG NO\r\n")},
    "cut off by us": {"LOGIN": quoting(b"TAG NO " + b"x" * 185 + b" ALL\r\n")},
    "a line too odd": {"LOGIN": quoting(b"* " + b"x" * 62 + b" ALL")},
    "busy": {"LOGIN": quoting(b"TAG NO [UNAVAILABLE] ALL\r\n")},
    "later": {"LIST": b"TAG NO %s\r\n" % BARE},
    "later, cut off": {"LIST": b"* LIST (%s\r\n%s %s" % (BARE, b"y" * 67, BARE)},
    "STATUS": {"STATUS": b"TAG NO %s\r\n" % BARE, "EXAMINE": b"TAG NO %s\r\n" % PLAIN.encode()},
    "EXAMINE": {"EXAMINE": b"TAG OK %s\r\n" % BARE},
    "SEARCH": {"UID SEARCH": b"TAG NO %s\r\n" % BARE},
    "SEARCH BYE": {"UID SEARCH": b"* BYE %s\r\n" % BARE},
    "SEARCH no response": {"UID SEARCH": b"%s %s\r\nTAG OK\r\n" % (b"z" * 70, BARE)},
    "FETCH": {"UID FETCH": b"TAG NO %s\r\n" % BARE},
    "FETCH busy": {"UID FETCH": b"TAG NO [LIMIT] %s\r\n" % BARE},
    "FETCH BYE": {"UID FETCH": lambda _: Ending(b"* BYE %s" % BARE)},
    "FETCH no response": {"UID FETCH": b"%s %s\r\nTAG OK\r\n" % (b"z" * 70, BARE)},
}
UNHURT = {"OK", "FETCH", "FETCH no response"}
"""A poll goes on: what can't be fetched is put into quarantine."""


@pytest.mark.parametrize("username", [USER, "Ännchen"], ids=["LOGIN", "AUTHENTICATE"])
@pytest.mark.parametrize("case", QUOTING)
def test_servers_that_say_it_back(bank, mail, case, username):
    answers = dict(QUOTING[case])
    if username != USER and "LOGIN" in answers:
        answers["AUTHENTICATE"] = answers.pop("LOGIN")
    with ScriptedServer(mail.answers() | answers) as server:
        bank.account(server, PASSWORD, username)
        codes = [bank.hear(*words, "--debug") for words in COMMANDS[:6]]
        assert 70 not in codes, bank.said
        assert (codes[0] == 0) == (case in UNHURT), bank.said
    assert not leaks(bank.traces(bank.folder / "replywatch.toml"))


@pytest.mark.parametrize("case", sorted(QUOTING.keys() - UNHURT))
def test_an_error_on_the_way_does_not_carry_it_into_a_traceback(mail, case):
    """Also where an error does reach the frame of the program, and `--debug` prints what caused it."""
    with ScriptedServer(mail.answers() | QUOTING[case]) as server, pytest.raises(SourceError) as caught:
        read(ImapSettings(server.host, USER, PASSWORD, server.port, "none"))
    assert not leaks("".join(traceback.format_exception(caught.value)))


def read(settings: ImapSettings) -> None:
    with ImapSource(settings) as source:
        source.mailboxes()
        source.status("INBOX", None)
        source.open("INBOX", None)
        source.uids(1, 9)
        list(source.fetch([1, 2]))


class TestProcesses:
    @pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
    def test_the_server_of_the_demo_knows_no_password_of_ours(self, tmp_path, monkeypatch):
        monkeypatch.setenv("INFO_SECRET", PASSWORD)
        monkeypatch.setenv("REPLYWATCH_INFO_PASSWORD", PASSWORD)
        (tmp_path / "cur").mkdir()
        with ImapServer(tmp_path, "info@example.com") as server:
            process = Path("/proc", str(server._process.pid))
            environment = process.joinpath("environ").read_text()
            words = process.joinpath("cmdline").read_text()
        assert "PATH=" in environment
        assert not leaks(environment + words)
        assert server.password not in environment + words

    @pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
    def test_a_running_poll(self, bank, mail):
        """The password of a file is neither in the words nor in the environment of the program or of its children."""
        (bank.folder / "secret").write_text(PASSWORD)
        pipe = bank.folder / "pipe"
        os.mkfifo(pipe)
        with ScriptedServer(mail.answers()) as server:
            bank.account(server, {"command": ["sh", "-c", f"cat secret; echo; cat '{pipe}' >/dev/null"]})
            with bank.start("poll") as child:
                with pipe.open("w"):  # the command waits here: all that will run does run now
                    seen = [f.read_bytes().decode("latin-1") for f in processes_of(child.pid)]
                child.communicate(timeout=60)
            assert child.returncode == 0
        assert any("cat" in each for each in seen)
        assert not leaks("".join(seen))


def processes_of(parent: int) -> Iterator[Path]:
    """Words and environment of a process and of all below it."""
    process = Path("/proc", str(parent))
    yield process / "cmdline"
    yield process / "environ"
    for children in process.glob("task/*/children"):
        for child in children.read_text().split():
            yield from processes_of(int(child))
