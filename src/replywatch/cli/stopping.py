"""SIGTERM and SIGHUP end a command within seconds and in good order, wherever it is.

SIGHUP comes where a terminal is closed; with `nohup` it is ignored, and stays so. The signal becomes an exception,
which ends every wait of Python at once and unwinds what is open. Python can't raise it inside a call that does not
return: the system's name resolution, a long statement of SQLite. So a second thread looks whether the command has ended
in time, and if not, ends the process. The store bears that: it is made for being killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click

GRACE = 3.0
"""Seconds that a command has to end by itself."""
STOPPED = 143
"""The exit code of work that was not finished: what a shell says of SIGTERM; of SIGHUP, too, since both ask for it."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants the program to end."""


@contextmanager
def stopping(code: int = STOPPED, *, grace: float = GRACE) -> Iterator[None]:
    """On SIGTERM or SIGHUP, leave the block and end the program with `code`; the innermost block counts.

    What was ignored before stays ignored. For the main thread.
    """
    over = threading.Event()
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    guard = threading.Thread(target=_guard, args=(ours, over, grace, code), daemon=True)
    guard.start()
    handlers = {s: signal.getsignal(s) for s in _SIGNALS if signal.getsignal(s) is not signal.SIG_IGN}
    wakeup = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    try:
        for number in handlers:
            signal.signal(number, _stop)
        yield
    except Stopped:
        with suppress(OSError):  # the terminal may be gone
            click.echo("Stopped.", err=True)
        raise click.exceptions.Exit(code) from None
    finally:
        over.set()
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(theirs)
        guard.join()
        os.close(ours)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # once is enough: a second one would disturb the tidying up
    raise Stopped


def _guard(signals: int, over: threading.Event, grace: float, code: int) -> None:
    """End the process if it was told to stop and the command is not over in time."""
    while number := os.read(signals, 1):
        if number[0] in _SIGNALS:
            if not over.wait(grace):
                with suppress(OSError):
                    os.write(2, b"Stopped.\n")
                os._exit(code)
            return
