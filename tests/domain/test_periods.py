"""Moments, periods and durations, from what people write."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.periods import (
    Period,
    local,
    parse_as_of,
    parse_bound,
    parse_duration,
    parse_moment,
    parse_period,
    parse_start,
)
from replywatch.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


AS_OF = utc("2026-05-10T12:34:56")
NOW = utc("2026-05-12T07:00")
"""A Tuesday, two days after the last poll."""


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-01-31T23:00"),
        (" 1.2.2026 ", "2026-01-31T23:00"),
        ("2026-10-25", "2026-10-24T22:00"),
        ("1.2.2026 14:30", "2026-02-01T13:30"),
        ("2026-02-01T14:30Z", "2026-02-01T14:30"),
        ("gestern", "2026-05-10T22:00"),
        ("now", "2026-05-12T07:00"),
    ],
)
def test_a_moment_is_a_time_or_the_beginning_of_a_day(text, instant):
    assert parse_moment(text, NOW, BERLIN) == utc(instant)


@pytest.mark.parametrize("text", ["2026-02", "2026", "Q1 2026", "last week", "2026-W07"])
def test_what_lasts_longer_than_a_day_is_no_moment(text):
    with pytest.raises(UsageError, match="lasts longer than a day"):
        parse_moment(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-02-01T22:59:59"),
        (" 1.2.2026 ", "2026-02-01T22:59:59"),
        ("2026-03-29", "2026-03-29T21:59:59"),
        ("2026-02-01T14:30", "2026-02-01T13:30"),
        ("2026-02-02T00:00", "2026-02-01T23:00"),
        ("yesterday", "2026-05-11T21:59:59"),
        ("today", "2026-05-12T21:59:59"),
        ("now", "2026-05-12T07:00"),
        ("last month", "2026-04-30T21:59:59"),
        ("2026-03", "2026-03-31T21:59:59"),
        ("Q1 2026", "2026-03-31T21:59:59"),
        ("2025", "2025-12-31T22:59:59"),
    ],
)
def test_as_of_what_lasts_its_last_second_is_known_and_nothing_of_the_next(text, instant):
    assert parse_as_of(text, NOW, BERLIN) == utc(instant)


@given(st.text(max_size=20))
def test_any_text_is_a_moment_or_a_usage_error(text):
    for parse in (parse_moment, parse_as_of):
        with suppress(UsageError):
            assert isinstance(parse(text, NOW, BERLIN), int)


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (None, None, ("2026-02-08T23:00", None)),
        ("30d", None, ("2026-04-09T22:00", None)),
        ("2w", None, ("2026-04-25T22:00", None)),
        ("0d", None, ("2026-05-09T22:00", None)),
        ("all", None, (None, None)),
        ("all", "30d", (None, "2026-04-09T22:00")),
        ("1.1.2026", "31.1.2026", ("2025-12-31T23:00", "2026-01-31T23:00")),
        ("2026-01-31", "2026-01-31", ("2026-01-30T23:00", "2026-01-31T23:00")),
        (None, "2026-03-01", ("2026-02-08T23:00", "2026-03-01T23:00")),
        ("2026-05-10", None, ("2026-05-09T22:00", None)),
        ("2026-05-10T14:34:56", None, ("2026-05-10T12:34:56", None)),
        ("last month", None, ("2026-03-31T22:00", None)),
        ("last month", "last month", ("2026-03-31T22:00", "2026-04-30T22:00")),
        ("letzter Monat", "heute", ("2026-03-31T22:00", "2026-05-12T22:00")),
        ("letzte Woche", "gestern", ("2026-05-03T22:00", "2026-05-11T22:00")),
        ("2026-03", "2026-03", ("2026-02-28T23:00", "2026-03-31T22:00")),
        ("Q1 2026", "2026-04", ("2025-12-31T23:00", "2026-04-30T22:00")),
        ("2025", "now", ("2024-12-31T23:00", "2026-05-12T07:00")),
        ("All", None, (None, None)),
    ],
)
def test_periods_are_half_open_and_go_back_by_calendar_days(since, until, period):
    expected = Period(*(None if text is None else utc(text) for text in period))
    assert parse_period(since, until, "90d", AS_OF, NOW, BERLIN) == expected


def test_a_line_is_a_moment_or_a_time_back():
    assert parse_bound(" 2026-02-01", AS_OF, BERLIN) == utc("2026-01-31T23:00")
    assert parse_bound("1w", AS_OF, BERLIN) == utc("2026-05-02T22:00")
    assert parse_bound("2025", AS_OF, BERLIN) == utc("2024-12-31T23:00")
    assert parse_bound("last month", AS_OF, BERLIN) == utc("2026-03-31T22:00")
    for text in ("all", "", "1/2/2026", "2y"):
        with pytest.raises(UsageError):
            parse_bound(text, AS_OF, BERLIN)


def test_days_back_are_counted_from_the_local_day_of_as_of():
    late = utc("2026-05-10T22:30")  # already the 11th in Berlin
    assert parse_period("1d", None, "90d", late, NOW, BERLIN).since == utc("2026-05-09T22:00")
    assert parse_period("1d", None, "90d", late, NOW, UTC).since == utc("2026-05-09T00:00")


def test_words_are_seen_from_now_and_a_time_back_from_as_of():
    archive = utc("2025-08-15T10:00")
    assert parse_start("30d", archive, NOW, BERLIN) == utc("2025-07-15T22:00")
    assert parse_start("last year", archive, NOW, BERLIN) == utc("2024-12-31T23:00")
    assert parse_start("this year", archive, NOW, BERLIN) == utc("2025-12-31T23:00")


@pytest.mark.parametrize(
    ("since", "as_of", "now", "says", "hint"),
    [
        (
            "2026-05-13",
            AS_OF,
            NOW,
            "in the future (--since 2026-05-13, that is 2026-05-13 00:00)",
            "today is 2026-05-12",
        ),
        ("2027", AS_OF, NOW, "in the future (--since 2027, that is 2027-01-01 00:00)", "earlier --since"),
        ("2026-05-12T09:00:01", AS_OF, NOW, "in the future", "today is 2026-05-12"),
        ("2026-05-12T09:00", AS_OF, NOW, "later than the figures reach: 2026-05-10 14:34", "replywatch poll"),
        ("yesterday", AS_OF, NOW, "(--since yesterday, that is 2026-05-11 00:00) later than", "later --as-of"),
        ("2026-05-10T14:34:57", AS_OF, NOW, "later than the figures reach", "earlier --since"),
        (None, utc("2020-05-10T12:00"), NOW, "(the default, last month, that is 2026-04-01 00:00)", "--since"),
        ("2026-05-14", utc("2026-05-13T12:00"), NOW, "in the future", "today is 2026-05-12"),
    ],
    ids=[
        "tomorrow",
        "next year",
        "in a second",
        "now",
        "since the poll",
        "a second late",
        "the default",
        "clock behind",
    ],
)
def test_a_period_that_begins_where_nothing_is_known_is_a_usage_error(since, as_of, now, says, hint):
    with pytest.raises(UsageError) as caught:
        parse_period(since, None, "last month", as_of, now, BERLIN)
    assert says in caught.value.text
    assert hint in caught.value.hint


def test_mail_read_by_a_clock_ahead_of_ours_is_no_future():
    as_of = utc("2026-05-13T12:00")
    assert parse_period("2026-05-13", None, "90d", as_of, NOW, BERLIN).since == utc("2026-05-12T22:00")


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-02-01", "2026-01-31", "before it begins (--since 2026-02-01)"),
        ("this month", "last month", "(--until last month) before it begins (--since this month)"),
        ("now", "now", "before it begins"),
        (None, "2025-01-01", "before it begins (the default, 90d)"),
        ("6m", None, "no date"),
        ("-5d", None, "no date"),
        ("99999d", None, "no date"),
        (None, "all", "no date"),
        ("1/2/2026", None, "ambiguous"),
    ],
)
def test_periods_that_make_no_sense_are_usage_errors(since, until, says):
    with pytest.raises(UsageError) as caught:
        parse_period(since, until, "90d", AS_OF, NOW, BERLIN)
    assert says in caught.value.text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("90m", 5400), ("90min", 5400), ("4h", 14_400), ("14d", 1_209_600), (" 2 w ", 1_209_600), ("0h", 0)],
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "h", "4 hours", "-4h", "1.5h", "4h30m", "٤h", "9999999d"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(UsageError, match="no duration"):
        parse_duration(text)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"]))
def test_every_instant_has_a_local_time(instant, zone):
    assert local(instant, ZoneInfo(zone)).tzinfo is not None
