"""How long a server is waited for: for silence, and for an answer as a whole, however slowly it drips in."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

_RECEIVED = 1 << 16
"""Octets asked of the socket at once."""
SLOWEST = 1_000
"""Octets a second: what comes more slowly, once the first wait is used up, would never be worth it."""
_GOODBYE = 5.0
"""Seconds for the answer to LOGOUT: all that was wanted is there by then."""
_GREETED = frozenset({b"CAPABILITY", b"STARTTLS"})
_SLOW = frozenset({b"EXAMINE", b"STATUS", b"UID SEARCH"})
"""For these a server may have to look through a whole mailbox first."""


class SlowError(TimeoutError):
    """An answer comes, but more slowly than it may."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that a server may take, phase by phase: to begin, and to go on after each piece of an answer."""

    connect: float = 15
    """Until a connection stands; again until TLS does, and for all that is said before the login."""
    answer: float = 60
    """For the login, and for the answer to an ordinary command."""
    opening: float = 300
    """For opening and searching a mailbox: servers index large ones only then, and some need minutes."""

    @classmethod
    def of(cls, seconds: float | None) -> Self:
        """The same for each phase; as usual where nothing is said."""
        return cls() if seconds is None else cls(seconds, seconds, seconds)

    def after(self, verb: bytes) -> float:
        """For the answer to a command."""
        if verb == b"LOGOUT":
            return min(_GOODBYE, self.answer)
        if verb in _GREETED:
            return self.connect
        return self.opening if verb in _SLOW else self.answer


USUAL = Timeouts()


class Waiting:
    """The time that is left for one answer: it grows with every octet, so that no honest answer is too long.

    Only time in which the server is waited for is counted, not what is done meanwhile with the pieces of its answer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` says seconds that never go back."""
        self._clock = clock
        self._seconds = 0.0
        self._waited = 0.0
        self._octets = 0

    def begin(self, channel: socket.socket, seconds: float) -> None:
        """A command is about to leave; its answer has so many seconds to begin, and after each piece to go on."""
        self._seconds, self._waited, self._octets = seconds, 0.0, 0
        channel.settimeout(seconds)

    def receive(self, channel: socket.socket) -> bytes:
        """What has come, or comes next; nothing at the end of the stream.

        Raises:
            SlowError: the whole answer takes too long.
            OSError: nothing comes (`TimeoutError`), or the connection broke.
        """
        left = self._seconds + self._octets / SLOWEST - self._waited
        if left <= 0:
            raise SlowError
        channel.settimeout(min(left, self._seconds))
        began = self._clock()
        try:
            data = channel.recv(_RECEIVED)
        except TimeoutError as error:
            if left < self._seconds / 2:  # it was waited for before, and something came
                raise SlowError from error
            raise
        finally:
            self._waited += self._clock() - began
            channel.settimeout(self._seconds)
        self._octets += len(data)
        return data
