"""Percentiles and the Kaplan-Meier estimate, against hand-worked examples and laws."""

from fractions import Fraction
from itertools import pairwise
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.figures.statistics import Curve, Spread, percentile, spread, survival

# Freireich et al. 1963, 6-mercaptopurine: weeks in remission, the second list censored. The figures stand in most
# textbooks (Collett; Kleinbaum & Klein); the intervals are those of R: survfit(…, conf.type = "log-log").
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.mark.parametrize(
    ("weeks", "remaining", "low", "high"),
    [
        (6, 0.857, 0.620, 0.952),
        (7, 0.807, 0.563, 0.923),
        (10, 0.753, 0.503, 0.889),
        (13, 0.690, 0.432, 0.849),
        (16, 0.627, 0.368, 0.805),
        (22, 0.538, 0.268, 0.747),
        (23, 0.448, 0.188, 0.680),
        (35, 0.448, 0.188, 0.680),
    ],
)
def test_kaplan_meier_gives_the_textbook_figures(weeks, remaining, low, high):
    curve = Curve(REMISSION, STILL_IN_REMISSION)
    assert 1 - curve.answered_before(weeks + 1) == pytest.approx(remaining, abs=0.0005)
    interval = curve.interval(weeks + 1)
    assert [1 - interval[1], 1 - interval[0]] == pytest.approx([low, high], abs=0.0006)


def test_the_median_is_the_first_time_at_which_half_are_answered():
    assert Curve(REMISSION, STILL_IN_REMISSION).median() == 23
    assert Curve([1, 2, 3, 4], []).median() == 2
    assert Curve([1], [5]).median() == 1
    assert Curve([1, 2], [5, 6, 7]).median() is None
    assert Curve([], []).median() is None


def test_beyond_the_longest_follow_up_nothing_is_said_unless_all_are_answered():
    open_ = Curve(REMISSION, STILL_IN_REMISSION)
    assert open_.follow_up == 35
    assert open_.answered_before(36) is not None
    assert open_.answered_before(37) is None
    assert open_.interval(37) is None
    assert Curve([1, 5], [2]).answered_before(1_000) == 1
    assert Curve([], []).answered_before(1) is None


def test_what_is_censored_when_another_is_answered_was_still_at_risk():
    assert Curve([5], [5]).answered_before(6) == 0.5
    assert Curve([5], [4]).answered_before(6) == 1
    assert Curve([5], [6]).answered_before(6) == 0.5


def test_there_is_no_interval_where_all_or_none_are_answered():
    curve = Curve([5, 6], [])
    assert curve.interval(5) is None
    assert curve.interval(6) is not None
    assert curve.interval(7) is None


times = st.lists(st.integers(0, 40), max_size=25)


def textbook(events, censored, time):
    """S(time) by the definition, in exact fractions."""
    share = Fraction(1)
    for step in sorted(set(events)):
        if step <= time:
            at_risk = sum(other >= step for other in [*events, *censored])
            share *= Fraction(at_risk - events.count(step), at_risk)
    return share


@given(times, times, st.integers(0, 45))
def test_the_curve_is_the_product_of_its_definition(events, censored, time):
    curve = Curve(sorted(events), sorted(censored))
    answered = curve.answered_before(time + 1)
    if answered is None:
        assert curve.follow_up is None or time > curve.follow_up
    else:
        assert answered == pytest.approx(float(1 - textbook(events, censored, time)))
        interval = curve.interval(time + 1)
        assert interval is None or 0 <= interval[0] <= answered <= interval[1] <= 1


@given(times, times)
def test_the_median_is_that_of_the_definition(events, censored):
    half = [time for time in sorted(set(events)) if textbook(events, censored, time) <= Fraction(1, 2)]
    assert Curve(sorted(events), sorted(censored)).median() == (half[0] if half else None)


@given(times.filter(bool), st.integers(0, 45))
def test_without_censoring_the_estimate_is_the_share(events, edge):
    share = sum(event < edge for event in events) / len(events)
    assert Curve(sorted(events), []).answered_before(edge) == pytest.approx(share)


@given(times, times, st.integers(1, 50), st.integers(0, 45))
def test_a_slower_clock_gives_the_same_shares(events, censored, factor, time):
    plain = Curve(sorted(events), sorted(censored))
    slow = Curve(sorted(event * factor for event in events), sorted(moment * factor for moment in censored))
    assert slow.answered_before(time * factor + 1) == plain.answered_before(time + 1)
    assert slow.interval(time * factor + 1) == plain.interval(time + 1)


bound_pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple), max_size=5)
EDGES = (5, 10, 20, 35)


@given(times, times, bound_pairs, st.randoms())
def test_order_does_not_matter(elapsed, censored, bounds, random):
    shuffled = [random.sample(values, len(values)) for values in (elapsed, censored, bounds)]
    assert survival(*shuffled, EDGES) == survival(elapsed, censored, bounds, EDGES)


@given(times, times, bound_pairs)
def test_expected_shares_add_up_on_both_curves(elapsed, censored, bounds):
    expected = survival(elapsed, censored, bounds, EDGES).expected
    assert [row.from_seconds for row in expected] == [0, *EDGES]
    assert [row.to_seconds for row in expected] == [*EDGES, None]
    for shares in ([row.share for row in expected], [row.share_early for row in expected]):
        if None not in shares:
            assert sum(shares) == pytest.approx(1)
            assert all(share >= -1e-12 for share in shares)


def test_expected_shares_are_differences_of_the_estimate_and_end_with_the_follow_up():
    figures = survival([1, 1, 2, 12], [3, 15], [], (2, 10, 14, 20))
    assert [row.share for row in figures.expected] == pytest.approx([2 / 6, 1 / 6, 1 / 4, None, None])
    assert [row.share for row in figures.within] == pytest.approx([2 / 6, 3 / 6, 3 / 4, None])
    assert figures.follow_up == 15


def test_bounds_enter_once_at_each_end():
    figures = survival([1], [], [(3, 30)], (2, 10, 40))
    assert [(row.share, row.share_early) for row in figures.within] == [(0.5, 0.5), (0.5, 1), (1, 1)]
    assert (figures.median, figures.median_early) == (1, 1)
    late_only = survival([], [], [(3, 30)], (10,))
    assert (late_only.median, late_only.median_early) == (30, 3)


def test_the_interval_spans_both_curves():
    edge = 10
    both = survival([1, 2], [40], [(3, 30)], (edge,)).within[0]
    late = survival([1, 2, 30], [40], [], (edge,)).within[0]
    early = survival([1, 2, 3], [40], [], (edge,)).within[0]
    assert (both.share, both.share_early) == (late.share, early.share)
    assert both.interval_low == late.interval_low
    assert both.interval_high == early.interval_high


def test_nothing_at_all_gives_no_figures():
    figures = survival([], [], [], EDGES)
    assert {row.share for row in figures.within} == {None}
    assert {row.share for row in figures.expected} == {None}
    assert (figures.median, figures.follow_up) == (None, None)
    assert spread([]) == Spread(0, None, None, None, None, None, None)
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 2], 50, 1.5),
        ([1, 2, 3, 4], 75, 3.25),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9.1),
        ([1, 2, 3], 0, 1),
        ([1, 2, 3], 100, 3),
        ([0, 0, 100], 50, 0),
    ],
)
def test_percentiles_are_type_7(values, percent, expected):
    assert percentile(values, percent) == pytest.approx(expected)


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=40))
def test_percentiles_are_those_of_the_standard_library(values):
    ordered = sorted(values)
    theirs = quantiles(ordered, n=100, method="inclusive")
    assert [percentile(ordered, percent) for percent in range(1, 100)] == pytest.approx(theirs)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40).map(sorted))
def test_a_spread_is_in_order(ordered):
    figures = spread(ordered)
    assert figures.n == len(ordered)
    steps = [float(ordered[0]), figures.median, figures.p75, figures.p90, figures.p95, figures.max]
    assert all(low <= high for low, high in pairwise(steps))
    assert figures.mean == pytest.approx(sum(ordered) / len(ordered))
