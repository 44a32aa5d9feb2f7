"""The exchanges behind a figure, as people get them: nothing runs over the edge of a terminal."""

from dataclasses import fields

import pytest

from replywatch.domain.messages import Exchange, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.render.grid import columns_of
from replywatch.render.listing import list_lines
from replywatch.render.locale import Locale
from story import DAY, HOUR, at

AS_OF = at("2024-03-20 12:00")


def found(since, status, elapsed=None, **said):
    known = {"id": "3f9c02ab41", "ordinal": 1, "contact": "anna@example.org", "subject": "表" * 80} | said
    nothing = {field.name: None for field in fields(Exchange)}
    return ExchangeAt(Exchange(**nothing | known | {"arrived_at": AS_OF - since}), status, AS_OF, elapsed)


FOUND = [
    found(400 * DAY, Status.ANSWERED, 11 * DAY + HOUR, id="1f9c02", reply="2f9c02"),
    found(13 * DAY + 23 * HOUR, Status.WAITING, contact="a.name.that.is.far.too.long@example.org"),
    found(20 * DAY, Status.NEVER, subject=""),
]
SHORT_IDS = {"1f9c02": "1f9c0", "2f9c02": "2f9c", "3f9c02ab41": "3f9c"}


@pytest.mark.parametrize("width", [40, 56, 64, 80, 120])
def test_it_fits(width):
    lines = list(list_lines(FOUND, SHORT_IDS, Locale(width=width)))
    assert max(map(columns_of, lines)) <= width
    assert lines[-1] == "3 exchanges."


def test_below_each_other_where_there_is_no_room():
    assert list(list_lines(FOUND[:1], SHORT_IDS, Locale(width=40))) == [
        "       arrived             wait  reply",
        "       who",
        "1f9c0  14 Feb 2023     11 d 1 h  2f9c",
        "       anna@example.org",
        "       表表表表表表表表表表表表表表表…",
        "",
        "1 exchange.",
    ]
