"""Somebody who types at a terminal, as tests see it."""

from __future__ import annotations

import os
import pty
import re
import select
import time
from types import TracebackType
from typing import Self

from planted import Program

PATIENCE = 30.0
"""Seconds for the next question."""
_COLUMNS = 80


class Typist:
    """A program run on a terminal of 80 columns; used as a context manager, which waits for its end."""

    def __init__(self, program: Program, *words: str) -> None:
        self._program = program
        self._words = words
        self.seen = ""
        """All that the terminal showed so far."""
        self._new = ""
        self.code: int | None = None
        """The exit code, once it has ended."""

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        self._program.environment["TERM"] = "xterm"
        # A session of its own, or passwords would be asked for at the terminal of the tests.
        self._child = self._program.start(*self._words, **terminal, start_new_session=True)
        os.close(theirs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._child.kill()
        while self._read():
            pass
        os.close(self._ours)
        self.code = self._child.wait(PATIENCE)

    def type(self, question: str, answer: str = "") -> None:
        """Wait until `question` is asked, and the program listens, then type `answer` and Enter."""
        deadline = time.monotonic() + PATIENCE
        while not (question in (shown := " ".join(self._new.split())) and shown.endswith(":")):
            assert time.monotonic() < deadline, f"{question!r} was not asked: {self.seen}"
            assert self._read(), f"it ended before {question!r}: {self.seen}"
        self._new = ""
        os.write(self._ours, f"{answer}\n".encode())

    def too_wide(self) -> list[str]:
        """What stands in more columns than the terminal has, without what was typed behind a question."""
        lines = (re.sub(r"(?<=: )[^:]*$", "", line) for line in self.seen.splitlines())
        return [line for line in lines if len(line) > _COLUMNS]

    def _read(self) -> bool:
        """Whether something more was shown; False once the program has ended."""
        if not select.select([self._ours], [], [], PATIENCE)[0]:
            self._child.kill()
            raise AssertionError(f"nothing happens: {self.seen}")
        try:
            found = os.read(self._ours, 65_536).decode("utf-8", "replace")
        except OSError:  # Linux says so once nobody has the terminal open
            return False
        self.seen += found
        self._new += found
        return bool(found)
