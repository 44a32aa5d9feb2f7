"""A web server on this machine for one visit: the browser that comes back from a login (RFC 8252, section 7.3)."""

from __future__ import annotations

import io
import queue
import secrets
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from replywatch.errors import LoginError
from replywatch.hosts import LOOPBACK
from replywatch.sources.https import Incoming

_DONE = b"<!doctype html><title>replywatch</title><p>You can close this window and go back to replywatch."
_STRANGER = b"<!doctype html><title>replywatch</title><p>This is not the answer to the login that replywatch began."
_VISIT_SECONDS = 2
"""How long a visit may take as a whole, however little comes at a time; browsers open connections in reserve."""
_LONGEST = 65_536
"""Octets of a request."""


class Loopback:
    """Waits for the browser on a free port, at the loopback address alone. Use as a context manager."""

    def __init__(self, host: str, seconds: float) -> None:
        self._seconds = seconds
        self._server = _Server((LOOPBACK, 0), _Visit)
        self.state = self._server.state
        """What only the browser of this login knows."""
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://{host}:{self._server.server_address[1]}"
        """Where the browser is to be sent."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def receive(self) -> str:
        """The address that the browser came to, of those with the right state; others are turned away.

        Raises:
            LoginError: none came in time.
        """
        try:
            return self._server.answers.get(timeout=self._seconds)
        except queue.Empty:
            raise LoginError(
                f"no browser came back from the login within {self._seconds / 60:g} minutes",
                "Run the same command again. If the browser runs on another machine, add --paste.",
            ) from None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False  # they are waited for, and end by themselves

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.state = secrets.token_urlsafe(32)
        self.answers: queue.Queue[str] = queue.Queue()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that hangs up is no matter."""


class _Visit(BaseHTTPRequestHandler):
    server: _Server

    def setup(self) -> None:
        """Read the request within the time of a visit, and answer it within as much again."""
        super().setup()
        self.connection.settimeout(_VISIT_SECONDS)
        self.rfile = io.BufferedReader(Incoming(self.connection, time.monotonic() + _VISIT_SECONDS, _LONGEST))

    def do_GET(self) -> None:
        """Take the answer, if it is one to our question."""
        states = parse_qs(urlsplit(self.path).query).get("state", [])
        ours = states == [self.server.state]
        self._answer(200 if ours else 404, _DONE if ours else _STRANGER)
        if ours:
            self.server.answers.put(self.path)

    def _answer(self, status: int, page: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
        """Say nothing: the address holds the code."""
