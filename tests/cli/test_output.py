"""Lines for people."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios

import pytest

from replywatch.cli.output import NARROW, columns, tell

LINE = (
    "The wait of 2026-03-02 09:00 (3f9c02ab41): no acknowledgement, now acknowledged at 2026-03-02 09:01; unanswered."
)


@pytest.mark.parametrize("terminal", [True, False])
def test_lines_are_broken_between_words_on_a_terminal_alone(monkeypatch, capsys, terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    tell(["Marked 3f9c02ab41.", LINE])
    first, *others = capsys.readouterr().err.splitlines()
    assert first == "Marked 3f9c02ab41."
    assert " ".join(" ".join(others).split()) == LINE
    assert [len(line) <= NARROW for line in others] == ([True, True] if terminal else [False])


class Terminal(io.StringIO):
    """A stream that says it is a terminal, of no size that anybody knows."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("said", "expected"), [("40", 40), ("200", 200), ("0", 80), ("wide", 80), (None, 80)])
def test_columns_of_a_terminal(monkeypatch, said, expected):
    monkeypatch.delenv("COLUMNS", raising=False)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert columns(Terminal()) == expected
    assert columns(io.StringIO()) == NARROW, "of a file nothing is said"


def test_columns_of_a_terminal_that_knows_its_size(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 47, 0, 0))
    with os.fdopen(theirs, "w") as stream:
        assert columns(stream) == 47
    os.close(ours)
