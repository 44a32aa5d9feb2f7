"""What goes wrong ends with one clear text, the right exit code, and no traceback."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from planted import Program, dovecot_account, interrupt, maildir_account, plant_dovecot, plant_maildir
from servers.dovecot import Dovecot
from servers.scripted import ScriptedServer
from story import Story

ALL_READERS = [("report",), ("waiting",), ("export",), ("explain", "abcdef")]


def small_story():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    anna = story.inbound("anna", "2024-03-02 09:00")
    story.reply(anna, "2024-03-02 10:00")
    story.inbound("will", "2024-03-03 09:00")
    return story


@pytest.fixture
def local(tmp_path):
    """An office on disk that nobody has polled yet."""
    plant_maildir(small_story(), tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


@pytest.fixture
def remote(tmp_path, dovecot_user):
    """An office on the server that nobody has polled yet."""
    plant_dovecot(small_story(), dovecot_user)
    return Program(tmp_path, apart=True, accounts={"info": dovecot_account(dovecot_user)})


def lines_of(text):
    lines = text.splitlines()
    assert len(lines) >= 2, "what happened, and what to do"
    return lines


class TestServers:
    @pytest.mark.parametrize(
        ("keys", "what", "advice"),
        [
            ({"password": "wrong"}, "refused the login of", "Check `username` and `password`"),
            ({"password": {"env": "NO_SUCH_VARIABLE"}}, "NO_SUCH_VARIABLE is not set", "export NO_SUCH_VARIABLE="),
            ({"host": "nowhere.invalid"}, "nowhere.invalid", "Check `host`"),
            ({"host": Dovecot.SELF_SIGNED}, "is not trusted", "`ca_file`"),
            ({"host": Dovecot.EXPIRED}, "certificate has expired", "renew"),
            ({"host": Dovecot.WRONG_HOST}, "certificate", "host"),
            ({"ca_file": ""}, "is not trusted", "`ca_file`"),
        ],
    )
    def test_an_account_that_cannot_be_read(self, remote, dovecot_user, keys, what, advice):
        remote.apart = False
        remote.configure({"info": dovecot_account(dovecot_user, **keys)})
        said = lines_of(remote.fails("poll", code=1))
        start = next(at for at, text in enumerate(said) if text.startswith("info: failed: "))
        notes, (first, second, *_), last = said[:start], said[start:-1], said[-1]
        assert len(notes) == (3 if "nowhere.invalid" in keys.values() else 0), "only what may pass is tried again"
        assert what in first
        assert second.startswith("  ")
        assert advice in second
        assert last == "Error: no account could be read: info"
        assert Dovecot.PASSWORD not in first + second

    def test_one_mailbox_that_is_not_there(self, remote, dovecot_user):
        remote.configure({"info": dovecot_account(dovecot_user, mailboxes={"sent": ["Gesendet"]})})
        first, second, last = lines_of(remote.fails("poll", code=3))
        assert first == "info: failed: there is no mailbox 'Gesendet', which the config names"
        assert "There are: INBOX, Sent" in second
        assert last == "Error: not every mailbox could be read: info"

    def test_nobody_listens(self, remote, dovecot_user, unused_port):
        remote.apart = False
        remote.configure({"info": dovecot_account(dovecot_user, port=unused_port)})
        *notes, first, second, _ = lines_of(remote.fails("poll", code=1))
        assert notes == [f"info: 127.0.0.1:{unused_port} refuses connections; trying again in 0 s"] * 3
        assert f"127.0.0.1:{unused_port} refuses connections" in first
        assert "`port`" in second

    def test_a_server_without_starttls(self, remote, dovecot_user):
        keys = {"host": Dovecot.PLAIN_ONLY, "port": dovecot_user.server.port, "tls": "starttls"}
        remote.configure({"info": dovecot_account(dovecot_user, **keys)})
        assert "STARTTLS" in remote.fails("poll", code=1)

    def test_the_other_account_is_read(self, remote, dovecot_user):
        wrong = dovecot_account(dovecot_user, password="wrong")
        remote.configure({"info": dovecot_account(dovecot_user), "eva": wrong})
        done = remote.run("poll")
        assert done.returncode == 3
        assert "info: 4 new messages, 2 mailboxes\n" in done.stderr
        assert "eva: failed: " in done.stderr
        assert done.stderr.endswith("Error: 1 of 2 accounts could not be read: eva\n")
        quiet = remote.run("poll", "--quiet")
        assert (quiet.returncode, quiet.stderr) == (3, ""), "cron heard of it the first time"
        report = remote.json("report", "--since", "all")
        assert report["totals"]["answered"] == 1
        assert any(w["account"] == "eva" and "refused the login" in w["text"] for w in report["warnings"])

    def test_a_report_after_a_failed_poll_says_so_on_top(self, remote, dovecot_user):
        remote.output("poll")
        remote.configure({"info": dovecot_account(dovecot_user, password="wrong")})
        remote.fails("poll", code=1)
        lines = remote.output("report").splitlines()
        assert lines[1].startswith("! Account info was last read completely on ")
        assert "the last attempt failed: 127.0.0.1:" in " ".join(" ".join(lines[1:5]).split())

    def test_no_mailbox_for_sent_mail(self, tmp_path, dovecot_user):
        story = Story()
        story.inbound("anna", "2024-03-02 09:00")
        plant_dovecot(story, dovecot_user)
        program = Program(tmp_path, accounts={"info": dovecot_account(dovecot_user)})
        done = program.run("poll")
        assert done.returncode == 0
        assert done.stderr.splitlines() == [
            "info: 1 new message, 1 mailbox",
            "info: no Sent mailbox found, so replies sent from there are not seen",
            '  `replywatch check` looks for it. Name it under [accounts.info]: mailboxes = { sent = ["…"] }',
        ]
        assert program.run("poll", "--quiet").stderr == "", "it was said"
        found = program.json("report", "--since", "all")
        assert [(r["key"], r["count"]) for r in found["buckets"] if r["count"]] == [("unknown", 1)]
        assert found["coverage"]["accounts"][0]["has_sent"] is False
        assert "No Sent mailbox found in account info" in found["warnings"][0]["text"]
        assert program.output("report", "--since", "all").splitlines()[1].startswith("! No Sent mailbox found")


class TestConfig:
    def test_unknown_keys_are_all_said_at_once(self, remote, dovecot_user):
        remote.configure({"info": dovecot_account(dovecot_user, hots="x")}, report={"never": "3d"})
        text = remote.fails("poll", code=2)
        assert "accounts.info.hots: unknown key" in text
        assert "report.never: unknown key" in text

    @pytest.mark.parametrize("command", ["poll", "report"])
    def test_no_config(self, tmp_path, command):
        first, *_, last = lines_of(Program(tmp_path).fails(command, code=2))
        assert first == "Error: there is no config file"
        assert "replywatch demo" in last

    def test_no_such_config(self, tmp_path):
        assert "No such file" in Program(tmp_path).fails("report", "--config", "not-there.toml", code=2)


class TestStore:
    @pytest.mark.parametrize("command", [*ALL_READERS, ("rebuild",)])
    def test_no_store_yet(self, local, command):
        first, second = lines_of(local.fails(*command, code=1))
        assert "there is no store at" in first
        assert "replywatch poll" in second
        assert not local.store.exists(), "looking makes no store"

    @pytest.mark.parametrize("command", [("poll",), ("report",)])
    def test_garbage(self, local, command):
        local.store.parent.mkdir()
        local.store.write_bytes(b"no database, only words " * 400)
        before = local.store.read_bytes()
        first, second = lines_of(local.fails(*command, code=1))
        assert "is damaged or is no SQLite database" in first
        assert "Nothing was changed" in second
        assert local.store.read_bytes() == before

    @pytest.mark.parametrize("command", [("poll",), ("report", "--since", "all"), ("rebuild",)])
    def test_a_truncated_store(self, local, command):
        local.output("poll")
        size = local.store.stat().st_size
        with local.store.open("r+b") as file:
            file.truncate(size // 2 // 4096 * 4096)
        before = local.store.read_bytes()
        first, second = lines_of(local.fails(*command, code=1))
        assert "is damaged" in first
        assert "Restore it from a backup" in second
        assert len(local.store.read_bytes()) >= len(before), "it was not made anew"

    @pytest.mark.parametrize("command", [("poll",), ("report",)])
    def test_a_store_of_a_newer_release(self, local, command):
        local.output("poll")
        with sqlite3.connect(local.store) as connection:
            connection.execute("INSERT INTO _sqlite_migrations VALUES (99, 'replywatch', '0099_later', '2031-01-01')")
        connection.close()
        before = local.store.read_bytes()
        first, second = lines_of(local.fails(*command, code=1))
        assert "newer release" in first
        assert "Update replywatch" in second
        assert local.store.read_bytes() == before

    @pytest.mark.parametrize("command", [("poll",), ("report",)])
    def test_a_database_of_another_program(self, local, command):
        local.store.parent.mkdir()
        with sqlite3.connect(local.store) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.close()
        before = local.store.read_bytes()
        first, second = lines_of(local.fails(*command, code=1))
        assert "some other program" in first
        assert "[store] path" in second
        assert local.store.read_bytes() == before

    @pytest.mark.parametrize("command", [("poll",), ("report",)])
    def test_a_folder_where_the_store_should_be(self, local, command):
        local.store.mkdir(parents=True)
        lines_of(local.fails(*command, code=1))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_is_read_only(self, local):
        local.store.parent.mkdir(mode=0o500)
        assert "Permission denied" in local.fails("poll", code=1)

    def test_nothing_was_read_completely_yet(self, local):
        shutil.rmtree(local.folder / "mail")
        local.fails("poll", code=1)
        for command in ALL_READERS[:3]:
            first, second = lines_of(local.fails(*command, code=1))
            assert "no account has been read completely yet" in first
            assert "replywatch poll" in second

    def test_a_full_disk(self, local):
        """The poll ends with a word about it, and a later one with room makes up for it."""
        shutil.rmtree(local.folder / "mail")
        story = Story()
        story.outbound("xaver", "2024-01-05 09:00")
        for number in range(300):
            story.inbound(
                f"p{number}",
                f"2024-03-{number % 28 + 1:02} 09:00",
                fields=f"References: <{'x' * 400}{number}@y.example>",
            )
        plant_maildir(story, local.folder / "mail")

        def little_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

        first, second = lines_of(local.fails("poll", code=1, preexec_fn=little_room))
        assert "the disk is full" in first
        assert "Make room" in second
        local.output("poll")
        assert local.json("report", "--since", "all")["totals"]["exchanges"] == 300


class TestOutput:
    def test_a_reader_that_goes_away(self, local):
        local.output("poll")
        with sqlite3.connect(local.store) as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(exchanges)")]
            rest = ", ".join(c for c in columns if c != "id")
            for number in range(8):
                connection.execute(f"INSERT INTO exchanges (id, {rest}) SELECT id || '{number}', {rest} FROM exchanges")
        connection.close()
        command = f"{sys.executable} -m replywatch export | head -1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", command], cwd=local.folder, env=local.environment, capture_output=True, text=True, check=True
        )
        first, code = done.stdout.splitlines()
        assert first.startswith("{")
        assert code == "141"
        assert done.stderr == ""

    def test_a_terminal_that_knows_few_letters(self, local):
        local.apart = True
        local.environment["PYTHONIOENCODING"] = "iso-8859-1"
        local.output("poll")
        assert "within 1 hour" in local.output("report", "--since", "all")
        assert "Answered" in local.output("explain", small_story().mails[1].message_id)


@contextmanager
def hanging_server():
    """A server that leaves the program waiting in the middle of a mailbox."""
    over = threading.Event()
    with ScriptedServer({"UID SEARCH": lambda _: b"\n" * over.wait(60)}) as server:
        try:
            yield server
        finally:
            over.set()


def hang(program, server):
    """A poll that has read one account and waits for the other."""
    slow = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "username": "x", "password": "y"}
    program.configure({"info": maildir_account(), "slow": slow})
    child = program.start("poll")
    end = time.monotonic() + 30
    while not server.said("UID SEARCH"):
        assert time.monotonic() < end
        time.sleep(0.01)
    return child


class TestInterrupted:
    def test_ctrl_c_in_the_middle_of_a_poll(self, local):
        with hanging_server() as server, hang(local, server) as child:
            interrupt(child)
            assert child.communicate(timeout=20) == ("", "Interrupted.\n")
            assert child.returncode == 130
        assert local.json("report", "--since", "all")["totals"]["exchanges"] == 2, "what was read is kept"
        local.configure({"info": maildir_account()})
        local.output("poll")

    def test_two_polls_at_once(self, local):
        with hanging_server() as server, hang(local, server) as child:
            for command in ("poll", "rebuild"):
                first, second = lines_of(local.fails(command, code=5))
                assert "another replywatch is writing" in first
                assert "Wait until it is done" in second
            child.kill()
            child.communicate(timeout=20)
        local.configure({"info": maildir_account()})
        local.output("poll")
