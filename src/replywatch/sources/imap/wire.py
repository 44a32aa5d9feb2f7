"""The line to an IMAP server: all that comes is bounded, all that goes is on the list of harmless commands.

The library still connects and negotiates TLS and tokens; it reads and writes through the methods below, which imaplib
documents as the ones to override. So there is one buffer alone, and no response can be overlooked in another.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.sources.dial import connect
from replywatch.sources.imap.commands import Gate
from replywatch.sources.imap.reader import Bye, Fault, Octets, ReadError, Response, Tagged, answer
from replywatch.sources.imap.waiting import Timeouts, Waiting

if TYPE_CHECKING:
    from typing_extensions import Buffer  # as imaplib's stub has it; in collections.abc from Python 3.12 on

_BARE = re.compile(rb"[^ ]+ (?:OK|NO|BAD)\r\n", re.IGNORECASE)
_REV1 = "IMAP4REV1"


class _Wire(imaplib.IMAP4):
    """imaplib with connecting, reading and writing of our own."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeouts: Timeouts) -> None:
        """TLS from the start with a `context`, in clear until STARTTLS without."""
        self._context = context
        self._timeouts = timeouts
        self._gate = Gate()
        self._waiting = Waiting()
        self._octets: tuple[socket.socket | None, Octets] = (None, Octets(bytes))
        self._greeted = False
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:  # noqa: ARG002 - imaplib hands it over
        channel = connect(self.host, self.port, self._timeouts.connect)
        channel.settimeout(self._timeouts.connect)
        if self._context is not None:
            # Python bounds the handshake as a whole by this time.
            channel = self._context.wrap_socket(channel, server_hostname=self.host)
        self._waiting.begin(channel, self._timeouts.connect)
        return channel

    def ask(self, command: str | Sequence[bytes], literals: int = 0) -> Iterator[Response]:
        """Give a command and yield the responses as they come; the last one is `Tagged`.

        A command with literals has several lines, as `words.command` makes them: each but the first leaves when the
        server asks for it, and none does where it refuses the command before that.

        The answer has room for so many large literals. Whoever stops listening before its end hangs up: nobody could
        tell the rest from the next answer.

        Raises:
            ReadError: the answer can't be read; the connection is closed.
            OSError: the connection broke.
        """
        tag = self._new_tag()
        parts = [command.encode("ascii")] if isinstance(command, str) else command
        lines = [b"%s%s\r\n" % (b"" if number else tag + b" ", part) for number, part in enumerate(parts)]
        ended = False
        try:
            if len(lines) > 1:
                self._gate.announce(lines)
            for response in self._exchange(lines, tag, literals):
                ended = isinstance(response, Tagged)
                yield response
        finally:
            self.tagged_commands.pop(tag)
            if not ended:
                with contextlib.suppress(OSError):
                    self.shutdown()

    def _exchange(self, lines: Sequence[bytes], tag: bytes, literals: int) -> Iterator[Response]:
        """Send line after line, and yield what is answered. Raises as `ask`."""
        for number, line in enumerate(lines, 1):
            self.send(line)
            if number == 1:
                self.octets.start(literals)
            try:
                yield from answer(self.octets, tag)
            except ReadError as error:
                if error.fault is not Fault.CONTINUATION or number == len(lines):
                    raise
            else:
                return

    def capability(self) -> tuple[str, list[Any]]:
        """What the server says it can do, in its greeting, in one line or in several.

        Raises:
            imaplib.IMAP4.error: it refuses to say; imaplib would take the refusal's words for the list.
        """
        status, said = super().capability()
        if status != "OK":
            raise self.error(said[-1])
        words = [line for line in said if isinstance(line, bytes)]
        return status, [b" ".join(words)] if words else [None]

    def _get_capabilities(self) -> None:
        """Take them, and call a server by the name that imaplib knows: all that is asked is the same in IMAP4rev2."""
        super()._get_capabilities()  # type: ignore[misc] # imaplib's stub leaves it out
        if "IMAP4REV2" in self.capabilities:
            self.capabilities = (*dict.fromkeys((*self.capabilities, _REV1)),)

    @property
    def octets(self) -> Octets:
        """What comes through the present socket: what came before TLS began counts no more."""
        if self._octets[0] is not self.sock:
            connection = self.sock
            self._octets = connection, Octets(lambda: self._waiting.receive(connection))
            self.untagged_responses.clear()
        return self._octets[1]

    def send(self, data: Buffer) -> None:
        """Send `data`.

        Raises:
            ForbiddenCommandError: it is not allowed to leave; nothing was sent.
            OSError: the connection broke.
        """
        verb = self._gate.check(bytes(data))
        if verb:
            self.octets.start()
            self._waiting.begin(self.sock, self._timeouts.after(verb))
        super().send(data)

    def readline(self) -> bytes:
        """The next line; none at the end of the stream."""
        try:
            line = self.octets.line()
        except ReadError as error:
            if error.fault is Fault.END:
                return b""
            raise self.abort(str(error)) from error
        if not self._greeted:
            self._greeted = True
            if not line.startswith(b"*"):  # imaplib would show nothing of it
                raise self.error(line)
        # imaplib takes no completion without a text, which RFC 9051 demands and some servers forget.
        return line[:-2] + b" \r\n" if _BARE.fullmatch(line) else line

    def read(self, size: int) -> bytes:
        """The next `size` octets; fewer at the end of the stream."""
        try:
            return self.octets.take(size)
        except ReadError as error:
            raise self.abort(str(error)) from error


class Client(IMAPClient):  # type: ignore[misc] # the library has no types
    """The library's client on a line of our own."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeouts: Timeouts) -> None:
        """TLS from the start with a `context`, in clear until STARTTLS without."""
        self._timeouts = timeouts
        usual = SocketTimeout(timeouts.connect, timeouts.answer)
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=usual)

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 - the library's name for it
        return _Wire(self.host, self.port, self.ssl_context, self._timeouts)

    @property
    def offers(self) -> frozenset[str]:
        """What the server could do before the login, in upper case; behind STARTTLS, what it said there."""
        wire: _Wire = self._imap
        return frozenset(wire.capabilities)

    def ask(self, command: str | Sequence[bytes], literals: int = 0) -> Iterator[Response]:
        """As `_Wire.ask`."""
        wire: _Wire = self._imap
        return wire.ask(command, literals)

    def told(self, command: str | Sequence[bytes]) -> Iterator[Response]:
        """As `ask`, where a refusal and a goodbye are errors.

        Raises:
            IMAPClientError: the server refuses; what it said before counts for nothing.
            IMAPClientAbortError: it says BYE.
        """
        for response in self.ask(command):
            match response:
                case Bye(text):
                    raise IMAPClientAbortError(text)
                case Tagged(status, text) if status != "OK":
                    raise IMAPClientError(text)
            yield response
