"""Dates: what mail programs write, and what they should not have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers import dates
from replywatch.domain.headers.dates import parse_date, received_date


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "expected", "has_zone"),
    [
        ("Mon, 1 Jan 2024 10:00:00 +0100", "2024-01-01T09:00:00", True),
        ("1 Jan 2024 10:00:00 -0530", "2024-01-01T15:30:00", True),
        ("Mon,  1 Jan 2024 10:00:00 +0000 (UTC)", "2024-01-01T10:00:00", True),
        ("Mon, 1 Jan 2024 10:00:00 -0000", "2024-01-01T10:00:00", False),
        ("Mon, 1 Jan 2024  10:00:00 -0000", "2024-01-01T10:00:00", False),
        ("Mon, 1 Jan 2024  10:00:00 +0000", "2024-01-01T10:00:00", True),
        ("Mon, 1 Jan 2024 10:00:00 Z", "2024-01-01T10:00:00", True),
        ("Mon, 1 Jan 2024 10:00:00 " + "+" * 5000, "2024-01-01T10:00:00", False),
        ("Mon, 1 Jan 2024 10:00:00", "2024-01-01T10:00:00", False),
        ("Mon, 1 Jan 2024 10:00 +0100", "2024-01-01T09:00:00", True),
        ("Mon, 1 Jan 24 10:00:00 GMT", "2024-01-01T10:00:00", True),
        ("Mon, 1 Jan 99 10:00:00 EST", "1999-01-01T15:00:00", True),
        ("Mon, 1 Jan 2024 10:00:00 MEZ", "2024-01-01T10:00:00", False),
        ("Mon, 1 Jan 2024 10:00:00 +01:00", "2024-01-01T09:00:00", True),
        ("Mon (Montag), 1 Jan 2024 (Neujahr) 10:00:00 +0100 (a (b) c)", "2024-01-01T09:00:00", True),
        ("mon, 01 JAN 2024 10:00:00 +0100", "2024-01-01T09:00:00", True),
        ("Thu Jan  1 10:00:00 2026", "2026-01-01T10:00:00", False),
        ("Thu Jan 01 10:00:00 +0000 2026", "2026-01-01T10:00:00", True),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00", True),
        ("Tue, 29 Feb 2028 00:00:00 +1400", "2028-02-28T10:00:00", True),
        ("Sun, 1 Jan 2012 00:00:00 +0000", "2012-01-01T00:00:00", True),
    ],
)
def test_a_date_is_an_instant(text, expected, has_zone):
    assert parse_date(text) == (utc(expected), has_zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "Mon,",
        "yesterday",
        "Wed, 1 Jan 0102 10:00:00 +0100",
        "Mon, 99 Jan 2024 10:00:00 +0100",
        "Mon, 29 Feb 2023 10:00:00 +0100",
        "Mon, 1 Foo 2024 10:00:00 +0100",
        "Mon, 1 Jan 2024 24:00:00 +0100",
        "Mon, 1 Jan 2024 10:60:00 +0100",
        "Mon, 1 Jan 2024 10:00:61 +0100",
        "Mon, 1 Jan 2024 10:00:00 +9999",
        "Mon, 1 Jan 2024 10:00:00 +1401",
        "Mon, " + " " * 5000 + "1 Jan 2024 10:00:00 +0100",
        "Wed, 31 Dec 1969 23:59:59 +0000",
        "Wed, 1 Jan 2200 00:00:00 +0000",
        "1 Jan 99999999999999999999 10:00:00 +0000",
        "\0",
    ],
)
def test_an_absurd_date_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["Thu, 1 Jan 1970 00:00:00 +0000", "Tue, 31 Dec 2199 23:59:59 +0000"])
def test_the_bounds_themselves_are_sane(text):
    assert parse_date(text) is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("from a by b with SMTP id 1; Mon, 1 Jan 2024 10:00:00 +0100 (CET)", "2024-01-01T09:00:00"),
        ("from a (x; y) by b; Mon, 1 Jan 2024 10:00:00 +0100", "2024-01-01T09:00:00"),
        ("(qmail 7 invoked by uid 0); 1 Jan 2024 10:00:00 -0000", "2024-01-01T10:00:00"),
        ("from a by b", None),
        ("Mon, 1 Jan 2024 10:00:00 +0100", None),
        ("from a by b;", None),
    ],
)
def test_a_received_field_ends_in_its_date(value, expected):
    assert received_date(value) == (utc(expected) if expected else None)


moments = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 30))  # noqa: DTZ001 zone follows
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moments, offsets)
def test_what_a_program_writes_correctly_is_read_correctly(moment, zone):
    moment = moment.replace(microsecond=0, tzinfo=zone)
    assert parse_date(format_datetime(moment)) == (int(moment.timestamp()), True)


@given(
    moments,
    offsets,
    st.sampled_from(["%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M:%S %z (CEST)", "%a, %d %b %Y %H:%M:%S -0000"]),
)
def test_the_fast_path_says_what_the_other_says(moment, zone, form):
    text = moment.replace(tzinfo=zone).strftime(form)
    fast = dates._plain_date(text)
    assert fast is not None
    assert fast == dates._any_date(text)


date_parts = st.sampled_from(
    [
        "Mon",
        ",",
        " ",
        "1",
        "99",
        "Jan",
        "2024",
        "24",
        ":",
        "10:00",
        "-0000",
        "+01",
        "(",
        ")",
        ".",
        "-",
        "+",
        "GMT",
        "²",
        "\t",
    ]
)


@given(st.lists(date_parts, max_size=12).map("".join) | st.text())
def test_rubbish_never_raises(text):
    result = parse_date(text)
    received_date("; " + text)
    assert result is None or 0 <= result[0] < 7_258_118_400
