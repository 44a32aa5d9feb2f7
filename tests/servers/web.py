"""A web server with TLS and a name server, both on loopback, that answer as a test says."""

from __future__ import annotations

import socket
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, Any, Self

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from servers.certificates import Authority

Answer = bytes | Callable[[IO[bytes], threading.Event], None]
"""What is written after a request: octets, or a function that writes them; the event says that the test is over."""


def page(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """An answer of HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class Web:
    """Answers `https://…` for hosts and paths that it knows, 404 for all others. Used as a context manager.

    `connect` takes the place of the net: it leads the names the certificate is for to this server, all others nowhere.
    """

    def __init__(self, hosts: Iterable[str], authority: Authority, certificate: bytes | None = None) -> None:
        self.hosts = frozenset(hosts)
        self.answers: dict[str, Answer] = {}
        """URL → what is answered."""
        self.asked: list[str] = []
        """The URLs that were asked for."""
        self.tried: list[tuple[str, int]] = []
        """Hosts and ports to which a connection was wanted."""
        self.over = threading.Event()
        self.context = ssl.create_default_context(cadata=authority.certificate.decode())
        self._server_context = _server_context(certificate or authority.issue(*sorted(self.hosts)))

    def __enter__(self) -> Self:
        web = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                web._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = False

            def handle_error(self, request: Any, client_address: Any) -> None:
                """The other side went away or did not trust us: that is what tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connection to this server, if `host` is one of its names."""
        self.tried.append((host, port))
        if host not in self.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return socket.create_connection(("127.0.0.1", self._server.server_address[1]), seconds)

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        try:
            with self._server_context.wrap_socket(plain, server_side=True) as secure, secure.makefile("rwb") as file:
                path = file.readline().split(b" ")[1].decode()
                fields = dict(line.lower().split(b": ", 1) for line in iter(file.readline, b"\r\n"))
                url = f"https://{fields[b'host'].strip().decode()}{path}"
                self.asked.append(url)
                answer = self.answers.get(url, page(b"", "404 Not Found"))
                if callable(answer):
                    answer(file, self.over)
                else:
                    file.write(answer)
                    file.flush()
        except (OSError, IndexError):
            pass


def _server_context(certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


class Names:
    """A name server over UDP that knows the SRV records of a zone. Used as a context manager."""

    def __init__(self, zone: dict[str, list[str]]) -> None:
        """`zone`: name → records such as `0 1 993 imap.example.com.`; "garbage" or "silence" instead of them."""
        self.zone = zone
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self._socket.getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", self._socket.getsockname())  # ends the loop
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(4096)
            if not question:
                return
            if answer := self._answer(question):
                self._socket.sendto(answer, sender)

    def _answer(self, question: bytes) -> bytes:
        query = dns.message.from_wire(question)
        name = query.question[0].name.to_text().removesuffix(".")
        self.asked.append(name)
        records = self.zone.get(name)
        if records == ["silence"]:
            return b""
        if records == ["garbage"]:
            return question[:2] + b"\x81\x80" + b"\xff" * 40
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if records is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records:
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "SRV", *records))
        return answer.to_wire()
