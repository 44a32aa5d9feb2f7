"""SIGTERM ends a command within seconds and in good order, wherever it is.

The signal becomes an exception, which ends every wait of Python at once and unwinds what is open. Python can't raise it
inside a call that does not return: the system's name resolution, a long statement of SQLite. So a second thread looks
whether the command has ended in time, and if not, ends the process. The store bears that: it is made for being killed.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

GRACE = 3.0
"""Seconds that a command has to end by itself."""
STOPPED = 143
"""The exit code of work that was not finished: what a shell says of SIGTERM."""


class Stopped(BaseException):
    """Somebody wants the program to end."""


@contextmanager
def stopping(code: int = STOPPED, *, grace: float = GRACE) -> Iterator[None]:
    """On SIGTERM, leave the block and end the program with `code`. For the main thread."""
    over = threading.Event()
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    guard = threading.Thread(target=_guard, args=(ours, over, grace, code), daemon=True)
    guard.start()
    handler = signal.signal(signal.SIGTERM, _stop)
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield
    except Stopped:
        click.echo("Stopped.", err=True)
        raise click.exceptions.Exit(code) from None
    finally:
        over.set()
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, handler)
        theirs.close()
        guard.join()
        ours.close()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: a second one would disturb the tidying up
    raise Stopped


def _guard(signals: socket.socket, over: threading.Event, grace: float, code: int) -> None:
    """End the process if a SIGTERM has come and the command is not over in time."""
    while number := signals.recv(1):
        if number[0] == signal.SIGTERM:
            if not over.wait(grace):
                os.write(2, b"Stopped.\n")
                os._exit(code)
            return
