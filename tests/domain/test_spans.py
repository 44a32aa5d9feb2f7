"""Days, weeks, months, quarters, years and moments as people write them."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.spans import Span, span_of
from replywatch.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = utc("2026-11-26T14:30:05")
"""A Thursday; in Berlin 15:30:05."""


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1.2.2026 14:30", "2026-02-01T13:30"),
        ("1.2.2026 14:30:15", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30", "2026-02-01T13:30"),
        ("2026-02-01 14:30:15", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30:15.9", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30Z", "2026-02-01T14:30"),
        ("2026-02-01T14:30:00+05:30", "2026-02-01T09:00"),
        ("1.2.2026 00:00", "2026-01-31T23:00"),
        ("now", "2026-11-26T14:30:05"),
        ("Jetzt", "2026-11-26T14:30:05"),
        ("14:00", "2026-11-26T13:00"),
        ("um 8:05 Uhr", "2026-11-26T07:05"),
        ("gestern 14:00", "2026-11-25T13:00"),
        ("yesterday at 14:00", "2026-11-25T13:00"),
        ("heute, 14:00", "2026-11-26T13:00"),
        ("24 Nov 2026 18:00", "2026-11-24T17:00"),
        ("24. Dezember 2025 um 18:00 Uhr", "2025-12-24T17:00"),
        ("1 März 2026 09:30", "2026-03-01T08:30"),
    ],
)
def test_a_moment_begins_and_ends_at_once(text, instant):
    assert span_of(text, NOW, BERLIN) == Span(utc(instant), utc(instant))


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-02-01", "2026-01-31T23:00", "2026-02-01T23:00"),
        (" 1.2.2026 ", "2026-01-31T23:00", "2026-02-01T23:00"),
        ("01.02.2026", "2026-01-31T23:00", "2026-02-01T23:00"),
        ("13.2.2026", "2026-02-12T23:00", "2026-02-13T23:00"),
        ("2026-W09-7", "2026-02-28T23:00", "2026-03-01T23:00"),
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("1 Feb 2026", "2026-01-31T23:00", "2026-02-01T23:00"),
        ("1. Mai 2026", "2026-04-30T22:00", "2026-05-01T22:00"),
        ("October 2026", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("Okt. 2026", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("2026", "2025-12-31T23:00", "2026-12-31T23:00"),
        ("2026-10", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("2026-02", "2026-01-31T23:00", "2026-02-28T23:00"),
        ("2024-02", "2024-01-31T23:00", "2024-02-29T23:00"),
        ("2026-12", "2026-11-30T23:00", "2026-12-31T23:00"),
        ("10.2026", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("Q3 2026", "2026-06-30T22:00", "2026-09-30T22:00"),
        ("q3 2026", "2026-06-30T22:00", "2026-09-30T22:00"),
        ("Q3/2026", "2026-06-30T22:00", "2026-09-30T22:00"),
        ("2026-Q3", "2026-06-30T22:00", "2026-09-30T22:00"),
        ("2026Q3", "2026-06-30T22:00", "2026-09-30T22:00"),
        ("2026 Q1", "2025-12-31T23:00", "2026-03-31T22:00"),
        ("Q4 2026", "2026-09-30T22:00", "2026-12-31T23:00"),
        ("2026-W40", "2026-09-27T22:00", "2026-10-04T22:00"),
        ("2026W40", "2026-09-27T22:00", "2026-10-04T22:00"),
        ("KW 40 2026", "2026-09-27T22:00", "2026-10-04T22:00"),
        ("KW40/2026", "2026-09-27T22:00", "2026-10-04T22:00"),
        ("2026-W53", "2026-12-27T23:00", "2027-01-03T23:00"),
    ],
)
def test_a_date_a_month_a_quarter_a_week_and_a_year_last_as_long_as_they_do(text, begins, ends):
    assert span_of(text, NOW, BERLIN) == Span(utc(begins), utc(ends))


TODAY = ("2026-11-25T23:00", "2026-11-26T23:00")
YESTERDAY = ("2026-11-24T23:00", "2026-11-25T23:00")
THIS_WEEK = ("2026-11-22T23:00", "2026-11-29T23:00")
LAST_WEEK = ("2026-11-15T23:00", "2026-11-22T23:00")
THIS_MONTH = ("2026-10-31T23:00", "2026-11-30T23:00")
LAST_MONTH = ("2026-09-30T22:00", "2026-10-31T23:00")
THIS_QUARTER = ("2026-09-30T22:00", "2026-12-31T23:00")
LAST_QUARTER = ("2026-06-30T22:00", "2026-09-30T22:00")
THIS_YEAR = ("2025-12-31T23:00", "2026-12-31T23:00")
LAST_YEAR = ("2024-12-31T23:00", "2025-12-31T23:00")


@pytest.mark.parametrize(
    ("texts", "span"),
    [
        (("today", "Today", " TODAY ", "heute", "Heute"), TODAY),
        (("yesterday", "gestern", "GESTERN"), YESTERDAY),
        (("vorgestern",), ("2026-11-23T23:00", "2026-11-24T23:00")),
        (("this week", "This  Week", "diese Woche", "dieser Woche"), THIS_WEEK),
        (
            ("last week", "previous week", "letzte Woche", "letzter Woche", "vorige Woche", "vergangene Woche"),
            LAST_WEEK,
        ),
        (("this month", "dieser Monat", "diesen Monat", "diesem Monat"), THIS_MONTH),
        (
            ("last month", "LAST MONTH", "letzter Monat", "letzten Monat", "vorigen Monat", "im letzten Monat"),
            LAST_MONTH,
        ),
        (("this quarter", "dieses Quartal", "diesem Quartal"), THIS_QUARTER),
        (("last quarter", "letztes Quartal", "voriges Quartal"), LAST_QUARTER),
        (("this year", "dieses Jahr"), THIS_YEAR),
        (("last year", "letztes Jahr", "vergangenes Jahr", "im vorigen Jahr"), LAST_YEAR),
    ],
    ids=lambda cell: cell[0] if cell[0][0].isalpha() else "",
)
def test_words_are_of_the_calendar_on_the_wall(texts, span):
    expected = Span(*map(utc, span))
    assert {text: span_of(text, NOW, BERLIN) for text in texts} == dict.fromkeys(texts, expected)


@pytest.mark.parametrize(
    ("now", "text", "begins", "ends"),
    [
        ("2026-11-25T22:59:59", "today", "2026-11-24T23:00", "2026-11-25T23:00"),
        ("2026-11-25T23:00", "today", "2026-11-25T23:00", "2026-11-26T23:00"),
        ("2026-11-22T22:59", "this week", "2026-11-15T23:00", "2026-11-22T23:00"),
        ("2026-01-01T12:00", "last month", "2025-11-30T23:00", "2025-12-31T23:00"),
        ("2026-01-01T12:00", "last quarter", "2025-09-30T22:00", "2025-12-31T23:00"),
        ("2026-01-01T12:00", "last week", "2025-12-21T23:00", "2025-12-28T23:00"),
        ("2026-03-31T12:00", "last month", "2026-01-31T23:00", "2026-02-28T23:00"),
        ("2026-03-30T10:00", "yesterday", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-10-26T10:00", "gestern", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-03-30T10:00", "last week", "2026-03-22T23:00", "2026-03-29T22:00"),
    ],
)
def test_at_edges_of_days_months_and_summer_time(now, text, begins, ends):
    assert span_of(text, utc(now), BERLIN) == Span(utc(begins), utc(ends))


def test_the_day_is_that_of_the_zone():
    late = utc("2026-11-26T23:30")
    assert span_of("today", late, BERLIN).begins == utc("2026-11-26T23:00")
    assert span_of("today", late, UTC).begins == utc("2026-11-26T00:00")
    assert span_of("yesterday", utc("2018-11-05T12:00"), ZoneInfo("America/Sao_Paulo")) == Span(
        utc("2018-11-04T03:00"), utc("2018-11-05T02:00")
    ), "a day that begins at one o'clock"


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
        ("2026-11", "America/Havana", "2026-11-01T04:00"),
    ],
    ids=["missing: 03:30", "double: the first", "missing midnight: 01:00", "double midnight: the first", "of a month"],
)
def test_missing_local_times_move_forward_and_double_ones_take_the_first(text, zone, instant):
    assert span_of(text, NOW, ZoneInfo(zone)).begins == utc(instant)


@pytest.mark.parametrize("text", ["1/2/2026", "2026/02/01", "01/02/26 14:30", "10/2026", "2026/10"])
def test_slashes_are_refused_as_ambiguous(text):
    with pytest.raises(UsageError, match="ambiguous") as caught:
        span_of(text, NOW, BERLIN)
    assert "1.2.2026" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "32.1.2026",
        "1.13.2026",
        "30.2.2026",
        "1.2.26",
        "2026-02-30",
        "2026-02-01T25:00",
        "1.2.2026 9",
        "2026-13",
        "2026-00",
        "13.2026",
        "Q0 2026",
        "Q5 2026",
        "Q3",
        "Q3 26",
        "2025-W53",
        "2026-W00",
        "KW 40",
        "octopus 2026",
        "1 Foo 2026",
        "31 Feb 2026",
        "last month 14:00",
        "Oct 2026 14:00",
        "25:00",
        "gestern 14",
        "um gestern 14:00",
        "0000",
        "20",
        "\uff12\uff10\uff12\uff16",  # digits of full width
        "last",
        "month",
        "last days",
        "last fortnight",
        "letztlich Monat",
        "next month",
        "tomorrow",
        "morgen",
        "nowish",
        "all",
        "90d",
    ],
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text):
    with pytest.raises(UsageError, match="is no date or time") as caught:
        span_of(text, NOW, BERLIN)
    for form in ("2026-02-01", "2026-02", "Q1 2026", "yesterday", "last month"):
        assert form in caught.value.hint


@pytest.mark.parametrize("text", ["9999-12-31", "31.12.9999", "9999", "9999-12", "Q4 9999", "9999-W52"])
def test_the_end_of_the_calendar_is_refused_like_any_other_text(text):
    with pytest.raises(UsageError):
        span_of(text, NOW, BERLIN)


@given(st.text(max_size=20), st.integers(-(2**40), 2**40))
def test_any_text_at_any_time_is_a_span_or_a_usage_error(text, now):
    with suppress(UsageError):
        begins, ends = span_of(text, now, BERLIN)
        assert begins <= ends


@given(
    st.sampled_from(["today", "yesterday", "this week", "last week", "this month", "last month", "last quarter"]),
    st.integers(0, 2**32),
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_this_follows_last_without_a_gap_and_holds_now(text, now, zone):
    zone = ZoneInfo(zone)
    found = span_of(text, now, zone)
    if text.startswith("last"):
        assert found.ends == span_of(text.replace("last", "this"), now, zone).begins <= now
    elif text == "yesterday":
        assert found.ends == span_of("today", now, zone).begins
    else:
        assert found.begins <= now < found.ends
