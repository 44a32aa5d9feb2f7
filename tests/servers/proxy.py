"""A proxy between client and server that writes down what the client says, and breaks off what the server says."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards connections from a free loopback port to `host` and `port`. Use as a context manager."""

    host = "127.0.0.1"

    def __init__(self, host: str, port: int, *, let_through: int | None = None, how: str = "closed") -> None:
        """After `let_through` octets of the server, if given, each connection is `closed`, `reset` or `stalled`, or
        goes on behind an octet that was `garbled`.
        """
        self._upstream = (host, port)
        self._let_through = let_through
        self._how = how
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = bytearray()
        """What clients sent, all connections one after the other."""
        self.received = 0
        """Octets that the server sent."""
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._upstream)
            self.connections += 1
            self._open += client, server
            for forward in (self._up, self._down):
                self._threads.append(threading.Thread(target=forward, args=(client, server)))
                self._threads[-1].start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                self.sent += data
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        left = self._let_through
        with contextlib.suppress(OSError), server:
            while (left is None or left > 0) and (data := server.recv(65_536)):
                if left is not None and left < len(data) and self._how == "garbled":
                    data = data[:left] + bytes([data[left] ^ 1]) + data[left + 1 :]
                    left = None
                data = data[:left]
                left = None if left is None else left - len(data)
                self.received += len(data)
                client.sendall(data)
            if left == 0 and self._how == "stalled":
                while server.recv(65_536):  # until the client goes away, which ends the session
                    pass
        if self._how == "reset":
            # Shut down first: the other thread's recv() keeps the descriptor busy, and only a close sends the reset.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        client.close()
