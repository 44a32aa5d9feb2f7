"""Which exchanges a report speaks of, in words: a period ends with the last day in it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from replywatch.domain.periods import Period, parse_period
from replywatch.render.locale import Locale
from replywatch.render.report.scope import days, scope, watched
from sample_report import empty

BERLIN = ZoneInfo("Europe/Berlin")
BEIRUT = ZoneInfo("Asia/Beirut")
AS_OF = 1_795_161_600
"""2026-11-20 09:00 in Berlin."""


def report(since=None, until=None, as_of=AS_OF, zone=BERLIN, period=None):
    found = empty()
    return replace(
        found,
        as_of=as_of,
        period=period or parse_period(since, until, "90d", as_of, as_of, zone),
        definition=replace(found.definition, zone=zone),
    )


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        (None, None, "22 Aug to 20 Nov 2026"),
        ("2026-08-01", "2026-08-31", "1 Aug to 31 Aug 2026"),
        ("2026-08-31", "2026-08-31", "31 Aug 2026"),
        ("2026-11-20", None, "20 Nov 2026"),
        ("2025-12-24", None, "24 Dec 2025 to 20 Nov 2026"),
        ("2026-08-01T14:30", "2026-08-31T15:00", "1 Aug 14:30 to 31 Aug 2026 15:00"),
        ("2026-08-31T14:30", "2026-08-31T15:00", "31 Aug 14:30 to 31 Aug 2026 15:00"),
        ("2026-08-01", "2026-08-31T23:59", "1 Aug to 31 Aug 2026 23:59"),
        ("2026-08-01", "2027-12-31", "1 Aug to 20 Nov 2026"),
        ("all", None, "all until 20 Nov 2026"),
        ("all", "2026-08-31", "all until 31 Aug 2026"),
        ("2026-03-29", "2026-10-25", "29 Mar to 25 Oct 2026"),
    ],
)
def test_days(since, until, shown):
    assert days(report(since, until), Locale(BERLIN)) == shown


def test_a_day_that_begins_at_one_o_clock_is_a_day_all_the_same():
    assert days(report("2026-03-29", "2026-03-29", zone=BEIRUT), Locale(BEIRUT)) == "29 Mar 2026"
    assert days(report("2026-03-27", "2026-03-28", zone=BEIRUT), Locale(BEIRUT)) == "27 Mar to 28 Mar 2026"


def test_a_period_of_a_moment_that_ends_at_midnight():
    assert days(report("2026-08-31T14:30", "2026-08-31"), Locale(BERLIN)) == "31 Aug 14:30 to 31 Aug 2026"


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("2026-08-01", "2026-08-31", "All enquiries from 2026-08-01 to 2026-08-31, as of 2026-11-20 09:00"),
        ("2026-08-01T10:00", None, "All enquiries from 2026-08-01 10:00, as of 2026-11-20 09:00"),
        ("all", "2026-08-31T10:00", "All enquiries to 2026-08-31 10:00, as of 2026-11-20 09:00"),
    ],
)
def test_in_full(since, until, shown):
    assert scope(report(since, until), Locale(BERLIN)) == f"{shown} (Europe/Berlin)"


@pytest.mark.parametrize(
    ("addresses", "room", "shown"),
    [
        ((), 40, "all mail from outside"),
        (("info@a.example",), 40, "info@a.example"),
        (("info@a.example", "sales@a.example"), 40, "info@a.example, sales@a.example"),
        (("info@a.example", "sales@a.example", "jobs@a.example"), 40, "info@a.example and 2 more"),
        (
            ("info@a.example", "sales@a.example", "jobs@a.example"),
            80,
            "info@a.example, sales@a.example, jobs@a.example",
        ),
        (("info@a.example", "sales@a.example"), 10, "info@a.example and 1 more"),
        (("a\x1b[2J@a.example",), 40, "a\ufffd[2J@a.example"),
    ],
)
def test_watched_addresses(addresses, room, shown):
    assert watched(addresses, room) == shown


def test_an_end_without_a_start():
    assert days(report(period=Period(None, AS_OF + 99)), Locale(BERLIN)) == "all until 20 Nov 2026"
