"""`poll --every`: pass after pass, through whatever may pass, and no further than that."""

import re
import resource
from types import SimpleNamespace

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir, terminate
from replywatch.cli import poll as module
from replywatch.store.lock import writing
from servers.dovecot import Dovecot
from servers.scripted import ScriptedServer
from story import Story

THROTTLED = b"TAG BAD Request is throttled. Suggested Backoff Time: 299910 milliseconds\r\n"


def small_story():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    return story


@pytest.fixture
def office(tmp_path):
    plant_maildir(small_story(), tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


@pytest.fixture
def passes(monkeypatch):
    """Runs `poll --every 5m` in this process; between passes the given functions in turn, then Ctrl-C."""

    def run(program, *between, code=130, words=()):
        left = list(between)

        def pause(seconds):
            assert 0 < seconds <= 300
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        now = SimpleNamespace(time=lambda: 1_710_932_400, sleep=pause, monotonic=lambda: 0.0)
        monkeypatch.setattr(module, "time", now)
        done = program.call("poll", "--every", "5m", *words)
        assert (done.returncode, done.stdout, left) == (code, "", [])
        return done.stderr.removesuffix("Interrupted.\n").splitlines()

    return run


def nothing():
    pass


def test_an_account_that_is_another_one_by_now_ends_nothing(office, passes):
    """It is left alone, and read again once the config says what it did."""
    story = Story()
    story.inbound("else", "2024-03-04 09:00")
    plant_maildir(story, office.folder / "else")

    def reads(path):
        return lambda: office.configure({"info": maildir_account(path=path)})

    said = "\n".join(passes(office, reads("else"), reads("mail")))
    assert f"account info was {office.folder / 'mail'}, now {office.folder / 'else'}" in said
    assert "well again" in said
    exported = office.output("export")
    assert exported
    assert "else@" not in exported


def deliver(office, who):
    story = Story()
    story.inbound(who, "2024-03-03 09:00")
    plant_maildir(story, office.folder / "mail")


def test_a_line_for_each_pass(office, passes):
    assert passes(office, nothing, lambda: deliver(office, "will")) == [
        "2024-03-20 12:00: 2 new messages, 1 account read",
        "2024-03-20 12:00: 0 new messages, 1 account read",
        "2024-03-20 12:00: 1 new message, 1 account read",
    ]
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 2


def test_a_store_that_others_can_read_is_said_once(office, passes):
    office.output("poll")
    office.store.chmod(0o604)
    said = passes(office, nothing, nothing)
    assert [line for line in said if "Other users" in line] == said[:1]


def test_quiet(office, passes, unused_port):
    assert passes(office, nothing, words=("--quiet",)) == []
    down = {
        "type": "imap",
        "host": "127.0.0.1",
        "port": unused_port,
        "tls": "none",
        "username": "x",
        "password": "hidden",
    }
    office.configure({"info": maildir_account(), "down": down})
    said = passes(office, words=("--quiet",))
    assert said[0] == f"down: failed: 127.0.0.1:{unused_port} refuses connections"
    assert "trying again" not in "\n".join(said)


def test_accounts_fail_and_recover(office, passes):
    moved = office.folder / "elsewhere"
    said = passes(
        office,
        lambda: (office.folder / "mail").rename(moved),
        lambda: moved.rename(office.folder / "mail"),
    )
    lines = [line for line in said if line.startswith("2024")]
    assert [line.partition(": ")[2] for line in lines] == [
        "2 new messages, 1 account read",
        "0 new messages, 0 accounts read, 1 failed",
        "0 new messages, 1 account read",
    ]
    assert sum(line.startswith("info: failed: ") for line in said) == 1


def test_a_server_that_stays_down(office, passes, unused_port):
    """Each attempt is announced when it begins, and not in the passes that follow."""
    down = {"type": "imap", "host": "127.0.0.1", "port": unused_port, "tls": "none", "username": "x", "password": "y"}
    office.configure({"down": down})
    said = passes(office, nothing, nothing)
    assert ["trying again" in line for line in said] == [True] * 3 + [False] * 5
    assert said[4] == f"down: failed: 127.0.0.1:{unused_port} refuses connections"
    assert said[6:] == ["2024-03-20 12:00: 0 new messages, 0 accounts read, 1 failed"] * 2


def test_another_poll_at_work_is_waited_for(office, passes):
    office.output("poll")
    lock = writing(office.store)
    said = passes(office, lock.__enter__, nothing, nothing, lambda: lock.__exit__(None, None, None))
    assert [line for line in said if "Not polled" in line] == [
        f"Not polled: another replywatch is writing to {office.store}"
    ]
    assert said[-1].endswith("0 new messages, 1 account read")


def test_the_config_is_read_anew(office, passes):
    accounts = {"info": maildir_account(), "more": maildir_account()}
    said = passes(office, lambda: office.configure(accounts))
    read = [line.rpartition(", ")[2] for line in said if line.endswith("read")]
    assert read == ["1 account read", "2 accounts read"]
    assert "all mail is judged anew" in " ".join(said)


def test_a_config_that_can_not_be_used_ends_it(office, passes):
    accounts = {"info": maildir_account(paht="x")}
    said = passes(office, lambda: office.configure(accounts), code=2)
    assert "accounts.info.paht: unknown key" in "\n".join(said)


def test_a_damaged_store_ends_it(office, passes):
    def damage():
        office.store.write_bytes(b"no database, only words " * 400)
        for path in office.store.parent.glob("*-wal"):
            path.unlink()

    said = passes(office, damage, code=1)
    assert "is damaged or is no SQLite database" in "\n".join(said)


def test_a_bug_is_not_hidden(office, passes, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError

    said = passes(office, lambda: monkeypatch.setattr("replywatch.app.polling.poll.derive", bug), code=70)
    assert "a bug in replywatch" in "\n".join(said)


def test_a_refused_login_is_not_repeated_until_the_config_changes(tmp_path, passes, dovecot_user):
    plant_dovecot(small_story(), dovecot_user)
    office = Program(tmp_path, accounts={"info": dovecot_account(dovecot_user, password="wrong")})
    before = len(dovecot_user.server.log())
    right = {"info": dovecot_account(dovecot_user)}
    said = passes(office, nothing, nothing, lambda: office.configure(right))
    assert "refused the login" in said[1]
    assert said[3] == "  It is left alone until 2024-03-20 13:00. To try it before: replywatch poll info --now"
    assert [line.partition(": ")[2] for line in said if line.startswith("2024")] == [
        "0 new messages, 0 accounts read, 1 failed",
        "0 new messages, 0 accounts read, 1 left alone",
        "0 new messages, 0 accounts read, 1 left alone",
        "2 new messages, 1 account read",
    ]
    refused = re.findall(
        rf"user=<{dovecot_user.name}>.*auth failed|auth failed.*user=<{dovecot_user.name}>",
        dovecot_user.server.log()[before:],
    )
    assert len(refused) <= 1
    assert Dovecot.PASSWORD not in "\n".join(said)


def test_a_server_that_names_a_time_is_left_alone_and_others_are_polled(office, passes):
    with ScriptedServer({"LOGIN": THROTTLED}) as server:
        slow = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "username": "x"}
        office.configure({"info": maildir_account(), "slow": slow | {"password": "hidden"}})
        said = passes(office, lambda: deliver(office, "will"))
        assert server.connections == 1
    assert said == [
        "2024-03-20 12:00: 2 new messages, 1 account read, 1 failed",
        f"slow: failed: 127.0.0.1:{server.port} lets nobody in at the moment: {THROTTLED.decode()[8:].strip()}",
        "  Wait some minutes and try again; close other mail programs that use this account.",
        "  It is left alone until 2024-03-20 12:05. To try it before: replywatch poll slow --now",
        "2024-03-20 12:00: 1 new message, 1 account read, 1 left alone",
    ]


def test_a_single_poll_says_so_too_and_does_not_wait(office):
    with ScriptedServer({"LOGIN": THROTTLED}) as server:
        slow = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "username": "x"}
        office.configure({"info": maildir_account(), "slow": slow | {"password": "hidden"}})
        said = office.fails("poll", code=3)
        assert server.connections == 1
    assert re.search(r"(?m)^  It is left alone until \d{4}-\d\d-\d\d \d\d:\d\d\. To try it before: ", said)


def test_a_single_poll_tries_again_and_reads_all(office):
    replies = iter([b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n"])
    with ScriptedServer({"LOGIN": lambda _: next(replies, b"TAG OK welcome\r\n")}) as server:
        empty = {"STATUS": b"* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\r\nTAG OK done\r\n"}
        empty["EXAMINE"] = b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 1]\r\nTAG OK [READ-ONLY] done\r\n"
        server._answers |= empty
        account = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "username": "x"}
        office.configure({"slow": account | {"password": "hidden"}})
        done = office.call("poll")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == (
        f"slow: 127.0.0.1:{server.port} lets nobody in at the moment: [UNAVAILABLE] Temporary authentication failure.;"
        " trying again in 0 s"
    )


@pytest.mark.parametrize("time", ["59s", "0m", "8d", "5", "often", ""])
def test_times_that_make_no_sense(office, time):
    assert "Error: " in office.fails("poll", "--every", time, code=2)


def test_a_full_disk_is_survived(tmp_path):
    story = Story()
    for number in range(300):
        fields = f"References: <{'x' * 400}{number}@y.example>"
        story.inbound(f"p{number}", f"2024-03-{number % 28 + 1:02} 09:00", fields=fields)
    plant_maildir(story, tmp_path / "mail")
    office = Program(tmp_path, accounts={"info": maildir_account()})

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    with office.start("poll", "--every", "1h", preexec_fn=little_room) as child:
        try:
            assert "Not polled: " in child.stderr.readline()
            assert "Make room" in child.stderr.readline()
            terminate(child)
            assert child.communicate(timeout=12) == ("", "Stopped.\n")
        finally:
            child.kill()
    assert child.returncode == 0
    assert "300 new messages" in office.run("poll").stderr or office.output("poll") == ""
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 300
