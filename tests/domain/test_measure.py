"""Status, wait, bucket and observed time of one exchange."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.measure import (
    ANSWERED_BUCKETS,
    BUCKETS,
    Wait,
    bounds,
    bucket_of,
    count_by_bucket,
    outcome,
    waited,
)
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Status

ARRIVED = 1_000_000_000
NEVER_AFTER = 14 * DAY


def covered(start=0, end=ARRIVED + 1_000 * DAY):
    return Coverage(
        (
            AccountCoverage(
                "info",
                "imap",
                watched=True,
                has_sent=True,
                covered_from=start,
                last_complete=end,
                last_attempt=end,
                last_error=None,
            ),
        )
    )


def wait(answered=None, after=None, before=None):
    """An exchange with its answer and its bounds in seconds after arrival."""
    absolute = [None if seconds is None else ARRIVED + seconds for seconds in (answered, after, before)]
    return Wait("a", ARRIVED, *absolute, None)


def judge(exchange, age=100 * DAY, never_after=NEVER_AFTER, coverage=None):
    return outcome(exchange, ARRIVED + age, never_after, coverage or covered())


@pytest.mark.parametrize(
    ("elapsed", "bucket"),
    [
        (0, "under_1h"),
        (HOUR - 1, "under_1h"),
        (HOUR, "under_24h"),
        (DAY - 1, "under_24h"),
        (DAY, "1_to_2_days"),
        (2 * DAY - 1, "1_to_2_days"),
        (2 * DAY, "2_to_14_days"),
        (14 * DAY - 1, "2_to_14_days"),
        (14 * DAY, "over_14_days"),
        (99 * DAY, "over_14_days"),
    ],
)
def test_answered_exchanges_fall_into_half_open_buckets(elapsed, bucket):
    assert judge(wait(elapsed)) == (Status.ANSWERED, elapsed, elapsed)
    assert bucket_of(elapsed).key == bucket


@given(st.lists(st.integers(0, 20 * DAY) | st.sampled_from([b.from_seconds for b in ANSWERED_BUCKETS]), max_size=30))
def test_many_waits_are_counted_where_each_alone_belongs(seconds):
    each = Counter(bucket_of(elapsed).key for elapsed in seconds)
    assert count_by_bucket(sorted(seconds)) == {bucket.key: each[bucket.key] for bucket in ANSWERED_BUCKETS}


@pytest.mark.parametrize(("start", "end", "seconds"), [(10, 17, 7), (10, 10, 0), (10, 9, 0), (-5, 5, 10)])
def test_nobody_waits_less_than_no_time(start, end, seconds):
    assert waited(start, end) == seconds


def test_a_reply_dated_before_its_message_waited_zero_seconds():
    assert judge(wait(-5)) == (Status.ANSWERED, 0, 0)


@pytest.mark.parametrize(
    ("age", "never_after", "status"),
    [
        (14 * DAY - 1, 14 * DAY, Status.WAITING),
        (14 * DAY, 14 * DAY, Status.NEVER),
        (3 * DAY, 2 * DAY, Status.NEVER),
        (20 * DAY, 30 * DAY, Status.WAITING),
        (0, 14 * DAY, Status.WAITING),
    ],
)
def test_unanswered_exchanges_are_waiting_until_the_limit_and_never_from_then_on(age, never_after, status):
    assert judge(wait(), age, never_after) == (status, None, age)


def test_an_answer_wins_over_never_and_over_14_days_starts_at_14_days_whatever_the_limit():
    assert judge(wait(20 * DAY), never_after=2 * DAY) == (Status.ANSWERED, 20 * DAY, 20 * DAY)
    assert judge(wait(3 * DAY), never_after=2 * DAY).status is Status.ANSWERED
    assert judge(wait(20 * DAY), never_after=60 * DAY) == (Status.ANSWERED, 20 * DAY, 20 * DAY)
    assert bucket_of(20 * DAY).key == "over_14_days"


def test_an_answer_after_as_of_has_not_happened_yet():
    assert judge(wait(DAY), age=DAY).status is Status.ANSWERED
    assert judge(wait(DAY), age=DAY - 1) == (Status.WAITING, None, DAY - 1)


def test_evidence_without_the_reply_has_its_own_row_even_if_both_bounds_lie_in_one_bucket():
    exchange = wait(after=60, before=120)
    assert judge(exchange) == (Status.ANSWERED_TIME_UNKNOWN, None, 60)
    assert bounds(exchange) == (60, 120)


def test_evidence_after_as_of_has_not_happened_yet():
    assert judge(wait(after=60, before=DAY), age=DAY - 1).status is Status.WAITING
    assert judge(wait(after=60, before=DAY), age=DAY).status is Status.ANSWERED_TIME_UNKNOWN


def test_a_known_answer_wins_over_bounds():
    assert judge(wait(90, after=60, before=120)).status is Status.ANSWERED


def test_bounds_never_lie_before_the_arrival_and_stay_in_order():
    assert bounds(wait(after=-50, before=-10)) == (0, 0)
    assert bounds(wait(after=90, before=60)) == (90, 90)
    assert bounds(wait(before=60)) == (0, 60)
    with pytest.raises(ValueError, match="no bounds"):
        bounds(wait())


@pytest.mark.parametrize(
    ("coverage", "status", "observed"),
    [
        (covered(start=ARRIVED), Status.NEVER, 100 * DAY),
        (covered(start=ARRIVED + 1), Status.UNKNOWN, 0),
        (covered(end=ARRIVED + 5 * DAY - 1), Status.UNKNOWN, 5 * DAY),
        (covered(end=ARRIVED + 14 * DAY - 1), Status.UNKNOWN, 14 * DAY),
        (covered(end=ARRIVED + 14 * DAY), Status.NEVER, 14 * DAY + 1),
        (Coverage(()), Status.UNKNOWN, 0),
    ],
    ids=["from arrival", "a second late", "ends early", "ends a second early", "ends in time", "nothing read"],
)
def test_an_unanswered_exchange_whose_time_was_not_read_is_unknown_and_censored_at_the_gap(coverage, status, observed):
    assert judge(wait(), coverage=coverage) == (status, None, observed)


def test_an_answered_exchange_needs_no_coverage():
    assert judge(wait(60), coverage=Coverage(())).status is Status.ANSWERED


def test_a_young_exchange_needs_coverage_up_to_as_of_only():
    coverage = covered(end=ARRIVED + 2 * DAY)
    assert judge(wait(), age=2 * DAY, coverage=coverage).status is Status.WAITING
    assert judge(wait(), age=2 * DAY + 1, coverage=coverage).status is Status.UNKNOWN


def test_buckets_of_known_waits_follow_on_each_other_without_a_hole():
    known = [bucket for bucket in BUCKETS if bucket.from_seconds is not None]
    assert known[0].from_seconds == 0
    assert known[-1].to_seconds is None
    assert all(low.to_seconds == high.from_seconds for low, high in pairwise(known))
    assert [bucket.key for bucket in BUCKETS] == [
        "under_1h",
        "under_24h",
        "1_to_2_days",
        "2_to_14_days",
        "over_14_days",
        "never",
        "waiting",
        "answered_time_unknown",
        "unknown",
    ]


seconds = st.none() | st.integers(-DAY, 40 * DAY)


@given(
    exchange=st.builds(wait, seconds, seconds, seconds),
    age=st.integers(0, 60 * DAY),
    never_after=st.integers(1, 30 * DAY),
    end=st.integers(-DAY, 50 * DAY),
)
def test_only_the_answered_have_a_wait_and_what_was_observed_is_never_negative_or_from_the_future(
    exchange, age, never_after, end
):
    found = judge(exchange, age, never_after, covered(end=ARRIVED + end))
    assert (found.status is Status.ANSWERED) == (found.elapsed is not None)
    if found.status is not Status.ANSWERED_TIME_UNKNOWN:
        assert 0 <= found.observed <= age
