"""The three streams that every program has, also where its caller closed some (`replywatch report >&-`)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""In the order of their numbers."""


def fill_closed() -> None:
    """Put /dev/null where a stream is closed, before any other file is opened.

    Else the next file, which may be the store, gets the number of the stream, and text is written into it.
    """
    for number in range(len(_STREAMS)):
        try:
            os.fstat(number)
        except OSError:
            lowest = os.open(os.devnull, os.O_RDWR)  # of the free numbers, so it is this one
            os.set_inheritable(lowest, True)  # noqa: FBT003 - it takes no name
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the very end


def emptied() -> bool:
    """Whether all that was written could be written; what is left of the rest is dropped.

    Else the interpreter tries it once more when it shuts down, and gives an exit code of its own (120).
    """
    whole = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            whole = False
            _drop(stream)
    return whole


def _drop(stream: TextIO) -> None:
    """Send what waits in the buffer of `stream` nowhere, and all that follows."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # a stream of a test has no number
        os.dup2(nowhere, stream.fileno())
        stream.flush()
    os.close(nowhere)
