"""Rows in columns: here as plain lines, in the report's table (`render.report.details`) drawn by rich."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from unicodedata import east_asian_width

from replywatch.render.locale import Locale

_NARROWEST = 10
"""Columns that have to be left of a line for its last cell; with less that gets a line of its own."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one column looks. Widths are columns of a terminal, where some letters take two."""

    width: int = 0
    """With the gap behind it; 0: what is left of the line, in the last column alone. Rich finds out by itself."""
    title: str = ""
    gap: int = 0
    """Blanks between a cell and the next one."""
    right: bool = False
    """Aligned to the right."""
    too_long: Literal["stays", "cut", "wrapped"] = "stays"
    """What becomes of a text that doesn't fit."""
    share: int = 0
    """Of what is left of the line; for rich alone."""
    colours: Mapping[str, str] = field(default_factory=dict)
    """By the text of a cell: parameters of ECMA-48, SGR."""


class Row(NamedTuple):
    """One row; its texts are harmless to a terminal."""

    cells: Sequence[str]
    below: Sequence[str] = ()
    """Paragraphs under it, from the second column on; one that begins with a blank is to be copied as one line."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A list for people."""

    title: str
    """Above it; "" for none."""
    columns: Sequence[Column]
    rows: Iterable[Row]
    indent: int = 0
    """Blanks before the first column."""


def grid_lines(grid: Grid, locale: Locale) -> Iterator[str]:
    """`grid` as plain lines, each as soon as its row is known."""
    if grid.title:
        yield grid.title
    if any(column.title for column in grid.columns):
        yield from _row(grid, Row([column.title for column in grid.columns]), locale)
    for row in grid.rows:
        yield from _row(grid, row, locale)


def _row(grid: Grid, row: Row, locale: Locale) -> Iterator[str]:
    *before, last = grid.columns
    cells = [_cell(column, text, locale) for column, text in zip(before, row.cells[:-1], strict=True)]
    start = " " * grid.indent + "".join(cells)
    second = grid.indent + grid.columns[0].width
    begins = grid.indent + sum(column.width for column in before)
    text, room = row.cells[-1], locale.width - begins
    if last.width:
        yield start + _cell(last, text, locale)
    elif last.too_long == "stays":
        yield (start + text).rstrip()
    elif last.too_long == "wrapped":
        first, *others = wrapped(text, room)
        yield (start + first).rstrip()
        yield from (" " * begins + line for line in others)
    elif room >= _NARROWEST:
        yield (start + cut(text, room)).rstrip()
    else:
        yield start.rstrip()
        if text:
            yield " " * second + cut(text, locale.width - second)
    for paragraph in row.below:
        if paragraph.startswith(" "):
            yield " " * second + paragraph
        else:
            yield from ((" " * second + line).rstrip() for line in wrapped(paragraph, locale.width - second))


def _cell(column: Column, text: str, locale: Locale) -> str:
    """`text` as wide as its column."""
    room = column.width - column.gap
    shown = cut(text, room) if column.too_long == "cut" else text
    blanks = " " * (room - columns_of(shown))
    padded = (blanks + shown if column.right else shown + blanks) + " " * column.gap
    colour = column.colours.get(text)
    return f"\x1b[{colour}m{padded}\x1b[0m" if colour and locale.colours else padded


def columns_of(text: str) -> int:
    """How many columns of a terminal a harmless `text` takes; letters of East Asian scripts take two."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def cut(text: str, columns: int) -> str:
    """`text`, cut where it would take more than so many columns."""
    used = 0
    for at, letter in enumerate(text):
        used += columns_of(letter)
        if used > columns:
            return text[: max(0, at - 1)] + "…"
    return text


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most so many columns, broken at blanks alone."""
    lines: list[str] = []
    used = columns
    for word in text.split(" "):
        width = columns_of(word)
        if lines and used + 1 + width <= columns:
            lines[-1] += f" {word}"
            used += 1 + width
        else:
            lines.append(word)
            used = width
    return lines
