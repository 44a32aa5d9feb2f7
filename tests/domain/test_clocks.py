"""The two clocks (what is counted, point 8)."""

from __future__ import annotations

import pytest

from replywatch.domain.matching.clocks import NEAR, Clock, arrival, sent_time
from story import DAY, cases

T = 1_772_442_000
SEEN = T + 400 * DAY

ARRIVAL = [
    # received, date, internal date → at, source, sure
    ("all agree", T, T, T, (T, "internaldate", True)),
    ("delivered a little later", T, T, T + 90, (T + 90, "internaldate", True)),
    ("at the edge of near", T, T, T + NEAR, (T + NEAR, "internaldate", True)),
    ("imported later: just not near", T, T, T + NEAR + 1, (T, "received", False)),
    ("imported a year later", T, T - 60, T + 365 * DAY, (T, "received", False)),
    ("written long before it was received", T, T - 3 * DAY, T, (T, "internaldate", True)),
    ("dated in the future, received now", T, T + 3 * DAY, T, (T, "internaldate", True)),
    ("no Received, Date agrees", None, T, T + 30, (T + 30, "internaldate", True)),
    ("no Received, Date long before: imported", None, T, T + 30 * DAY, (T, "date", False)),
    ("no Received, Date after arrival is wrong", None, T + 3 * DAY, T, (T, "internaldate", False)),
    ("INTERNALDATE alone", None, None, T, (T, "internaldate", False)),
    ("Received alone", T, None, None, (T, "received", False)),
    ("Received before Date", T, T - 60, None, (T, "received", False)),
    ("Date alone", None, T, None, (T, "date", False)),
    ("nothing", None, None, None, (SEEN, "first_seen", False)),
]


@cases("received", "date", "internal", "clock", rows=ARRIVAL)
def test_arrival(received: int | None, date: int | None, internal: int | None, clock: tuple[int, str, bool]) -> None:
    assert arrival(received, date, internal, SEEN) == Clock(*clock)


SENT = [
    # date, has zone, internal dates → at, source, sure
    ("saved as it was sent", T, True, [T + 5], (T, "date", True)),
    ("no zone: low confidence", T, False, [T + 5], (T, "date", False)),
    ("one of several copies confirms it", T, True, [T + 9 * DAY, T + 5], (T, "date", True)),
    ("a wrong clock at the sender", T - 3 * DAY, True, [T, T + 60], (T, "internaldate", False)),
    ("just near", T, True, [T - NEAR], (T, "date", True)),
    ("just not near", T, True, [T - NEAR - 1], (T - NEAR - 1, "internaldate", False)),
    ("no Date", None, False, [T + 60, T], (T, "internaldate", False)),
    ("no INTERNALDATE", T, True, [], (T, "date", False)),
    ("nothing", None, False, [], (SEEN, "first_seen", False)),
]


@cases("date", "has_zone", "internal", "clock", rows=SENT)
def test_sent_time(date: int | None, has_zone: bool, internal: list[int], clock: tuple[int, str, bool]) -> None:
    assert sent_time(date, has_zone, internal, [], SEEN) == Clock(*clock)


FILED = [
    # date, has zone, internal dates, times of files → at, source, sure
    ("delivered to a file as it was sent", T, True, [], [T + 5], (T, "date", True)),
    ("no zone: low confidence", T, False, [], [T + 5], (T, "date", False)),
    ("copied or synced a month later", T, True, [], [T + 30 * DAY], (T, "date", False)),
    ("copied just not near", T, True, [], [T + NEAR + 1], (T, "date", False)),
    ("nothing is sent after it was saved", T + DAY, True, [], [T + 60, T], (T, "internaldate", False)),
    ("no Date", None, False, [], [T + 60, T], (T, "internaldate", False)),
    ("a server knows better", T - 3 * DAY, True, [T], [T + 30 * DAY], (T, "internaldate", False)),
    ("a file that confirms Date against a server", T, True, [T + 9 * DAY], [T + 5], (T, "date", True)),
]


@cases("date", "has_zone", "internal", "filed", "clock", rows=FILED)
def test_sent_time_of_a_file(
    date: int | None, has_zone: bool, internal: list[int], filed: list[int], clock: tuple[int, str, bool]
) -> None:
    assert sent_time(date, has_zone, internal, filed, SEEN) == Clock(*clock)


@pytest.mark.parametrize("moment", [0, -1, 2**62])
def test_no_instant_is_special(moment: int) -> None:
    assert arrival(moment, None, moment, SEEN) == Clock(moment, "internaldate", sure=True)
    assert sent_time(moment, has_zone=True, internal_dates=[moment], file_times=[], first_seen=SEEN) == Clock(
        moment, "date", sure=True
    )
