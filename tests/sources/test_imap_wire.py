"""The line to a server: one buffer for the library and for us, bounded for both."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import pytest

from replywatch.app.polling.sources import open_source
from replywatch.config.model import ImapAccount, Secret
from replywatch.errors import ConnectError, MailboxError
from replywatch.sources.imap import reader
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.waiting import USUAL, Timeouts
from servers.certificates import Authority
from servers.scripted import ScriptedServer, drip


def source_of(server: ScriptedServer) -> ImapSource:
    return ImapSource(ImapSettings(server.host, "anna", "hidden", server.port, "none"))


def test_what_arrives_together_with_an_earlier_answer_is_not_lost():
    """Untagged lines behind the tagged one: read by the library's call, meant for the next."""
    examine = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-ONLY] done\r\n* SEARCH 2\r\n* 9 EXISTS\r\n"
    answers = {"EXAMINE": examine, "UID SEARCH": b"* SEARCH 3\r\nTAG OK done\r\n"}
    with ScriptedServer(answers) as server, source_of(server) as source:
        source.open("INBOX", None)
        assert source.uids(1, 9) == [2, 3]
        assert source.open("INBOX", None).exists == 3
        assert source.status("INBOX", None).exists == 3


@pytest.mark.parametrize("verb", ["CAPABILITY", "LOGIN", "LIST", "STATUS", "LOGOUT", "UID SEARCH"])
def test_completion_without_a_text(verb):
    said = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        "LIST": b'* LIST () "/" INBOX\r\n',
        "STATUS": b"* STATUS INBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)\r\n",
        "LOGOUT": b"* BYE\r\n",
        "UID SEARCH": b"* SEARCH 1\r\n",
    }
    with ScriptedServer({verb: said.get(verb, b"") + b"TAG OK\r\n"}) as server, source_of(server) as source:
        assert source.mailboxes()
        assert source.status("INBOX", None).exists == 3
        source.open("INBOX", None)
        assert source.uids(1, 1) == [1]


@pytest.mark.parametrize(
    "answer",
    [
        b"* LIST () NIL {99000000000}\r\n",
        b"* LIST () NIL " + b"x" * (1 << 20) + b"\r\n",
        b'* LIST () "/" INBOX\r\n' * 500,
        b'* LIST () "/" {9}\r\n123456789\r\n' * 500,
    ],
)
def test_answers_are_bounded_those_to_the_library_too(answer, monkeypatch):
    monkeypatch.setattr(reader, "ROOM", 8000 if len(answer) < 100_000 else reader.ROOM)
    answers = {"LIST": answer + b"TAG OK done\r\n"}
    with ScriptedServer(answers) as server, source_of(server) as source:
        with pytest.raises(MailboxError, match="too long"):
            source.mailboxes()
        assert source.status("INBOX", None).exists == 3, "there is a new connection"
    to_the_library = {"CAPABILITY": answer.replace(b"LIST", b"CAPABILITY") + b"TAG OK done\r\n"}
    with ScriptedServer(to_the_library) as server, pytest.raises(ConnectError, match="too long"):
        source_of(server).__enter__()


def test_whoever_stops_listening_hangs_up():
    letter = (
        b'* 1 FETCH (UID %d INTERNALDATE "13-Jan-2025 09:00:00 +0100" RFC822.SIZE 9 FLAGS ()'
        b" BODY[HEADER] {2}\r\n\r\n)\r\n"
    )
    letters = b"".join(letter % uid for uid in (1, 2, 3))
    with ScriptedServer({"UID FETCH": letters + b"TAG OK done\r\n"}) as server, source_of(server) as source:
        source.open("INBOX", None)
        messages = source.fetch([1, 2, 3])
        assert next(messages).uid == 1
        messages.close()
        with pytest.raises(ConnectError):
            source.uids(1, 3)
        assert not server.said("UID SEARCH")


def test_a_search_that_cannot_be_read():
    with ScriptedServer({"UID SEARCH": b"nonsense\r\nTAG OK done\r\n"}) as server, source_of(server) as source:
        source.open("INBOX", None)
        with pytest.raises(MailboxError, match="no IMAP response: nonsense"):
            source.uids(1, 9)
        assert source.status("INBOX", None).exists == 3, "other mailboxes can be read"


def test_nothing_said_in_clear_counts_behind_tls(tmp_path):
    """Text that somebody on the way puts behind the answer to STARTTLS (CVE-2011-0411, the client's side)."""
    authority = Authority()
    pem, ca_file = tmp_path / "localhost.pem", tmp_path / "authority.pem"
    pem.write_bytes(authority.issue("localhost"))
    ca_file.write_bytes(authority.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def talk(connection: socket.socket) -> None:
        """Answer commands until STARTTLS, or until the client hangs up."""
        while data := connection.recv(1000):
            tag, _, verb = data.strip().partition(b" ")
            heard.append(verb)
            if verb == b"STARTTLS":
                connection.sendall(tag + b" OK go\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n* BYE injected\r\n")
                return
            untagged = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" if verb == b"CAPABILITY" else b""
            connection.sendall(untagged + tag + b" OK done\r\n")

    def serve() -> None:
        plain, _ = listener.accept()
        with contextlib.suppress(OSError), plain:
            plain.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
            talk(plain)
            with context.wrap_socket(plain, server_side=True) as secure:
                talk(secure)

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    with listener, ImapSource(ImapSettings("localhost", "anna", "hidden", port, "starttls", ca_file)) as source:
        assert "LOGINDISABLED" not in source.capabilities
    thread.join()
    assert any(verb.startswith(b"LOGIN") for verb in heard)


def dripping_server(said: bytes) -> tuple[socket.socket, threading.Thread]:
    """A port at which everybody who comes is told so much, octet by octet, and nothing is heard."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), connection:
            drip(connection, said)

    thread = threading.Thread(target=serve)
    thread.start()
    return listener, thread


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("none", b"* OK " + b"hello " * 100),
        ("implicit", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"x" * 300),  # of a handshake, as it could be
    ],
    ids=["greeting", "TLS"],
)
def test_what_drips_before_the_login(tls, said):
    listener, thread = dripping_server(said)
    with listener:
        settings = ImapSettings("127.0.0.1", "anna", "x", listener.getsockname()[1], tls, timeouts=Timeouts.of(0.3))
        with pytest.raises(ConnectError, match=r"did not answer within 0\.3 seconds"):
            ImapSource(settings).__enter__()
        thread.join()


def test_what_drips_between_starttls_and_the_login(tmp_path):
    """The handshake, which begins on a connection that was in clear so far."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"* OK hello\r\n")
            for answer in (b"* CAPABILITY IMAP4rev1 STARTTLS\r\n", b""):
                tag = connection.recv(1000).partition(b" ")[0]
                connection.sendall(answer + tag + b" OK done\r\n")
            drip(connection, b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"x" * 300)

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        port, timeouts = listener.getsockname()[1], Timeouts.of(0.3)
        with pytest.raises(ConnectError, match="did not answer"):
            ImapSource(ImapSettings("127.0.0.1", "anna", "x", port, "starttls", timeouts=timeouts)).__enter__()
        thread.join()


def test_an_account_says_how_long_its_server_is_waited_for(monkeypatch):
    seen = []
    monkeypatch.setattr(ImapSource, "__init__", lambda _, settings: seen.append(settings.timeouts))
    password = Secret(literal="x")
    for timeout in (None, 600):
        open_source(ImapAccount("info", host="imap.example.com", username="u", password=password, timeout=timeout))
    assert seen == [USUAL, Timeouts(600, 600, 600)]
