"""Lines for people."""

from __future__ import annotations

import pytest

from replywatch.cli.output import NARROW, tell

LINE = (
    "The wait of 2026-03-02 09:00 (3f9c02ab41): no acknowledgement, now acknowledged at 2026-03-02 09:01; unanswered."
)


@pytest.mark.parametrize("terminal", [True, False])
def test_lines_are_broken_between_words_on_a_terminal_alone(monkeypatch, capsys, terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    tell(["Marked 3f9c02ab41.", LINE])
    first, *others = capsys.readouterr().err.splitlines()
    assert first == "Marked 3f9c02ab41."
    assert " ".join(others) == LINE
    assert [len(line) <= NARROW for line in others] == ([True, True] if terminal else [False])
