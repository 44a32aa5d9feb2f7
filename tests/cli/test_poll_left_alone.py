"""Single polls, as cron makes them, leave a refused account alone; and what they say of it, with which exit code."""

from __future__ import annotations

import json
import os
import re
from types import SimpleNamespace

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from replywatch.cli import poll as module
from servers.dovecot import Dovecot
from servers.scripted import ScriptedServer
from story import DAY, HOUR, MINUTE, Story

NOON = 1_710_932_400
"""2024-03-20 12:00 in Berlin."""
REFUSED = b"TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"


def small_story():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    return story


@pytest.fixture
def clock(monkeypatch):
    """What time it is for polls in this process."""
    clock = SimpleNamespace(now=NOON, time=lambda: clock.now, sleep=None, monotonic=None)
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def office(tmp_path):
    plant_maildir(small_story(), tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


def server_account(server, **keys):
    account = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "username": "eva"}
    return account | {"password": "hidden"} | keys


class TestOnDovecot:
    @pytest.fixture
    def bureau(self, tmp_path, dovecot_user, clock):
        plant_dovecot(small_story(), dovecot_user)
        return Program(tmp_path, accounts={"info": dovecot_account(dovecot_user, password={"env": "INFO"})})

    def refusals(self, user, since):
        return len(re.findall(rf"auth failed.*user=<{user.name}>", user.server.log()[since:]))

    def test_from_a_wrong_password_to_the_right_one(self, bureau, dovecot_user, clock):
        bureau.environment["INFO"] = "wrong"
        before = len(dovecot_user.server.log())
        first = bureau.fails("poll", code=1).splitlines()
        assert first[0].startswith("info: failed: ")
        assert first[2:] == [
            "  It is left alone until 2024-03-20 13:00. To try it before: replywatch poll info --now",
            "Error: no account could be read: info",
        ]
        clock.now += 15 * MINUTE
        second = bureau.fails("poll", code=1).splitlines()
        assert second == [
            first[0].replace("info: failed", "info: left alone until 2024-03-20 13:00"),
            "  To try it before: replywatch poll info --now",
            "Error: no account could be read: info",
        ]
        bureau.environment["INFO"] = Dovecot.PASSWORD
        assert "left alone" in bureau.fails("poll", code=1), "nobody can know that it is the right one by now"
        assert self.refusals(dovecot_user, before) <= 1
        clock.now += MINUTE
        assert bureau.call("poll", "--now").stderr == (
            "info: well again after failing since 2024-03-20 12:00: 2 new messages, 2 mailboxes\n"
        )
        assert bureau.call("poll").stderr == "info: 0 new messages, 2 mailboxes\n"

    def test_a_password_file_that_is_mended(self, bureau, dovecot_user, clock):
        file = bureau.folder / "secret"
        file.write_text("wrong")
        file.chmod(0o600)
        os.utime(file, (1, 1))
        bureau.configure({"info": dovecot_account(dovecot_user, password={"file": "secret"})})
        bureau.fails("poll", code=1)
        assert "left alone" in bureau.fails("poll", code=1)
        file.write_text(Dovecot.PASSWORD)
        assert "2 new messages" in bureau.call("poll").stderr

    def test_processes_of_their_own(self, bureau, dovecot_user, monkeypatch):
        """With the clock of the machine."""
        bureau.environment["INFO"] = "wrong"
        for _ in range(2):
            assert bureau.run("poll").returncode == 1
        assert "left alone until" in bureau.run("poll").stderr
        bureau.environment["INFO"] = Dovecot.PASSWORD
        assert bureau.run("poll", "--now").returncode == 0


class TestANightOfCron:
    def night(self, office, clock, times=96, words=()):
        """What cron gets to hear in a day of polls every 15 minutes: (instant, exit code, text) where there is any."""
        heard, codes = [], set()
        for number in range(times):
            clock.now = NOON + number * 15 * MINUTE
            done = office.call("poll", "--quiet", *words)
            codes.add(done.returncode)
            if done.stderr:
                heard.append((number, done.stderr.splitlines()))
        return heard, codes

    def test_one_word_of_a_refused_login_and_one_attempt_an_hour(self, office, clock):
        with ScriptedServer({"LOGIN": REFUSED}) as server:
            office.configure({"info": maildir_account(), "eva": server_account(server)})
            heard, codes = self.night(office, clock)
            assert server.connections == 24
        assert [number for number, _ in heard] == [0]
        assert heard[0][1][-1] == "Error: 1 of 2 accounts could not be read: eva"
        assert codes == {3}, "the exit code is the truth every time"

    def test_a_reminder_each_day(self, office, clock):
        with ScriptedServer({"LOGIN": REFUSED}) as server:
            office.configure({"info": maildir_account(), "eva": server_account(server)})
            office.call("poll", "--quiet")
            clock.now += DAY
            said = office.fails("poll", "--quiet", code=3)
        assert said.startswith(f"eva: failed since 2024-03-20 12:00: 127.0.0.1:{server.port} refused the login of eva")

    def test_a_server_that_is_down_until_the_morning(self, office, clock, unused_port):
        office.output("poll")
        (office.folder / "mail").rename(office.folder / "gone")
        heard, codes = self.night(office, clock, 20)
        assert ([number for number, _ in heard], codes) == ([0], {1})
        (office.folder / "gone").rename(office.folder / "mail")
        heard, codes = self.night(office, clock, 20)
        since = "info: well again after failing since 2024-03-20 12:00: 0 new messages, 2 mailboxes"
        assert (heard, codes) == ([(0, [since])], {0})

    def test_what_has_another_reason_by_now(self, office, clock):
        office.output("poll")
        (office.folder / "mail").rename(office.folder / "gone")
        assert "does not exist" in office.fails("poll", "-q", code=1)
        (office.folder / "mail").touch()
        assert "is not a folder" in office.fails("poll", "-q", code=1)
        assert office.fails("poll", "-q", code=1) == ""
        assert "is not a folder" in office.fails("poll", code=1), "who does not say --quiet wants to know"

    def test_the_same_goes_for_every(self, office, clock, monkeypatch):
        passes = iter(range(5))

        def pause(_):
            clock.now += 15 * MINUTE
            if next(passes, None) is None:
                raise KeyboardInterrupt

        clock.sleep, clock.monotonic = pause, lambda: 0.0
        with ScriptedServer({"LOGIN": REFUSED}) as server:
            office.configure({"info": maildir_account(), "eva": server_account(server)})
            said = office.call("poll", "--every", "15m", "--now").stderr.splitlines()
            assert server.connections == 2
        assert [at for at, line in enumerate(said) if line.startswith("eva")] == [1]
        assert said[4:] == [
            "2024-03-20 12:15: 0 new messages, 1 account read, 1 left alone",
            "2024-03-20 12:30: 0 new messages, 1 account read, 1 left alone",
            "2024-03-20 12:45: 0 new messages, 1 account read, 1 left alone",
            "2024-03-20 13:00: 0 new messages, 1 account read, 1 failed",
            "2024-03-20 13:15: 0 new messages, 1 account read, 1 left alone",
            "Interrupted.",
        ]

    def test_without_an_account_but_this_one(self, office, clock):
        with ScriptedServer({"LOGIN": REFUSED}) as server:
            office.configure({"eva": server_account(server)})
            codes = [office.call("poll", "-q").returncode for _ in range(3)]
        assert codes == [1, 1, 1]


class TestNamedAccounts:
    @pytest.fixture
    def office(self, office):
        accounts = {"info": maildir_account(), "more": maildir_account(), "old": maildir_account(enabled=False)}
        office.configure(accounts)
        return office

    def test_only_these_are_read(self, office):
        assert office.call("poll", "more").stderr == "more: 2 new messages, 2 mailboxes\n"
        assert office.call("poll", "info", "more", "info").stderr == (
            "info: 2 new messages, 2 mailboxes\nmore: 0 new messages, 2 mailboxes\n"
        )

    def test_the_exit_code_is_theirs(self, office):
        broken = {"info": maildir_account(), "more": maildir_account(path="nowhere")}
        office.configure(broken)
        assert office.call("poll", "info").returncode == 0
        assert "no account could be read: more" in office.fails("poll", "more", code=1)
        office.fails("poll", "more", "info", code=3)

    def test_one_that_is_not_there(self, office):
        assert office.fails("poll", "info", "moer", code=2) == (
            "Error: there is no account 'moer' in the config\nThere are: info, more, old.\n"
        )
        assert not office.store.exists()

    def test_one_that_is_disabled(self, office):
        assert office.fails("poll", "old", "info", code=2) == (
            "Error: the account 'old' is disabled in the config\n"
            "It is polled again with enabled = true under [accounts.old].\n"
        )
        assert not office.store.exists()

    def test_every(self, office, clock):
        def pause(_):
            raise KeyboardInterrupt

        clock.sleep, clock.monotonic = pause, lambda: 0.0
        assert office.call("poll", "more", "--every", "5m").stderr == (
            "2024-03-20 12:00: 2 new messages, 1 account read\nInterrupted.\n"
        )


class TestJson:
    def test_all_is_well(self, office, clock):
        done = office.call("poll", "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == {
            "schema": "replywatch.poll/1",
            "started_at": "2024-03-20T11:00:00Z",
            "finished_at": "2024-03-20T11:00:00Z",
            "accounts": [
                {
                    "account": "info",
                    "status": "ok",
                    "messages": 2,
                    "mailboxes": 2,
                    "unread": 0,
                    "unread_files": {"count": 0, "first": []},
                    "unopened": [],
                    "lacks_sent": False,
                    "error": None,
                    "failing_since": None,
                    "left_alone_until": None,
                    "holds": [],
                }
            ],
        }

    def test_a_refused_login_and_what_follows(self, office, clock):
        with ScriptedServer({"LOGIN": REFUSED}) as server:
            office.configure({"info": maildir_account(), "eva": server_account(server)})
            found = []
            for _ in range(2):
                done = office.call("poll", "--format", "json", "--quiet")
                assert done.returncode == 3
                found.append(json.loads(done.stdout)["accounts"][1])
                clock.now += MINUTE
        text = f"127.0.0.1:{server.port} refused the login of eva: [AUTHENTICATIONFAILED] Authentication failed."
        until = {"failing_since": "2024-03-20T11:00:00Z", "left_alone_until": "2024-03-20T12:00:00Z"}
        for row, status in zip(found, ("failed", "left_alone"), strict=True):
            assert (row["status"], row["error"]["kind"], row["error"]["text"]) == (status, "login", text)
            assert until.items() <= row.items()

    @pytest.mark.parametrize(
        ("account", "kind"),
        [
            ({"host": "127.0.0.1", "type": "imap", "tls": "none", "username": "x", "password": "y"}, "connection"),
            (maildir_account(path="nowhere"), "source"),
            (
                {"type": "imap", "host": "a.invalid", "username": "x", "password": {"env": "REPLYWATCH_NO"}},
                "password",
            ),
            (maildir_account(mailboxes={"archive": ["2023"]}), "mailbox"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_sorts_of_errors(self, office, account, kind, unused_port):
        office.configure({"info": account | ({"port": unused_port} if kind == "connection" else {})})
        (row,) = json.loads(office.call("poll", "--format", "json").stdout)["accounts"]
        assert (row["status"], row["error"]["kind"]) == ("failed", kind)

    def test_every_pass_is_a_line(self, office, clock):
        passes = iter(range(2))

        def pause(_):
            clock.now += HOUR
            if next(passes, None) is None:
                raise KeyboardInterrupt

        clock.sleep, clock.monotonic = pause, lambda: 0.0
        done = office.call("poll", "--every", "1h", "--format", "json")
        assert done.stderr == "Interrupted.\n"
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert [p["started_at"][11:16] for p in found] == ["11:00", "12:00", "13:00"]
        assert [p["accounts"][0]["messages"] for p in found] == [2, 0, 0]

    def test_what_never_begins_has_no_object(self, office):
        assert office.fails("poll", "nobody", "--format", "json", code=2)
