"""The laws of fuzz/ over the texts of all tests and what is made of them: the same inputs in every run."""

from __future__ import annotations

import importlib.util
import sys
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import laws
import run
from laws import SECRET, TARGETS, BrokenLawError
from replywatch.domain.headers import addresses, dates
from replywatch.domain.headers.header import keep_fields
from replywatch.domain.judging import classify
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.errors import ConfigError
from replywatch.sources import quoting
from replywatch.sources.imap.fetch import Question
from replywatch.sources.imap.reader import Octets
from seeds import SOURCES, seeds

SEEDS = {target: seeds(target) for target in SOURCES}
ODD = [
    b"\r\n",
    b"\n ",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"=?utf-8?q?",
    b"?=",
    b'"',
    b"\\",
    b"(",
    b")",
    b"<",
    b">",
    b"{3}",
]


def test_every_target_has_a_law_and_seeds():
    assert SOURCES.keys() == TARGETS.keys()
    assert all(len(found) > 50 for found in SEEDS.values())


@pytest.mark.parametrize("target", TARGETS)
def test_the_cases_of_the_tests(target):
    for seed in SEEDS[target]:
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_made_of_them(target):
    pieces = st.sampled_from(SEEDS[target]) | st.sampled_from(ODD) | st.binary(max_size=6)
    cut = st.builds(
        lambda piece, start, end: piece[start : len(piece) - end], pieces, st.integers(0, 9), st.integers(0, 9)
    )

    @settings(
        max_examples=1000, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(pieces | cut, max_size=6).map(b"".join))
    def law_holds(data):
        TARGETS[target](data)

    law_holds()


FOUND: list[tuple[str, bytes]] = [
    ("response", b"ogel-77 " + SECRET[:5].encode()),
    ("response", b"A" * 200_000),
]
"""What fuzzing once found: (target, the input that broke a law)."""


@pytest.mark.parametrize(("target", "data"), FOUND)
def test_what_was_found_stays_mended(target, data):
    TARGETS[target](data)


def test_without_atheris_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert run.main() == 2
    assert "PYTHON=python3.13" in capsys.readouterr().out


MISTAKES = [
    ("header", laws, "keep_fields", lambda data: data[:9]),
    ("header", laws, "hide_subject", lambda data, _: keep_fields(data).replace(b"From", b"To")),
    ("header", classify, "_possible", lambda _: ()),
    ("addresses", addresses, "_plain_addresses", lambda _: ()),
    ("addresses", laws, "contact_key", lambda address: "x" + address),
    ("dates", dates, "_plain_day", lambda _: 9000),
    ("dates", dates, "_any_date", lambda _: (-1, True)),
    ("subjects", laws, "decode_text", lambda text: text + "\ud800"),
    ("subjects", laws, "decode_name", lambda _: ""),
    ("response", Question, "whole", lambda *_: FetchedMessage(1, b"", None, None)),
    ("response", Octets, "_parts_of_line", lambda octets: iter([octets._receive()])),
    ("response", quoting, "shows", lambda *_: False),
    ("config", laws, "load_config", Mock(side_effect=ConfigError("  "))),
    ("text", laws, "safe", str),
    ("text", laws, "harmless", str),
]


@pytest.mark.parametrize(("target", "place", "name", "wrong"), MISTAKES)
def test_a_mistake_would_be_found(target, place, name, wrong, monkeypatch):
    monkeypatch.setattr(place, name, wrong)
    with pytest.raises(BrokenLawError):
        test_the_cases_of_the_tests(target)
