"""What was read, and where its gaps are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.figures.coverage import AccountCoverage, Coverage, Hole

JAN = 1_767_225_600
"""2026-01-01T00:00:00Z"""
FEB = JAN + 31 * 86_400
INFO = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=JAN,
    last_complete=FEB,
    last_attempt=FEB,
    last_error=None,
)


def read(*intervals):
    return Coverage(tuple(replace(INFO, covered_from=start, last_complete=end) for start, end in intervals))


@pytest.mark.parametrize(
    ("intervals", "span", "gap"),
    [
        ([(10, 20)], (10, 20), None),
        ([(10, 20)], (12, 12), None),
        ([(10, 20)], (9, 20), 9),
        ([(10, 20)], (10, 21), 21),
        ([(10, 20)], (21, 30), 21),
        ([(10, 20), (21, 30)], (10, 30), None),
        ([(10, 20), (22, 30)], (10, 30), 21),
        ([(10, 30), (12, 15)], (10, 30), None),
        ([(22, 30), (10, 20)], (25, 30), None),
        ([(None, 20)], (10, 20), 10),
        ([(10, None)], (10, 20), 10),
        ([(20, 10)], (12, 15), 12),
        ([], (1, 2), 1),
        ([], (2, 1), None),
    ],
)
def test_the_gap_is_the_first_instant_no_account_covers(intervals, span, gap):
    assert read(*intervals).gap(*span) == gap


HOLES = [
    # holes of two accounts that are covered from 10 to 20 and from 5 to 30 → the gap in 10 to 30
    (([], []), None),
    (([15], []), 16),
    (([15], [12]), 13),
    (([], [12, 25]), 13),
    (([30], []), None),
    (([None], []), 10),
    (([9], []), 10),
]


@pytest.mark.parametrize(("holes", "gap"), HOLES)
def test_what_is_known_to_be_unread_is_covered_by_no_other_account(holes, gap):
    first, second = (tuple(Hole("Sent", at) for at in found) for found in holes)
    one = replace(INFO, covered_from=10, last_complete=20, stale_after=1, holes=first)
    other = replace(INFO, covered_from=5, last_complete=30, stale_after=1, holes=second)
    assert Coverage((one, other)).gap(10, 30) == gap


def test_a_retired_account_ends_at_its_hole_and_no_other_does():
    retired = replace(INFO, covered_from=10, last_complete=20, holes=(Hole("Sent", 15),))
    other = replace(INFO, covered_from=18, last_complete=30, stale_after=1)
    assert Coverage((retired, other)).gap(10, 30) == 16
    assert Coverage((retired, other)).gap(18, 30) is None


moments = st.integers(0, 30)


@given(st.lists(st.tuples(moments, moments), max_size=6), moments, moments)
def test_the_gap_is_what_looking_at_every_second_finds(intervals, start, end):
    uncovered = [
        second for second in range(start, end + 1) if not any(low <= second <= high for low, high in intervals)
    ]
    assert read(*intervals).gap(start, end) == min(uncovered, default=None)


def test_it_begins_and_ends_with_what_any_account_covers():
    coverage = read((15, 30), (10, 20), (None, 40), (5, None))
    assert (coverage.begins, coverage.ends) == (10, 30)
    assert (read().begins, read((None, 9)).ends) == (None, None)
