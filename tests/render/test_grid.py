"""Lists for people: columns stand under each other, whatever letters are in them, and no line is too long."""

from textwrap import wrap

from hypothesis import given
from hypothesis import strategies as st

from replywatch.render.grid import Column, Grid, Row, columns_of, cut, grid_lines, wrapped
from replywatch.render.locale import Locale
from story import cases

LETTERS = st.text(st.sampled_from("ab é表日"), max_size=60)
WORDS = LETTERS.map(lambda text: " ".join(text.split()))
NAMES = (Column(6, gap=2, right=True), Column(8, gap=1, too_long="cut"), Column(too_long="cut"))


def lines(columns, *rows, title="", indent=0, **locale):
    return list(grid_lines(Grid(title, columns, [Row(*row) for row in rows], indent), Locale(**locale)))


@cases(
    "cells",
    "line",
    rows=[
        ("aligned", ("12", "anna", "x"), "  12  anna    x"),
        ("as wide as may be", ("1234", "1234567", "x"), "1234  1234567 x"),
        ("a number is never cut", ("12345", "anna", "x"), "12345  anna    x"),
        ("a name is", ("1", "12345678", "x"), "   1  123456… x"),
        ("two columns a letter", ("1", "表表", "x"), "   1  表表    x"),
        ("cut within a letter", ("1", "表表表表", "x"), "   1  表表…   x"),
        ("nothing at the end", ("1", "anna", ""), "   1  anna"),
    ],
)
def test_one_row(cells, line):
    assert lines(NAMES, [cells]) == [line]


def test_titles():
    columns = (Column(8, "waited"), Column(6, "all", right=True))
    assert lines(columns, [["never", "12"]], title="Enquiries", indent=2) == [
        "Enquiries",
        "  waited     all",
        "  never       12",
    ]


def test_the_last_cell_is_cut_at_the_end_of_the_line():
    assert lines(NAMES, [["1", "anna", "a subject that is long"]], width=26) == ["   1  anna    a subject t…"]


def test_no_line_ends_in_blanks():
    columns = (Column(4), Column(too_long="cut"))
    row = Row(["1", ""], ["  [a]", "", "  [b]"])
    shown = list(grid_lines(Grid("", columns, [row]), Locale(width=12)))
    assert shown == ["1", "      [a]", "", "      [b]"]
    assert list(grid_lines(Grid("", columns, [Row(["1", ""])]), Locale(width=12))) == ["1"], "there is nothing below"


def test_without_room_it_goes_below():
    assert lines(NAMES, [["1", "anna", "a subject that is long"]], width=23) == [
        "   1  anna",
        "      a subject that i…",
    ]


def test_what_is_wrapped_stays_in_its_column():
    columns = (Column(4), Column(too_long="wrapped"))
    assert lines(columns, [["ok", "one two three"], ["Look at this one:", "  key = [1, 2, 3, 4]"]], width=16) == [
        "ok  one two",
        "    three",
        "    Look at this",
        "    one:",
        "      key = [1, 2, 3, 4]",
    ]


def test_colours_are_put_around_the_whole_cell_on_a_terminal_alone():
    columns = (Column(5, colours={"ok": "32"}), Column())
    rows = [[["ok", "x"]], [["bad", "x"]]]
    assert lines(columns, *rows, colours=True) == ["\x1b[32mok   \x1b[0mx", "bad  x"]
    assert lines(columns, *rows) == ["ok   x", "bad  x"]


@given(LETTERS, st.integers(1, 40))
def test_what_is_cut_fits(text, columns):
    shown = cut(text, columns)
    assert columns_of(shown) <= columns
    assert (shown == text) == (columns_of(text) <= columns)


@given(WORDS, st.integers(1, 40))
def test_what_is_wrapped_fits_and_is_whole(text, columns):
    found = wrapped(text, columns)
    assert " ".join(found) == text
    assert all(columns_of(line) <= columns or " " not in line for line in found)


@given(WORDS.filter(str.isascii), st.integers(1, 40))
def test_plain_letters_are_wrapped_as_everywhere(text, columns):
    assert wrapped(text, columns) == (wrap(text, columns, break_long_words=False) or [""])
