"""The embedded server: serves what was written, and is gone afterwards."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from imapclient import IMAPClient

from replywatch.demo import server as server_module
from replywatch.demo.company import plan_company
from replywatch.demo.maildir import write_maildir
from replywatch.demo.plan import Copy
from replywatch.demo.server import ImapServer
from replywatch.errors import ReplywatchError

PLAN = plan_company(3, 150, 1_770_000_000)
FLAGS = {"D": b"\\Draft", "R": b"\\Answered", "S": b"\\Seen"}


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "mail"
    write_maildir(PLAN, folder)
    return folder


def connect(server: ImapServer) -> IMAPClient:
    client = IMAPClient(server.host, port=server.port, ssl=False, timeout=20)
    client.normalise_times = False
    client.login(server.username, server.password)
    return client


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.025)
    return False


def test_serves_every_mailbox_with_what_was_written(mail: Path):
    with ImapServer(mail, "info") as server, connect(server) as client:
        selectable = {name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags}
        assert selectable == set(PLAN.mailboxes)
        for name in PLAN.mailboxes:
            assert served(client, name) == written(name), name


def served(client: IMAPClient, name: str) -> list[tuple[int, set[bytes], bytes]]:
    """Date, flags and header of each message in the order of UIDs."""
    client.select_folder(name, readonly=True)
    messages = client.fetch(client.search("ALL"), ["INTERNALDATE", "FLAGS", "BODY.PEEK[HEADER]"])
    return [
        (int(message[b"INTERNALDATE"].timestamp()), set(message[b"FLAGS"]), message[b"BODY[HEADER]"])
        for _, message in sorted(messages.items())
    ]


def written(name: str) -> list[tuple[int, set[bytes], bytes]]:
    copies: list[Copy] = [copy for letter in PLAN.letters for copy in letter.copies if copy.mailbox == name]
    copies.sort(key=lambda copy: copy.internal_date)
    return [
        (
            copy.internal_date,
            {FLAGS[letter] for letter in copy.flags},
            (copy.content.partition(b"\n\n")[0] + b"\n\n").replace(b"\n", b"\r\n"),
        )
        for copy in copies
    ]


def test_wants_the_password(mail: Path):
    with ImapServer(mail, "info") as server, IMAPClient(server.host, port=server.port, ssl=False) as client:
        with pytest.raises(IMAPClient.Error):
            client.login("info", "guess")
        client.login("info", server.password)


def test_is_gone_afterwards_even_if_a_client_stays_connected(mail: Path):
    with ImapServer(mail, "info") as server:
        client = connect(server)
        port = server.port
        assert accepts(port)
    assert not accepts(port)
    client.shutdown()


def test_is_gone_after_an_error(mail: Path):
    with pytest.raises(KeyboardInterrupt), ImapServer(mail, "info") as server:
        raise KeyboardInterrupt
    assert not accepts(server.port)


def test_ends_with_a_parent_that_is_killed(mail: Path):
    script = (
        "import sys, time; from pathlib import Path; from replywatch.demo.server import ImapServer\n"
        "with ImapServer(Path(sys.argv[1]), 'info') as server:\n"
        "    print(server.port, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(mail)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert accepts(port)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        assert eventually(lambda: not accepts(port))


def test_a_server_that_does_not_start_says_why(mail: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server_module, "CHILD", "replywatch.no_such_module")
    with pytest.raises(ReplywatchError, match="did not start") as error, ImapServer(mail, "info"):
        pass
    assert "no_such_module" in error.value.hint


def test_a_child_that_names_no_port_is_given_up(mail: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server_module, "CHILD", "this")  # prints a poem
    with pytest.raises(ReplywatchError, match="did not start"), ImapServer(mail, "info"):
        pass


def test_two_servers_do_not_disturb_each_other(mail: Path):
    with ImapServer(mail, "info") as one, ImapServer(mail, "info") as two:
        assert one.port != two.port
        assert one.password != two.password
