"""Texts for people, broken where nothing is lost by it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.render.folding import folded


def test_a_line_that_fits_stays_as_it_is():
    text = "Error: two  blanks\n  stay\n\n"
    assert folded(text, 20) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three four", ["one two", "  three", "  four"]),
        ("Error: one two three", ["Error: one", "       two", "       three"]),
        ("  a.b: c d e f", ["  a.b: c d", "    e f"]),
        ("one incomprehensibility two", ["one", "  incomprehensibility", "  two"]),
        ("表表 表表 表", ["表表 表表", "  表"]),
        ("one\ntwo three four", ["one", "two three", "  four"]),
    ],
)
def test_a_line_goes_on_indented(text, shown):
    assert folded(text, 10).splitlines() == shown


WIDE = "x" * 60


@pytest.mark.parametrize(
    "whole",
    [
        "`replywatch report --since 'last month'`.",
        "(`replywatch init`)",
        "chmod 600 '/home/anna/my config.toml'",
        "/var/lib/replywatch/replywatch.sqlite3",
        "/Users/anna/Library/Application Support/replywatch/config.toml",
        "~/My Mail/store of info.sqlite3",
        'mailboxes = { sent = ["Sent Items"] }',
        'domains = ["example.com", "example.org"]',
        "https://a.example/a-long-way",
        "a-word-with-hyphens",
    ],
)
def test_words_paths_commands_and_lines_of_the_config_stay_whole(whole):
    before = "Run: " if whole.startswith("chmod") else ""
    after = "" if before else " is not there and so on"
    for width in range(8, 100):
        assert whole in folded(f"{WIDE} {before}{whole}{after}", width)


@pytest.mark.parametrize(
    "text",
    ["one /a/b is not there", "one a = b two three", "`one two three", "run two three", "either/or are two words"],
)
def test_nothing_else_is_held_together(text):
    assert max(map(len, folded(text, 14).splitlines())) <= 14


@given(st.text(st.sampled_from("ab `/=[]{}.:\"'~\n"), max_size=200), st.integers(-1, 60))
def test_no_letter_is_lost(text, width):
    shown = folded(text, width)
    assert shown.split() == text.split()
    assert text.count("\n") <= shown.count("\n")


@given(st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=30), st.integers(20, 90))
def test_no_line_is_longer_than_it_may_be_or_shorter_than_it_must(words, width):
    lines = folded(" ".join(words), width).split("\n")
    assert all(len(line) <= width for line in lines)
    for line, following in pairwise(lines):
        assert len(line) + 1 + len(following.split()[0]) > width
