"""Whole expected outputs, kept as files beside the tests."""

import os
from pathlib import Path

import pytest

from replywatch.app.polling import patience

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden_output():
    """Compares a text with the file of that name; REPLYWATCH_GOLDEN=write replaces the file instead."""

    def compare(name, text):
        path = GOLDEN / name
        if os.environ.get("REPLYWATCH_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Polls in this process try again at once what they try again."""
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0)
    monkeypatch.setattr(patience, "JITTER", 0)
