"""SIGTERM and SIGHUP end the program soon, wherever it is, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import pytest

from planted import Program, dovecot_account, interrupt, maildir_account, plant_dovecot, plant_maildir, terminate
from replywatch.cli.stopping import stopping
from replywatch.store.lock import writing
from servers.scripted import Ending, ScriptedServer
from story import Story

PATIENCE = 12
"""Seconds that a test waits for the end: less than any time-out that could be taken for obedience."""


@pytest.fixture
def office(tmp_path):
    plant_maildir(small_story(), tmp_path / "mail")
    return Program(tmp_path, apart=True, accounts={"info": maildir_account()})


def small_story():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00"), "2024-03-02 10:00")
    story.inbound("will", "2024-03-03 09:00")
    return story


def imap_account(port, **keys):
    account = {"type": "imap", "host": "127.0.0.1", "port": port, "tls": "none", "username": "x", "password": "y"}
    return account | keys


@contextmanager
def started(office, *words, **settings):
    """The program; killed if the test fails."""
    with office.start(*words, **settings) as child:
        try:
            yield child
        finally:
            child.kill()


def heard(child, words):
    """All that the program says up to a line with these words."""
    lines = []
    while words not in (lines or [""])[-1]:
        lines.append(child.stderr.readline())
        assert lines[-1], "".join(lines)
    return lines


def ended(child, send=terminate):
    """Exit code, and what is said in the end."""
    send(child)
    out, err = child.communicate(timeout=PATIENCE)
    assert out == ""
    assert "Traceback" not in err
    return child.returncode, err


def check_nothing_is_left(office):
    """The lock is free, the store is whole, and what was read is kept."""
    with writing(office.store):
        pass
    office.configure({"info": maildir_account()})
    office.output("poll")
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 2


WORDS = [(("poll",), 143), (("poll", "--every", "5m"), 0)]


@pytest.mark.parametrize(("words", "code"), WORDS)
@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_while_a_server_stalls(office, verb, words, code):
    reached = threading.Event()

    def stall(_):
        reached.set()
        return Ending(b"", "stalled")

    with ScriptedServer({verb: stall}) as server:
        office.configure({"info": maildir_account(), "slow": imap_account(server.port)})
        with started(office, *words) as child:
            assert reached.wait(30)
            assert ended(child) == (code, "Stopped.\n")
    check_nothing_is_left(office)


@pytest.mark.parametrize("tls", ["none", "implicit"])
def test_while_a_server_does_not_greet(office, tls):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        office.configure({"info": maildir_account(), "slow": imap_account(listener.getsockname()[1], tls=tls)})
        with started(office, "poll", "--every", "5m") as child:
            listener.settimeout(30)
            connection, _ = listener.accept()
            with connection:
                assert ended(child) == (0, "Stopped.\n")
    check_nothing_is_left(office)


@contextmanager
def unreachable():
    """A port at which no connection comes about, since its queue is full; and the sockets that fill it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = []
        try:
            for _ in range(4):
                waiting.append(socket.socket())
                waiting[-1].settimeout(0)
                waiting[-1].connect_ex(("127.0.0.1", port))
            yield port, {os.fstat(one.fileno()).st_ino for one in waiting}
        finally:
            for one in waiting:
                one.close()


def somebody_connects(port, others):
    """Whether a socket beside these others waits for a connection to the port (state SYN_SENT)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    columns = [line.split() for line in lines]
    return any(c[2].endswith(f":{port:04X}") and c[3] == "02" and int(c[9]) not in others for c in columns)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_while_a_connection_does_not_come_about(office):
    with unreachable() as (port, others):
        office.configure({"info": maildir_account(), "slow": imap_account(port)})
        with started(office, "poll", "--every", "5m") as child:
            end = time.monotonic() + 30
            while not somebody_connects(port, others):
                assert time.monotonic() < end
                time.sleep(0.02)
            assert ended(child) == (0, "Stopped.\n")
    check_nothing_is_left(office)


@pytest.mark.parametrize(("words", "code"), WORDS)
def test_in_a_pause_before_another_try(office, unused_port, words, code):
    office.configure({"info": maildir_account(), "down": imap_account(unused_port)})
    with started(office, *words) as child:
        heard(child, "down: 127.0.0.1:")
        heard(child, "trying again in ")
        assert ended(child) == (code, "Stopped.\n")
    check_nothing_is_left(office)


def test_between_two_passes(office):
    with started(office, "poll", "--every", "1h") as child:
        heard(child, "4 new messages, 1 account read\n")
        assert ended(child) == (0, "Stopped.\n")
    check_nothing_is_left(office)


def test_ctrl_c_between_two_passes(office):
    with started(office, "poll", "--every", "1h") as child:
        heard(child, "4 new messages")
        assert ended(child, interrupt) == (130, "Interrupted.\n")
    check_nothing_is_left(office)


@pytest.mark.parametrize("words", [("poll",), ("check",)])
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGTERM, 143, "Stopped.\n"), (signal.SIGHUP, 143, "Stopped.\n"), (signal.SIGINT, 130, "Interrupted.\n")],
    ids=["SIGTERM", "SIGHUP", "SIGINT"],
)
def test_while_another_program_makes_the_password(office, words, number, code, said):
    """What it started itself ends, too."""
    waits = "import os, time, pathlib; pathlib.Path('ready').write_text(str(os.getpid())); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waits!r}])"
    office.configure({"slow": imap_account(1, password={"command": [sys.executable, "-c", script]})})
    ready = office.folder / "ready"
    with started(office, *words) as child:
        end = time.monotonic() + 30
        while not (ready.exists() and ready.read_text()):
            assert time.monotonic() < end
            time.sleep(0.02)
        assert ended(child, lambda child: child.send_signal(number)) == (code, said)
    assert not lives(int(ready.read_text()), end)


def lives(process, end):
    """Whether the process is still there at the `end`; one that ended may wait for its parent to notice."""
    while time.monotonic() < end:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.02)
                continue
        return False
    return True


def test_a_terminal_that_is_closed_ends_it(office):
    with started(office, "poll", "--every", "1h") as child:
        heard(child, "4 new messages, 1 account read\n")
        assert ended(child, lambda child: child.send_signal(signal.SIGHUP)) == (0, "Stopped.\n")
    check_nothing_is_left(office)


def test_with_nohup_a_terminal_may_be_closed(office):
    ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    with started(office, "poll", "--every", "1h", **ignoring) as child:
        heard(child, "4 new messages, 1 account read\n")
        child.send_signal(signal.SIGHUP)
        child.send_signal(signal.SIGHUP)
        assert ended(child, interrupt) == (130, "Interrupted.\n")
    check_nothing_is_left(office)


def test_whatever_command_it_is(office):
    """`login` waits for a browser, `init` for an answer: nothing but `poll` has something to tidy up."""
    program = "import os, signal, sys, click\nfrom replywatch.cli.main import run\n"
    program += "@click.command\ndef waits():\n  os.kill(os.getpid(), signal.SIGHUP)\nsys.exit(run([], waits))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (143, "Stopped.\n")


def test_with_a_real_server(tmp_path, dovecot_user):
    plant_dovecot(small_story(), dovecot_user)
    office = Program(tmp_path, apart=True, accounts={"info": dovecot_account(dovecot_user)})
    with started(office, "poll", "--every", "5m") as child:
        heard(child, "4 new messages, 1 account read\n")
        assert ended(child) == (0, "Stopped.\n")
    before = office.json("report", "--since", "all")
    assert before["totals"]["exchanges"] == 2
    assert "0 new messages" in office.run("poll").stderr


STUCK = {
    "in a statement that SQLite does not leave": """
        import sqlite3
        connection = sqlite3.connect(":memory:")
        print(flush=True)
        connection.execute("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c")
    """,
    "in the clean-up of an object, where Python loses exceptions": """
        import time
        class Slow:
            def __del__(self):
                print(flush=True)
                time.sleep(60)
        slow = Slow()
        del slow
        time.sleep(60)
    """,
    "where somebody catches everything": """
        import time
        while True:
            try:
                print(flush=True)
                time.sleep(60)
            except BaseException:
                pass
    """,
}


@pytest.mark.parametrize("code", STUCK.values(), ids=STUCK)
def test_what_does_not_listen_is_ended_all_the_same(code):
    program = "import sys, click\nfrom replywatch.cli.stopping import stopping\n"
    program += "try:\n  with stopping(7, grace=0.1):\n" + textwrap.indent(textwrap.dedent(code), "    ")
    program += (
        "\nexcept click.exceptions.Exit as end:\n  sys.exit(end.exit_code)  # the signal came before it was stuck\n"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], encoding="utf-8", **pipes) as child:
        child.stdout.readline()
        terminate(child)
        try:
            _, err = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
    assert child.returncode == 7
    assert err.endswith("Stopped.\n")


def test_afterwards_all_is_as_before():
    def found():
        return signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP), threading.active_count()

    before = found()
    with stopping():
        assert all(now is not then for now, then in zip(found()[:2], before, strict=False))
    assert found() == before
    with pytest.raises(ZeroDivisionError), stopping():
        raise ZeroDivisionError
    with pytest.raises(click.exceptions.Exit), stopping():
        os.kill(os.getpid(), signal.SIGHUP)
    assert found() == before
    assert signal.set_wakeup_fd(-1) == -1


def test_what_is_open_is_closed(capsys):
    closed = []

    @contextmanager
    def something_open():
        try:
            yield
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # a second one does not disturb the tidying up
            closed.append(True)

    with pytest.raises(click.exceptions.Exit) as caught, stopping(), something_open():
        os.kill(os.getpid(), signal.SIGTERM)
    assert caught.value.exit_code == 143
    assert closed
    assert capsys.readouterr().err == "Stopped.\n"
