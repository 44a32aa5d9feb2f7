"""Lines for people."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from replywatch.cli.options import colours
from replywatch.cli.output import NARROW, ascii_only, columns, tell

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


class Terminal(StringIO):
    """A stream that says it is a terminal, of no size that anybody knows."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("said", "expected"), [("40", 40), ("200", 200), ("0", 80), ("wide", 80), (None, 80)])
def test_columns_of_a_terminal(monkeypatch, said, expected):
    monkeypatch.delenv("COLUMNS", raising=False)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert columns(Terminal()) == expected
    assert columns(StringIO()) == NARROW, "of a file nothing is said"


def test_columns_of_a_terminal_that_knows_its_size(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 47, 0, 0))
    with os.fdopen(theirs, "w") as stream:
        assert columns(stream) == 47
    os.close(ours)


def written_in(encoding):
    return TextIOWrapper(BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("stream", "environment", "only"),
    [
        (StringIO(), {}, False),
        (written_in("utf-8"), {}, False),
        (written_in("latin-1"), {}, True),
        (written_in("ascii"), {}, True),
        (written_in("cp437"), {}, True),
        (written_in("utf-8"), {"LANG": "C"}, True),
        (written_in("utf-8"), {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        (written_in("utf-8"), {"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, False),
        (written_in("utf-8"), {"LANG": "C", "LC_ALL": "C.UTF-8"}, False),
        (written_in("utf-8"), {"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}, True),
        (written_in("utf-8"), {"LANG": "de_DE.UTF-8", "LC_ALL": ""}, False),
        (written_in("utf-8"), {"LANG": "C.UTF-8"}, False),
        (written_in("utf-8"), {"TERM": "dumb"}, False),
        (Terminal(), {"TERM": "dumb"}, True),
        (Terminal(), {"TERM": "xterm"}, False),
    ],
)
def test_where_nothing_but_ascii_can_be_drawn(stream, environment, only):
    assert ascii_only(stream, environment) is only


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_for_terminals_that_have_some(monkeypatch, stream, environment, coloured):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colours(stream) is coloured
