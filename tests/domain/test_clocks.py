"""The two clocks (what is counted, point 8; docs/decisions/0004)."""

from __future__ import annotations

import pytest

from replywatch.domain.matching.clocks import NEAR, ZONES, Clock, OwnTold, Saved, Seen, Told, arrival, sent_time
from story import DAY, HOUR, MINUTE, at, cases

T = 1_772_442_000
SEEN = Seen(T + 400 * DAY)
WALL = 2 * HOUR
"""By which a clock on the wall is ahead of UTC."""


def told(
    date: int | None = None,
    received: int | None = None,
    saved: int | None = None,
    filed: int | None = None,
    *,
    zone: bool = True,
) -> Told:
    """What a copy tells."""
    return Told(date, zone and date is not None, received, saved, filed)


ARRIVAL = [
    # what is told → at, source, sure
    ("all agree", told(T, T, T), (T, "internaldate", True)),
    ("delivered a little later", told(T, T, T + 90), (T, "received", True)),
    ("the mailbox's clock runs behind", told(T, T, T - 90), (T - 90, "internaldate", True)),
    ("at the edge of near", told(None, T, T + NEAR), (T, "received", True)),
    ("imported later: just not near", told(None, T, T + NEAR + 1), (T, "received", False)),
    ("imported later, and Date agrees with Received", told(T - 60, T, T + 365 * DAY), (T, "received", True)),
    ("a Date without a zone confirms nothing", told(T - 60, T, T + 365 * DAY, zone=False), (T, "received", False)),
    ("imported, and Date is another day's", told(T - 3 * DAY, T, T + 365 * DAY), (T, "received", False)),
    ("written long before it was received", told(T - 3 * DAY, T, T), (T, "internaldate", True)),
    ("dated in the future, received now", told(T + 3 * DAY, T, T), (T, "internaldate", True)),
    ("no Received, Date agrees", told(T, None, T + 30), (T + 30, "internaldate", True)),
    ("no Received, Date agrees and has no zone", told(T, None, T + 30, zone=False), (T + 30, "internaldate", False)),
    ("no Received, Date long before: imported", told(T, None, T + 30 * DAY), (T, "date", False)),
    ("no Received, Date hours before: held", told(T, None, T + 5 * HOUR), (T, "date", False)),
    (
        "hours that a missing zone explains",
        told(T, None, T + 5 * HOUR, zone=False),
        (T + 5 * HOUR, "internaldate", False),
    ),
    ("no zone explains days", told(T, None, T + ZONES + 1, zone=False), (T, "date", False)),
    ("no Received, Date after arrival is wrong", told(T + 3 * DAY, None, T), (T, "internaldate", False)),
    ("INTERNALDATE alone", Told(saved=T), (T, "internaldate", False)),
    ("INTERNALDATE of a clock that was never set", told(T, None, 0), (T, "date", False)),
    ("Received alone", Told(received=T), (T, "received", False)),
    ("Received before Date", told(T - 60, T), (T, "received", True)),
    ("Date alone", told(T), (T, "date", False)),
    ("nothing", Told(), (SEEN.first, "first_seen", False)),
]


@cases("said", "clock", rows=ARRIVAL)
def test_arrival(said: Told, clock: tuple[int, str, bool]) -> None:
    assert arrival(said, SEEN) == Clock(*clock)


FILED = [
    # what is told → at, source, sure
    ("Received counts, however late the file", told(T - 4, T, None, T + 50 * MINUTE), (T, "received", True)),
    ("a file in local time", told(T - 4, T, None, T + WALL), (T, "received", True)),
    ("a file in local time, behind", told(T - 4, T, None, T - 5 * HOUR), (T, "received", True)),
    ("Received on its word", told(None, T, None, T + 365 * DAY), (T, "received", True)),
    ("Date, and the file confirms it", told(T, None, None, T + 5), (T, "date", False)),
    ("Date, and the file is later", told(T, None, None, T + 30 * DAY), (T, "date", False)),
    ("Date, and the file is earlier", told(T, None, None, T - 5 * HOUR), (T, "date", False)),
    ("both without a zone, and alike", told(T, None, None, T + 5, zone=False), (T, "date", False)),
    (
        "a zone that is missing explains it",
        told(T, None, None, T + WALL, zone=False),
        (T + WALL, "internaldate", False),
    ),
    (
        "an hour that is missing, but for the delivery",
        told(T, None, None, T - HOUR + 3, zone=False),
        (T - HOUR + 3, "internaldate", False),
    ),
    ("copied a month later", told(T, None, None, T + 30 * DAY, zone=False), (T, "date", False)),
    ("no field at all", Told(filed=T), (T, "internaldate", False)),
    ("1970, in any zone", Told(filed=HOUR), (SEEN.first, "first_seen", False)),
    ("the day of git", Told(filed=at("2001-09-17 00:00")), (SEEN.first, "first_seen", False)),
    ("another moment of that day", Told(filed=at("2001-09-17 00:01")), (at("2001-09-17 00:01"), "internaldate", False)),
    ("1970 beside a Date without a zone", told(T, None, None, 0, zone=False), (T, "date", False)),
]


@cases("said", "clock", rows=FILED)
def test_arrival_in_a_file(said: Told, clock: tuple[int, str, bool]) -> None:
    assert arrival(said, SEEN, in_files_alone=True) == Clock(*clock)


def test_a_received_is_believed_on_its_word_in_files_alone() -> None:
    """A server that holds the mail, too, would say otherwise: it was imported there."""
    assert arrival(Told(received=T, filed=T), SEEN) == Clock(T, "received", sure=False)


def ours(date: int | None = None, *, zone: bool = True, saved=(), burst=(), received=(), filed=()) -> OwnTold:
    """What is told of mail of ours; `burst` are times of a move."""
    return OwnTold(
        date, zone, received, [*map(Saved, saved), *(Saved(moment, in_burst=True) for moment in burst)], filed
    )


SENT = [
    # what is told → at, source, sure
    ("saved as it was sent", ours(T, saved=[T + 5]), (T, "date", True)),
    ("no zone: low confidence", ours(T, zone=False, saved=[T + 5]), (T, "date", False)),
    ("one of several copies confirms it", ours(T, saved=[T + 9 * DAY, T + 5]), (T, "date", True)),
    ("a copy that came back confirms it", ours(T, saved=[T + 9 * DAY], received=[T + 5]), (T, "date", True)),
    ("a wrong clock at the sender", ours(T - 3 * DAY, saved=[T, T + 60]), (T, "internaldate", False)),
    ("and a copy that came back", ours(T - 3 * DAY, saved=[T], received=[T + 2]), (T, "internaldate", True)),
    ("just near", ours(T, saved=[T - NEAR]), (T, "date", True)),
    ("saved before it was written", ours(T, saved=[T - NEAR - 1]), (T, "date", False)),
    ("saved before and long after", ours(T, saved=[T - DAY, T + DAY]), (T + DAY, "internaldate", False)),
    ("an hour that is missing", ours(T, zone=False, saved=[T - HOUR + 3]), (T - HOUR + 3, "internaldate", False)),
    ("no hour is missing", ours(T, zone=False, saved=[T + HOUR // 2]), (T, "date", False)),
    ("without a zone Date can't say so", ours(T, zone=False, saved=[T - DAY]), (T - DAY, "internaldate", False)),
    ("moved with many others", ours(T, burst=[T + 90 * DAY]), (T, "date", False)),
    ("moved, no zone", ours(T, zone=False, burst=[T + 90 * DAY]), (T, "date", False)),
    ("moved, another copy was not", ours(T, burst=[T + 9 * DAY], saved=[T + DAY]), (T + DAY, "internaldate", False)),
    ("moved, and no Date", ours(burst=[T]), (T, "internaldate", False)),
    ("no Date", ours(saved=[T + 60, T]), (T, "internaldate", False)),
    ("no Date and no INTERNALDATE", ours(received=[T + 60, T], filed=[T - 60]), (T, "received", False)),
    ("INTERNALDATE of a clock that was never set", ours(T, saved=[0]), (T, "date", False)),
    ("no INTERNALDATE", ours(T), (T, "date", False)),
    ("nothing", ours(), (SEEN.first, "first_seen", False)),
]  # fmt: skip


@cases("said", "clock", rows=SENT)
def test_sent_time(said: OwnTold, clock: tuple[int, str, bool]) -> None:
    assert sent_time(said, SEEN)[:3] == clock


SENT_IN_FILES = [
    # what is told → at, source, sure
    ("delivered to a file as it was sent", ours(T, filed=[T + 5]), (T, "date", True)),
    ("no file's time at all", ours(T), (T, "date", True)),
    ("no zone: low confidence", ours(T, zone=False, filed=[T + 5]), (T, "date", False)),
    ("copied or synced a month later", ours(T, filed=[T + 30 * DAY]), (T, "date", True)),
    ("in local time, west of UTC", ours(T, filed=[T - 5 * HOUR]), (T, "date", True)),
    ("in local time, east of UTC", ours(T, filed=[T + WALL]), (T, "date", True)),
    (
        "no zone, and an hour but for the saving",
        ours(T, zone=False, filed=[T - HOUR + 3]),
        (T - HOUR + 3, "internaldate", False),
    ),
    ("both in local time", ours(T, zone=False, filed=[T + WALL]), (T + WALL, "internaldate", False)),
    ("1970", ours(T, filed=[0]), (T, "date", True)),
    ("a copy that came back later: held on its way", ours(T, received=[T + 9 * HOUR]), (T, "date", True)),
    ("a copy that came back before it was written", ours(T, received=[T - 9 * HOUR]), (T, "date", False)),
    ("no zone, and a copy that came back", ours(T, zone=False, received=[T + WALL]), (T + WALL, "received", False)),
    ("no zone, and a copy that was held", ours(T, zone=False, received=[T + 3 * DAY]), (T, "date", False)),
    ("no Date", ours(filed=[T + 60, T]), (T, "internaldate", False)),
    ("no Date, and 1970", ours(filed=[0]), (SEEN.first, "first_seen", False)),
    ("a server knows better", ours(T - 3 * DAY, saved=[T], filed=[T + 30 * DAY]), (T, "internaldate", False)),
    ("a file confirms Date against a server", ours(T, saved=[T + 9 * DAY], filed=[T + 5]), (T, "date", False)),
]


@cases("said", "clock", rows=SENT_IN_FILES)
def test_sent_time_of_a_file(said: OwnTold, clock: tuple[int, str, bool]) -> None:
    found = sent_time(said, SEEN, in_files_alone=not said.saved)
    assert found[:3] == clock
    assert found.on_its_word == found.sure, "nothing confirms it"


PASS = Seen(T - 30, T)
"""A message that was first seen thirty seconds before the last pass came to its end."""

AHEAD = [
    # function, what is told → at, source, sure, whether the next pass may tell otherwise
    ("a Date to come", arrival, told(T + 60), (T - 30, "first_seen", False, True)),
    ("a Date of this very moment", arrival, told(T), (T, "date", False, False)),
    ("a Date to come, and the mailbox's clock", arrival, told(T + DAY, None, T), (T, "internaldate", False, True)),
    ("a Received to come", arrival, told(T - 60, T + 2 * DAY, T), (T, "internaldate", True, True)),
    ("two servers are ahead of us", arrival, told(T, T + 300, T + 301), (T + 300, "received", True, False)),
    ("ours, to come, in a file", sent_time, ours(T + 60, filed=[T + 60]), (T - 30, "first_seen", False, True)),
    ("ours, to come, and a server's clock", sent_time, ours(T + DAY, saved=[T]), (T, "internaldate", False, True)),
    ("ours, confirmed", sent_time, ours(T + 60, saved=[T + 61]), (T + 60, "date", True, False)),
]  # fmt: skip


@cases("clock_of", "said", "clock", rows=AHEAD)
def test_what_lies_ahead_of_the_last_pass_is_read_as_now(clock_of, said, clock) -> None:
    found = clock_of(said, PASS)
    assert (found.at, found.source, found.sure, found.ahead) == clock


def test_in_a_file_what_lies_ahead_is_never_believed_on_its_word() -> None:
    assert not arrival(Told(received=T + 1), PASS, in_files_alone=True).sure
    assert not sent_time(ours(T + 1), PASS, in_files_alone=True).sure
    assert sent_time(ours(T), PASS, in_files_alone=True).sure


def test_first_seen_by_a_clock_that_was_ahead() -> None:
    assert arrival(Told(), Seen(T + DAY, T)) == Clock(T, "first_seen", sure=False, ahead=True)


@pytest.mark.parametrize("moment", [3 * DAY, 2**62])
def test_no_other_instant_is_special(moment: int) -> None:
    assert arrival(told(moment, moment, moment), SEEN) == Clock(moment, "internaldate", sure=True)
    assert sent_time(ours(moment, saved=[moment]), SEEN) == Clock(moment, "date", sure=True)
