"""The program at a terminal of its own, and somebody who reads before typing."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from select import select
from types import TracebackType
from typing import Self

from planted import Program

PATIENCE = 60
"""Seconds for which something to read is waited for."""


class Terminal:
    """A run of the program whose stdin, stdout and stderr are one terminal; used as a context manager."""

    def __init__(self, program: Program, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "replywatch", *words],
            cwd=program.folder,
            env=program.environment | {"TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self.seen = ""
        """Everything so far."""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._ours)

    def reads(self, text: str) -> str:
        """What stands up to and with `text`, after all that was read before; it has to come."""
        while text not in self.seen[self._read :]:
            assert self._more(), f"{text!r} did not come: {self.seen[self._read :]}"
        start, self._read = self._read, self.seen.index(text, self._read) + len(text)
        return self.seen[start : self._read]

    def types(self, text: str) -> None:
        """A person types this, and Enter."""
        os.write(self._ours, f"{text}\n".encode())

    def presses(self, key: bytes) -> None:
        """A person presses a key, such as `\\x04` for Ctrl-D."""
        os.write(self._ours, key)

    def interrupts(self) -> None:
        """What Ctrl-C does; then Enter: a signal that comes just before the program begins to read waits for that."""
        self._child.send_signal(signal.SIGINT)
        self.types("")

    def ends(self) -> tuple[int, str]:
        """The exit code, and what stood after all that was read before."""
        while self._more():
            pass
        return self._child.wait(PATIENCE), self.seen[self._read :]

    def _more(self) -> bool:
        """Whether there was more to read before the program ended."""
        ready, _, _ = select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing comes after: {self.seen}"
        try:
            part = os.read(self._ours, 4096)
        except OSError:  # the other end is closed
            return False
        self.seen += part.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(part)
