"""The figures of a set of waits."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.measure import BUCKETS, Wait, bucket_of, outcome
from replywatch.domain.figures.summary import Acknowledged, summarise
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Status

AS_OF = 1_780_000_000
NEVER_AFTER = 14 * DAY
SENT = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=AS_OF - 90 * DAY,
    last_complete=AS_OF,
    last_attempt=AS_OF,
    last_error=None,
)
COVERED = Coverage((SENT,))


def asked(id_, ago, answered=None, between=(None, None), acknowledged=None):
    """An exchange that arrived `ago` seconds before as_of; the others are seconds after its arrival."""
    arrived = AS_OF - ago
    times = [None if seconds is None else arrived + seconds for seconds in (answered, *between, acknowledged)]
    return Wait(id_, arrived, *times)


STORY = [
    asked("quick", 50 * DAY, 600, acknowledged=2),
    asked("day", 49 * DAY, 5 * HOUR),
    asked("two days", 48 * DAY, 30 * HOUR),
    asked("week", 47 * DAY, 7 * DAY, acknowledged=4),
    asked("late", 46 * DAY, 20 * DAY),
    asked("before its question", 45 * DAY, -30),
    asked("not seen", 44 * DAY, between=(HOUR, 2 * DAY)),
    asked("never", 43 * DAY),
    asked("before coverage", 91 * DAY),
    asked("waits", 2 * DAY, acknowledged=3),
    asked("waits longer", 3 * DAY),
    asked("from the future", -10),
]


def summary(waits=STORY, coverage=COVERED):
    return summarise(waits, as_of=AS_OF, never_after=NEVER_AFTER, coverage=coverage)


def test_every_exchange_is_counted_in_one_row():
    assert summary().counts == {
        "under_1h": 2,
        "under_24h": 1,
        "1_to_2_days": 1,
        "2_to_14_days": 1,
        "over_14_days": 1,
        "never": 1,
        "waiting": 2,
        "answered_time_unknown": 1,
        "unknown": 1,
    }
    assert summary().total == 11


def test_percentiles_are_of_those_answered_at_a_known_time():
    figures = summary().answered
    assert figures.n == 6
    assert figures.median == (5 * HOUR + 30 * HOUR) / 2
    assert figures.max == 20 * DAY
    assert summary().clock_anomalies == 1


def test_acknowledgements_are_counted_apart_whatever_became_of_the_exchange():
    assert summary().acknowledged == Acknowledged(3, 3 / 11, 3)


def test_an_acknowledgement_after_as_of_has_not_happened_yet():
    assert summary([asked("a", 10, acknowledged=11)]).acknowledged == Acknowledged(0, 0, None)
    assert summary([asked("a", 10, acknowledged=10)]).acknowledged == Acknowledged(1, 1, 10)


def test_the_longest_waiting_are_those_still_waiting_oldest_first():
    assert summary().longest_waiting == ("waits longer", "waits")
    many = [asked(f"w{hours}", hours * HOUR) for hours in range(1, 9)]
    assert summary(many).longest_waiting == ("w8", "w7", "w6", "w5", "w4")


def test_the_never_answered_are_named():
    assert summary().never_ids == ("never",)


def test_leaving_out_the_waiting_would_flatter_and_counting_them_as_unanswered_would_slander():
    waits = [asked(f"a{n}", 40 * DAY, HOUR) for n in range(3)] + [asked(f"b{n}", 40 * DAY, 12 * DAY) for n in range(3)]
    waits += [asked(f"n{n}", 40 * DAY) for n in range(2)] + [asked(f"w{n}", 10 * DAY) for n in range(2)]
    share = summary(waits).survival.within[-1].share
    assert share == pytest.approx(1 - 7 / 10 * 2 / 5)
    assert 6 / 10 < share < 6 / 8


def test_a_gap_in_what_was_read_censors_at_the_gap():
    coverage = Coverage((replace(SENT, last_complete=AS_OF - 30 * DAY),))
    figures = summary([asked("a", 40 * DAY, DAY), asked("b", 40 * DAY)], coverage)
    assert figures.counts["unknown"] == 1
    assert figures.survival.follow_up == 10 * DAY + 1
    assert figures.survival.within[-1].share is None


def test_nothing_at_all_gives_an_empty_summary():
    empty = summary([])
    assert (empty.total, empty.answered.n, empty.acknowledged.share) == (0, 0, None)
    assert set(empty.counts.values()) == {0}


seconds = st.none() | st.integers(-DAY, 40 * DAY)
waits = st.lists(st.builds(asked, st.text("ab", max_size=3), st.integers(0, 120 * DAY), seconds), max_size=12)


@given(waits, st.integers(1, 30 * DAY), st.randoms())
def test_one_pass_counts_what_each_outcome_says_in_any_order(waits, never_after, random):
    first = summarise(waits, as_of=AS_OF, never_after=never_after, coverage=COVERED)
    outcomes = [outcome(wait, AS_OF, never_after, COVERED) for wait in waits]
    counted = Counter(
        found.status.value if found.elapsed is None else bucket_of(found.elapsed).key for found in outcomes
    )
    assert first.counts == {bucket.key: counted[bucket.key] for bucket in BUCKETS}
    assert first.answered.n == sum(found.elapsed is not None for found in outcomes)
    again = summarise(random.sample(waits, len(waits)), as_of=AS_OF, never_after=never_after, coverage=COVERED)
    assert replace(again, never_ids=()) == replace(first, never_ids=())
    assert sorted(again.never_ids) == sorted(first.never_ids)


def test_every_status_but_answered_has_a_row_of_its_name():
    keys = {bucket.key for bucket in BUCKETS}
    assert {status.value for status in Status} - keys == {"answered"}
