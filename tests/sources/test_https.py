"""One request, one answer: whole, in time and not too long, or an error."""

import contextlib
import socket
import ssl
import threading
from http.client import HTTPException, IncompleteRead

import pytest

from replywatch.hosts import LOOPBACK
from replywatch.sources.dial import ADDRESSES, connect
from replywatch.sources.https import Request, TooLargeError, ask
from servers.certificates import Authority
from servers.web import Web, page
from story import cases

HOST = "files.example"
URL = f"https://{HOST}/a/b.xml?c=d"
ROOM = 4096
"""Octets that an answer may have in these tests."""


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def web(authority):
    with Web((HOST,), authority) as found:
        yield found


def asked(web, url=URL, *, seconds=10, octets=ROOM):
    return ask(Request(url, {}), seconds=seconds, octets=octets, context=web.context, connect=web.connect)


def test_the_whole_answer(web):
    web.answers[URL] = page(b"here", "203 Elsewhere", "X-Word: yes")
    answer = asked(web)
    assert (answer.status, answer.headers["x-word"], answer.body) == (203, "yes", b"here")
    assert web.tried == [(HOST, 443)]


def test_the_fragment_and_the_password_of_a_url_stay_here(web):
    web.answers[f"https://{HOST}/"] = page(b"here")
    assert asked(web, f"https://me:s3cret@{HOST}#part").body == b"here"
    assert web.asked == [f"https://{HOST}/"]


def test_no_redirect_is_followed(web):
    web.answers[URL] = page(b"", "302 Found", f"Location: https://{HOST}/other")
    assert asked(web).status == 302
    assert web.asked == [URL]


@cases(
    "length",
    rows=[("as long as it may be", ROOM), ("the shortest that is too long", ROOM + 1), ("far too long", 100 * ROOM)],
)
def test_an_answer_counts_with_its_header(web, length):
    head = len(page(b"x" * length)) - length
    web.answers[URL] = page(b"x" * (length - head))
    assert len(web.answers[URL]) == length
    if length > ROOM:
        with pytest.raises(TooLargeError):
            asked(web)
    else:
        assert len(asked(web).body) == length - head


def header_without_end(stream, over):
    with contextlib.suppress(OSError):
        while not over.is_set():
            stream.write(b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 100 + b"\r\n\r\n")
            stream.flush()


def body_without_end(stream, over):
    stream.write(b"HTTP/1.1 200 OK\r\n\r\n")
    header_without_end(stream, over)


@pytest.mark.parametrize("answer", [header_without_end, body_without_end])
def test_an_answer_without_end_is_too_long(web, answer):
    web.answers[URL] = answer
    with pytest.raises(TooLargeError):
        asked(web)


CUT_OFF = [
    ("within the status", b"HTTP/1"),
    ("within the body", page(b"here")[:-1]),
    ("within a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhere"),
    ("behind a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhere\r\n"),
]


@cases("answer", rows=CUT_OFF)
def test_what_is_cut_off_is_no_answer(web, answer):
    web.answers[URL] = answer
    with pytest.raises(HTTPException):
        asked(web)


def test_what_is_cut_off_can_be_told_from_nonsense(web):
    web.answers[URL] = page(b"here")[:-1]
    with pytest.raises(IncompleteRead):
        asked(web)


def silent(_stream, over):
    over.wait(10)


def within_the_header(stream, over):
    stream.write(b"HTTP/1.1 200 OK\r\n")
    drips(stream, over, b"X: y\r\n")


def within_the_body(stream, over):
    stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
    drips(stream, over, b"x")


def drips(stream, over, piece):
    """Always a little more, so that no single wait is long."""
    with contextlib.suppress(OSError):
        while not over.wait(0.02):
            stream.write(piece)
            stream.flush()


@pytest.mark.parametrize("answer", [silent, within_the_header, within_the_body])
def test_the_time_is_that_of_the_whole(web, answer):
    web.answers[URL] = answer
    with pytest.raises(TimeoutError):
        asked(web, seconds=0.3)


def test_without_time_nobody_is_asked(web):
    with pytest.raises(TimeoutError):
        asked(web, seconds=0)
    assert web.tried == []


def test_who_says_nothing_to_tls_is_left():
    server = socket.create_server((LOOPBACK, 0))
    later = threading.Timer(3, server.close)
    later.start()
    with pytest.raises(TimeoutError):
        ask(Request(f"https://{LOOPBACK}:{server.getsockname()[1]}/", {}), seconds=0.3, octets=ROOM)
    later.cancel()
    server.close()


def test_by_default_the_systems_authorities_are_believed(web):
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(Request(URL, {}), seconds=10, octets=ROOM, connect=web.connect)
    assert web.asked == []


@cases(
    "url",
    rows=[("a blank", f"https://{HOST}/a b"), ("a line break", f"https://{HOST}/a\x0bb"), ("an umlaut", f"{URL}ü")],
)
def test_what_is_no_url_is_not_asked_for(web, url):
    with pytest.raises((HTTPException, ValueError)):
        asked(web, url)
    assert web.asked == []


def test_a_body_is_posted_and_comes_whole():
    with socket.create_server((LOOPBACK, 0)) as server:
        said = []

        def answer():
            client, _ = server.accept()
            with client, client.makefile("rb") as file:
                said.extend(iter(file.readline, b"\r\n"))
                said.append(file.read(7))
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                client.recv(1)  # it is asked to be closed by the other side, which need not wait for that

        thread = threading.Thread(target=answer)
        thread.start()
        port = server.getsockname()[1]
        request = Request(f"http://{LOOPBACK}:{port}/token", {"X-Word": "yes"}, b"a=b&c=d")
        assert ask(request, seconds=10, octets=ROOM).body == b"ok"
        thread.join()
    assert said[0] == b"POST /token HTTP/1.1\r\n"
    assert {f"Host: {LOOPBACK}:{port}\r\n".encode(), b"X-Word: yes\r\n", b"Connection: close\r\n"} < set(said)
    assert said[-1] == b"a=b&c=d"


class TestConnect:
    def test_a_real_connection(self):
        with socket.create_server((LOOPBACK, 0)) as server:
            port = server.getsockname()[1]
            with connect("localhost", port, 5) as plain:
                assert plain.getpeername()[1] == port

    def test_nobody_there(self, unused_port):
        with pytest.raises(ConnectionRefusedError):
            connect(LOOPBACK, unused_port, 5)

    def test_an_address_that_keeps_silent_leaves_time_for_the_next(self, monkeypatch):
        with full_server("127.0.0.2") as port, socket.create_server((LOOPBACK, port)):
            monkeypatch.setattr(socket, "getaddrinfo", resolved("127.0.0.2", LOOPBACK))
            with connect("two.example", port, 1) as plain:
                assert plain.getpeername()[0] == LOOPBACK
                assert plain.gettimeout() > 0.1  # seconds that it had

    def test_not_every_address_is_tried(self, monkeypatch, unused_port):
        addresses = [f"127.0.0.{number}" for number in range(2, 2 + ADDRESSES)]
        with socket.create_server((LOOPBACK, unused_port)):
            monkeypatch.setattr(socket, "getaddrinfo", resolved(*addresses, LOOPBACK))
            with pytest.raises(ConnectionRefusedError):
                connect("many.example", unused_port, 5)


def resolved(*addresses):
    """In place of the DNS: the same addresses for a name, and an address for itself."""

    def getaddrinfo(host, port, *_, **__):
        found = addresses if host.endswith(".example") else [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port)) for address in found]

    return getaddrinfo


@contextlib.contextmanager
def full_server(address):
    """A port that takes no more connections, and says nothing to those who try."""
    with contextlib.ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.socket())
        server.bind((address, 0))
        server.listen(0)
        for _ in range(4):  # more than Linux lets wait
            client = open_sockets.enter_context(socket.socket())
            client.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                client.connect(server.getsockname())
        yield server.getsockname()[1]
