"""Text from mail made harmless, durations and times for people."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.render.text import human_duration, local_time, safe


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("plain", "plain"),
        ("Grüße, 日本 👋", "Grüße, 日本 👋"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b31mred", "\ufffd31mred"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("a\x00b\x7f", "a\ufffdb\ufffd"),
        ("one\r\ntwo\tthree\u2028four\x85five", "one two three four five"),
        ("a\xa0b\u3000c", "a b c"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\u2066x\u2069\u200e\u061c", "x"),
        ("z\u200be\u200cr\u200do\u2060\ufeff\xad", "zero"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("lone \ud800", "lone \ufffd"),
        ("\ue000", "\ufffd"),
        ("  many   blanks ", "many blanks"),
        ("x" * 1000, "x" * 1000),
        ("x" * 1_000_000, "x" * 999 + "…"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
        ("", ""),
    ],
)
def test_hostile_text_becomes_one_harmless_line(hostile, harmless):
    assert safe(hostile) == harmless


@given(st.text(alphabet=st.characters(codec=None)))
def test_whatever_comes_can_be_printed_encoded_and_made_safe_again(text):
    once = safe(text)
    assert once.isprintable()
    assert once.encode().decode() == once
    assert safe(once) == once


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3659, "1 h"),
        (3 * 3600 + 12 * 60 + 59, "3 h 12 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d"),
        (2 * 86_400 + 4 * 3600 + 3599, "2 d 4 h"),
        (400 * 86_400, "400 d"),
    ],
)
def test_durations_are_said_in_two_units_and_cut(seconds, said):
    assert human_duration(seconds) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [("UTC", "2026-05-28 20:26"), ("Europe/Berlin", "2026-05-28 22:26"), ("Asia/Tokyo", "2026-05-29 05:26")],
)
def test_times_are_local(zone, said):
    assert local_time(1_780_000_000, ZoneInfo(zone)) == said
