"""A server that says what a test tells it to say: for faults, lies and dialects no real server shows on demand."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Ending:
    """The last thing that a connection says, and what comes of it then."""

    said: bytes
    how: str = "closed"
    """`closed`, `reset`, `half-open` (the server still listens), `stalled`, or `dripping`: octet by octet."""


DRIP = 0.05
"""Seconds between two octets that drip."""

Answer = bytes | Callable[[str], bytes | Ending]
"""What follows a command, with `TAG` for its tag; or a function of the command's arguments that returns it.

An answer without `TAG` is the last thing that this connection says.
"""

_COMMON: dict[str, Answer] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n",
    "STARTTLS": b"TAG OK begin\r\n",
    "LOGIN": b"TAG OK welcome\r\n",
    "LIST": b'* LIST () "/" INBOX\r\nTAG OK done\r\n',
    "STATUS": b"* STATUS INBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)\r\nTAG OK done\r\n",
    "EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4]\r\nTAG OK [READ-ONLY] done\r\n",
    "UID SEARCH": b"* SEARCH 1 2 3\r\nTAG OK done\r\n",
    "LOGOUT": b"* BYE bye\r\nTAG OK done\r\n",
}


class ScriptedServer:
    """An IMAP server on a free loopback port, with one thread for each connection. Use as a context manager."""

    host = "127.0.0.1"

    def __init__(
        self,
        answers: Mapping[str, Answer] | None = None,
        *,
        greeting: bytes = b"* OK hello\r\n",
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        literals: bytes = b"+ OK\r\n",
    ) -> None:
        """With `tls` it speaks TLS after STARTTLS, or from the start if `implicit`.

        `literals` is what it says to the announcement of one; if that is no `+`, the command ends there.
        """
        self._answers = {**_COMMON, **(answers or {})}
        self._greeting = greeting
        self._tls = tls
        self._implicit = implicit
        self._literals = literals
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.commands: list[str] = []
        """What clients sent, without tags, in order of arrival; literals as quoted strings."""
        self.clear = bytearray()
        """Every octet of IMAP that came outside TLS."""
        self.inside = bytearray()
        """Every octet that came inside TLS."""
        self.connections = 0
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shutting down a listening socket wakes up accept() on Linux; elsewhere closing it does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def said(self, verb: str) -> list[str]:
        """The commands that begin with `verb`."""
        return [command for command in self.commands if command.startswith(verb)]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client went away, or does not trust us
            if self._implicit:
                connection = self._secured(connection)
            with connection:
                connection.sendall(self._greeting)
                if self._talk(connection):
                    with self._secured(connection) as inner:
                        self._talk(inner)
        connection.close()

    def _secured(self, connection: socket.socket) -> socket.socket:
        assert self._tls is not None
        at = self._open.index(connection)
        self._open[at] = self._tls.wrap_socket(connection, server_side=True)
        return self._open[at]

    def _talk(self, connection: socket.socket) -> bool:
        """Answer commands; whether TLS begins now."""
        heard = self.inside if isinstance(connection, ssl.SSLSocket) else self.clear

        def hear(octets: int = 0) -> bytes:
            line = lines.read(octets) if octets else lines.readline()
            heard.extend(line)
            return line

        with connection.makefile("rb") as lines:
            while line := hear():
                tag, _, command = line.decode(errors="replace").rstrip("\r\n").partition(" ")
                if (whole := self._with_literals(connection, hear, tag, command)) is None:
                    continue
                command = whole
                if command.startswith("AUTHENTICATE"):
                    connection.sendall(b"+ \r\n")
                    command += " " + hear().decode().strip()
                self.commands.append(command)
                answer = self._answer(command)
                if isinstance(answer, bytes):
                    answer = answer if b"TAG" in answer else Ending(answer)
                said = answer.said if isinstance(answer, Ending) else answer
                said = said.replace(b"TAG", tag.encode())
                if isinstance(answer, Ending) and answer.how == "dripping":
                    drip(connection, said)
                    return False
                connection.sendall(said)
                if isinstance(answer, Ending):
                    _end(connection, answer.how)
                    return False
                if command == "STARTTLS" and self._tls is not None:
                    return True
        return False

    def _with_literals(
        self, connection: socket.socket, hear: Callable[[int], bytes], tag: str, command: str
    ) -> str | None:
        """The whole command with its literals as quoted strings; None if they are refused."""
        while size := re.search(r"\{(\d+)\}$", command):
            connection.sendall(self._literals.replace(b"TAG", tag.encode()))
            if not self._literals.startswith(b"+"):
                return None
            literal, further = hear(int(size[1])).decode(errors="replace"), hear(0).decode()
            command = f'{command[: size.start()]}"{literal}"' + further.rstrip("\r\n")
        return command

    def _answer(self, command: str) -> bytes | Ending:
        for verb, answer in self._answers.items():
            if command.startswith(verb):
                return answer(command[len(verb) :].strip()) if callable(answer) else answer
        return b"TAG OK done\r\n"


def drip(connection: socket.socket, said: bytes) -> None:
    """Say it octet by octet, for as long as the client listens; what it says besides is not heard."""
    for octet in said:
        connection.sendall(bytes([octet]))
        heard, _, _ = select.select([connection], [], [], DRIP)
        if heard and not connection.recv(1000):
            return


def _end(connection: socket.socket, how: str) -> None:
    """End a connection; returns when the client has gone away, too, where it is kept waiting."""
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif how == "half-open":
        connection.shutdown(socket.SHUT_WR)
    if how in ("half-open", "stalled"):
        while connection.recv(1000):
            pass
