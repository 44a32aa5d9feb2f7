"""Moments, periods and durations as people write them."""

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
)
from replywatch.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


AS_OF = utc("2026-05-10T12:34:56")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-01-31T23:00"),
        (" 2026-02-01 ", "2026-01-31T23:00"),
        ("2026-07-01", "2026-06-30T22:00"),
        ("1.2.2026", "2026-01-31T23:00"),
        ("01.02.2026", "2026-01-31T23:00"),
        ("13.2.2026", "2026-02-12T23:00"),
        ("1.2.2026 14:30", "2026-02-01T13:30"),
        ("1.2.2026 14:30:15", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30", "2026-02-01T13:30"),
        ("2026-02-01 14:30:15", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30:15.9", "2026-02-01T13:30:15"),
        ("2026-02-01T14:30Z", "2026-02-01T14:30"),
        ("2026-02-01T14:30:00+05:30", "2026-02-01T09:00"),
    ],
)
def test_moments_are_iso_or_dotted_day_first_and_local_without_an_offset(text, instant):
    assert parse_moment(text, BERLIN, end=False) == utc(instant)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-02-01T23:00"),
        ("1.2.2026", "2026-02-01T23:00"),
        ("2026-03-29", "2026-03-29T22:00"),
        ("2026-02-01T14:30", "2026-02-01T13:30"),
        ("1.2.2026 00:00", "2026-01-31T23:00"),
    ],
)
def test_as_an_end_a_bare_date_includes_its_day_and_a_time_is_itself(text, instant):
    assert parse_moment(text, BERLIN, end=True) == utc(instant)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01", "2026-02-01T22:59:59"),
        (" 1.2.2026 ", "2026-02-01T22:59:59"),
        ("2026-03-29", "2026-03-29T21:59:59"),
        ("2026-02-01T14:30", "2026-02-01T13:30"),
        ("2026-02-02T00:00", "2026-02-01T23:00"),
    ],
)
def test_as_of_a_bare_date_the_last_second_of_its_day_is_known_and_nothing_of_the_next(text, instant):
    assert parse_as_of(text, BERLIN) == utc(instant)


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
    ],
    ids=["missing: 03:30", "double: the first", "missing midnight: 01:00", "double midnight: the first"],
)
def test_missing_local_times_move_forward_and_double_ones_take_the_first(text, zone, instant):
    assert parse_moment(text, ZoneInfo(zone), end=False) == utc(instant)


@pytest.mark.parametrize("text", ["1/2/2026", "2026/02/01", "01/02/26 14:30"])
def test_slashes_are_refused_as_ambiguous(text):
    with pytest.raises(UsageError, match="ambiguous") as caught:
        parse_moment(text, BERLIN, end=False)
    assert "1.2.2026" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "32.1.2026", "1.13.2026", "30.2.2026", "1.2.26", "2026-02-30", "2026-02-01T25:00", "1.2.2026 9"],
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text):
    with pytest.raises(UsageError, match="is no date or time") as caught:
        parse_moment(text, BERLIN, end=False)
    assert "2026-02-01" in caught.value.hint


@pytest.mark.parametrize("text", ["9999-12-31", "31.12.9999"])
def test_the_end_of_the_calendar_is_refused_like_any_other_text(text):
    with pytest.raises(UsageError):
        parse_moment(text, BERLIN, end=True)


@given(st.text(max_size=20), st.booleans())
def test_any_text_is_a_moment_or_a_usage_error(text, end):
    with suppress(UsageError):
        assert isinstance(parse_moment(text, BERLIN, end=end), int)


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
        ("2026-06-01", None, ("2026-05-31T22:00", None)),
    ],
)
def test_periods_are_half_open_and_go_back_by_calendar_days(since, until, period):
    expected = Period(*(None if text is None else utc(text) for text in period))
    assert parse_period(since, until, "90d", AS_OF, BERLIN) == expected


def test_a_line_is_a_moment_or_a_time_back():
    assert parse_bound(" 2026-02-01", AS_OF, BERLIN) == utc("2026-01-31T23:00")
    assert parse_bound("1w", AS_OF, BERLIN) == utc("2026-05-02T22:00")
    for text in ("all", "", "1/2/2026", "2y"):
        with pytest.raises(UsageError):
            parse_bound(text, AS_OF, BERLIN)


def test_days_back_are_counted_from_the_local_day_of_as_of():
    late = utc("2026-05-10T22:30")  # already the 11th in Berlin
    assert parse_period("1d", None, "90d", late, BERLIN).since == utc("2026-05-09T22:00")
    assert parse_period("1d", None, "90d", late, UTC).since == utc("2026-05-09T00:00")


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-02-01", "2026-01-31", "before it begins (--since 2026-02-01)"),
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
        parse_period(since, until, "90d", AS_OF, BERLIN)
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
