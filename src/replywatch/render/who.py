"""Lists of exchanges: what is known of each, then who wrote, and about what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from replywatch.domain.messages import Exchange
from replywatch.render.grid import Column, Grid, Row, cut, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.text import person_text, safe

_SHARE_OF_WHO = 0.48
"""Of what a line has left for people and subjects."""
_LEAST = 22
"""Columns that people and subjects need side by side; with fewer they stand below each other."""
_LEAST_OF_WHO = 12


def who_lines(
    columns: Sequence[Column], rows: Iterable[tuple[Exchange, Sequence[str]]], locale: Locale
) -> Iterator[str]:
    """A line for each exchange: the harmless cells of `columns`, then who and the subject; two or three if narrow."""
    left = locale.width - sum(column.width for column in columns)
    if left >= _LEAST:
        who = Column(max(_LEAST_OF_WHO, int(left * _SHARE_OF_WHO)), "who", gap=2, too_long="cut")
        columns = [*columns, who, Column(title="subject", too_long="cut")]
        beside = (Row([*cells, _who(exchange), safe(exchange.subject)]) for exchange, cells in rows)
        return grid_lines(Grid("", columns, beside), locale)
    room = locale.width - columns[0].width
    columns = [*columns, Column(title="who", too_long="cut")]
    below = (Row([*cells, _who(exchange)], _subject(exchange, room)) for exchange, cells in rows)
    return grid_lines(Grid("", columns, below), locale)


def _who(exchange: Exchange) -> str:
    return person_text(exchange.contact, exchange.visitor_of)


def _subject(exchange: Exchange, room: int) -> list[str]:
    """The subject as a line of its own, if there is one."""
    subject = safe(exchange.subject)
    return [cut(subject, room)] if subject else []
