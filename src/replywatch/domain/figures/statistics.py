"""Percentiles, and the Kaplan-Meier estimate of how many are answered by when.

Of an exchange still waiting one knows that it waited *at least* so long. Leaving it out would flatter, counting it as
unanswered would slander; the Kaplan-Meier estimate (Kaplan & Meier 1958) uses exactly what is known. Its intervals
have Greenwood's variance on the log(-log) scale (Kalbfleisch & Prentice 1980): unlike plain ones they stay within
[0, 1], and they keep their promised 95 % in small samples (Borgan & Liestøl 1990). They are two-sided.

Answers known by bounds only enter the estimate once at their latest and once at their earliest possible moment. Where a
figure has two forms, the plain name is the late one and `…_early` the other; without such answers both are equal.

All times are whole seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log, sqrt
from typing import NamedTuple

_Z = 1.959963984540054
"""97.5 % point of the normal distribution."""

_HALF = 0.5 + 1e-9
"""One half, with room for the rounding of a long product."""


class Spread(NamedTuple):
    """The answered waits in figures, in seconds; all None but `n` where nothing was answered."""

    n: int
    median: float | None
    p75: float | None
    p90: float | None
    p95: float | None
    max: float | None
    mean: float | None


class Estimate(NamedTuple):
    """Share answered in less than `seconds`; None beyond the longest follow-up."""

    seconds: int
    share: float | None
    share_early: float | None
    interval_low: float | None
    """Lower end of the 95 % interval, over both curves; None where all or none are answered."""
    interval_high: float | None


class Expected(NamedTuple):
    """Share of all exchanges expected between two edges once everything now waiting has run its course."""

    from_seconds: int
    to_seconds: int | None
    """None in the last row: not before the last edge, or not at all."""
    share: float | None
    share_early: float | None


@dataclass(frozen=True, slots=True)
class Survival:
    """What the Kaplan-Meier estimate says of a set of waits."""

    within: tuple[Estimate, ...]
    expected: tuple[Expected, ...]
    """One row between each two edges and one after the last; the shares add up to 1."""
    median: int | None
    """Seconds after which half of all are answered; None: not reached."""
    median_early: int | None
    follow_up: int | None
    """Longest time for which any exchange was observed, in seconds; None without exchanges."""


def percentile(ordered: Sequence[int], percent: int) -> float:
    """The `percent` percentile of ascending `ordered`, type 7 of Hyndman & Fan (1996): linear between neighbours.

    Raises:
        ValueError: if `ordered` is empty.
    """
    if not ordered:
        raise ValueError("no percentile of nothing")
    at, hundredths = divmod((len(ordered) - 1) * percent, 100)
    if not hundredths:
        return float(ordered[at])
    return ordered[at] + (ordered[at + 1] - ordered[at]) * hundredths / 100


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of which `hits` of `n` were seen (Wilson 1927); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    centre = (hits + _Z**2 / 2) / (n + _Z**2)
    half = _Z / (n + _Z**2) * sqrt(hits * (n - hits) / n + _Z**2 / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def spread(ordered: Sequence[int]) -> Spread:
    """Count, percentiles, maximum and mean of ascending `ordered` seconds."""
    if not ordered:
        return Spread(0, None, None, None, None, None, None)
    median, p75, p90, p95 = (percentile(ordered, percent) for percent in (50, 75, 90, 95))
    return Spread(len(ordered), median, p75, p90, p95, ordered[-1], sum(ordered) / len(ordered))


class _Run(NamedTuple):
    """The curve at the start of a stretch of events without a censoring between them."""

    events: int
    """Events before it."""
    at_risk: int
    survival: float
    variance: float
    """Greenwood's sum so far: d / (n (n - d)) over the steps."""

    def after(self, events: int) -> tuple[float, float]:
        """Survival and Greenwood's sum (infinite where nobody is left) after `events` events in all."""
        left = self.at_risk - (events - self.events)
        return self.survival * left / self.at_risk, self.variance + (1 / left if left else inf) - 1 / self.at_risk


class Curve:
    """The Kaplan-Meier estimate for ascending event and censoring times.

    Between two censorings the estimate is plain counting: the factors (n - d) / n of the steps cancel to
    (at risk after) / (at risk before), and the terms of Greenwood's sum to the difference of their reciprocals. So only
    the censorings are walked, which is exact and quick. What is censored at t was still at risk at t.
    """

    __slots__ = ("_events", "_runs", "follow_up")

    def __init__(self, events: list[int], censored: list[int]) -> None:
        self._events = events
        self.follow_up = max(events[-1:] + censored[-1:], default=None)
        """Longest observed time; None without observations."""
        self._runs: list[_Run] = []
        total = len(events) + len(censored)
        seen, survival, variance = 0, 1.0, 0.0
        for before, time in enumerate(censored):
            upto = bisect_right(events, time, lo=seen)
            if upto > seen:
                run = _Run(seen, total - seen - before, survival, variance)
                self._runs.append(run)
                survival, variance = run.after(upto)
                seen = upto
            if seen == len(events):
                return
        self._runs.append(_Run(seen, total - seen - len(censored), survival, variance))

    def _at(self, time: int) -> tuple[float, float]:
        """Share without an answer just after `time`, and Greenwood's sum there."""
        events = bisect_right(self._events, time)
        if not events:
            return 1.0, 0.0
        return self._runs[bisect_left(self._runs, events, key=lambda run: run.events) - 1].after(events)

    def answered_before(self, edge: int) -> float | None:
        """Share answered in less than `edge` seconds.

        None beyond the longest follow-up, unless all are answered by then: nobody is left who could still wait.
        """
        if self.follow_up is None:
            return None
        survival, _ = self._at(edge - 1)
        return None if survival and edge - 1 > self.follow_up else 1 - survival

    def interval(self, edge: int) -> tuple[float, float] | None:
        """95 % interval of `answered_before(edge)`.

        None where there is no estimate, and where all or none are answered: Greenwood's variance is no help there.
        """
        if self.answered_before(edge) is None:
            return None
        survival, variance = self._at(edge - 1)
        if not 0 < survival < 1:
            return None
        reach = exp(_Z * sqrt(variance) / -log(survival))
        return 1 - survival ** (1 / reach), 1 - survival**reach

    def median(self) -> int | None:
        """Smallest time by which at least half are answered; None if that is not reached."""
        at = bisect_left(self._events, True, key=lambda time: self._at(time)[0] <= _HALF)  # noqa: FBT003 - a value
        return self._events[at] if at < len(self._events) else None


def survival(
    elapsed: Sequence[int], censored: Sequence[int], bounds: Sequence[tuple[int, int]], edges: Sequence[int]
) -> Survival:
    """The Kaplan-Meier figures of a set of waits, in any order.

    Args:
        elapsed: Seconds until the answer, for those answered at a known time.
        censored: Seconds for which the others were seen to have none.
        bounds: (shortest, longest) wait in seconds of those answered at an unknown time.
        edges: Ascending edges in seconds at which shares are asked for.
    """
    open_ = sorted(censored)
    late = Curve(sorted([*elapsed, *(high for _, high in bounds)]), open_)
    early = Curve(sorted([*elapsed, *(low for low, _ in bounds)]), open_) if bounds else late
    return Survival(
        within=tuple(_estimate(late, early, edge) for edge in edges),
        expected=tuple(_expected(late, early, edges)),
        median=late.median(),
        median_early=early.median(),
        follow_up=late.follow_up,
    )


def _estimate(late: Curve, early: Curve, edge: int) -> Estimate:
    """Share answered before `edge` on both curves, with an interval that spans the intervals of both."""
    intervals = [interval for curve in (late, early) if (interval := curve.interval(edge)) is not None]
    return Estimate(
        edge,
        late.answered_before(edge),
        early.answered_before(edge),
        min((low for low, _ in intervals), default=None),
        max((high for _, high in intervals), default=None),
    )


def _expected(late: Curve, early: Curve, edges: Sequence[int]) -> list[Expected]:
    """The rows between the edges and the one after the last."""
    stops: list[int | None] = [0, *edges, None]
    shares = zip(_differences(late, edges), _differences(early, edges), strict=True)
    return [Expected(start or 0, stop, *both) for (start, stop), both in zip(pairwise(stops), shares, strict=True)]


def _differences(curve: Curve, edges: Sequence[int]) -> list[float | None]:
    """Differences of the estimate between 0, each edge and everything; None where either side is unknown."""
    points = [None if curve.follow_up is None else 0.0, *(curve.answered_before(edge) for edge in edges), 1.0]
    return [None if low is None or high is None else max(0.0, high - low) for low, high in pairwise(points)]
