"""The line to an IMAP server: all that comes is bounded, all that goes is on the list of harmless commands.

The library still connects, logs in, lists and opens; it reads and writes through the methods below, which imaplib
documents as the ones to override. So there is one buffer alone, and no response can be overlooked in another.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from replywatch.sources.imap.commands import Gate
from replywatch.sources.imap.reader import Fault, Octets, ReadError, Response, Tagged, answer

if TYPE_CHECKING:
    from typing_extensions import Buffer  # as imaplib's stub has it; in collections.abc from Python 3.12 on

_RECEIVED = 1 << 16
"""Octets asked of the socket at once."""
_BARE = re.compile(rb"[^ ]+ (?:OK|NO|BAD)\r\n", re.IGNORECASE)


class _Wire(imaplib.IMAP4):
    """imaplib with reading and writing of our own."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - whatever the library hands over
        self._gate = Gate()
        self._octets: tuple[socket.socket | None, Octets] = (None, Octets(bytes))
        super().__init__(*arguments)

    def ask(self, command: str, literals: int = 0) -> Iterator[Response]:
        """Give a command and yield the responses as they come; the last one is `Tagged`.

        The answer has room for so many large literals. Whoever stops listening before its end hangs up: nobody could
        tell the rest from the next answer.

        Raises:
            ReadError: the answer can't be read; the connection is closed.
            OSError: the connection broke.
        """
        tag = self._new_tag()
        ended = False
        try:
            self.send(tag + b" " + command.encode("ascii") + b"\r\n")
            self.octets.start(literals)
            for response in answer(self.octets, tag):
                ended = isinstance(response, Tagged)
                yield response
        finally:
            self.tagged_commands.pop(tag)
            if not ended:
                with contextlib.suppress(OSError):
                    self.shutdown()

    def capability(self) -> tuple[str, list[Any]]:
        """What the server says it can do.

        Raises:
            imaplib.IMAP4.error: it refuses to say; imaplib would take the refusal's words for the list.
        """
        status, said = super().capability()
        if status != "OK":
            raise self.error(said[-1])
        return status, said

    @property
    def octets(self) -> Octets:
        """What comes through the present socket: what came before TLS began counts no more."""
        if self._octets[0] is not self.sock:
            connection = self.sock
            self._octets = connection, Octets(lambda: connection.recv(_RECEIVED))
        return self._octets[1]

    def send(self, data: Buffer) -> None:
        """Send `data`.

        Raises:
            ForbiddenCommandError: it is not allowed to leave; nothing was sent.
            OSError: the connection broke.
        """
        if self._gate.check(bytes(data)):
            self.octets.start()
        super().send(data)

    def readline(self) -> bytes:
        """The next line; none at the end of the stream."""
        try:
            line = self.octets.line()
        except ReadError as error:
            if error.fault is Fault.END:
                return b""
            raise self.abort(str(error)) from error
        # imaplib takes no completion without a text, which RFC 9051 demands and some servers forget.
        return line[:-2] + b" \r\n" if _BARE.fullmatch(line) else line

    def read(self, size: int) -> bytes:
        """The next `size` octets; fewer at the end of the stream."""
        try:
            return self.octets.take(size)
        except ReadError as error:
            raise self.abort(str(error)) from error


class _PlainWire(_Wire, IMAP4WithTimeout):  # type: ignore[misc] # the library has no types
    """In clear, until STARTTLS."""


class _TlsWire(_Wire, IMAP4_TLS):  # type: ignore[misc] # the library has no types
    """TLS from the start."""


class Client(IMAPClient):  # type: ignore[misc] # the library has no types
    """The library's client on a line of our own."""

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 - the library's name for it
        seconds = self._timeout.connect
        if self.ssl:
            return _TlsWire(self.host, self.port, self.ssl_context, seconds)
        return _PlainWire(self.host, self.port, seconds)

    def ask(self, command: str, literals: int = 0) -> Iterator[Response]:
        """As `_Wire.ask`."""
        wire: _Wire = self._imap
        return wire.ask(command, literals)
