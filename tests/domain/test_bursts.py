"""Which copies were saved together with others that were written on other days."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.domain.matching.bursts import FEWEST, SPAN, WITHIN, LateCopies, burst_seconds
from story import DAY, MINUTE, cases


def copies(*saved: int, written: list[int] | None = None) -> list[LateCopies]:
    """One copy for each second of `saved`, written a day after the one before unless told otherwise."""
    moments = written or [n * DAY for n in range(len(saved))]
    return [LateCopies(at, 1, moment, moment) for at, moment in zip(sorted(saved), moments, strict=True)]


TEN = [n * MINUTE for n in range(10)]

BURSTS = [
    # copies → the seconds in a burst
    ("ten within ten minutes", copies(*TEN), set(TEN)),
    ("nine", copies(*TEN[:9]), set()),
    ("in ten minutes and a second", copies(*TEN[:9], WITHIN + 1), set()),
    ("in ten minutes", copies(*TEN[:9], WITHIN), {*TEN[:9], WITHIN}),
    ("all in one second", [LateCopies(5, 10, 0, SPAN + 1)], {5}),
    ("written within a day", copies(*TEN, written=[0] * 9 + [SPAN]), set()),
    ("written within a day and a second", copies(*TEN, written=[0] * 9 + [SPAN + 1]), set(TEN)),
    ("a second burst a day later", copies(*TEN, *(DAY + n for n in TEN)), {*TEN, *(DAY + n for n in TEN)}),
    ("one that is saved alone", copies(*TEN, 2 * DAY), set(TEN)),
    ("one after another without a pause", copies(*range(0, 50 * MINUTE, 45)), set(range(0, 50 * MINUTE, 45))),
    ("one a minute and a half: too slow", copies(*range(0, 90 * MINUTE, 90)), set()),
    ("nothing", [], set()),
]


@cases("late", "seconds", rows=BURSTS)
def test_bursts(late: list[LateCopies], seconds: set[int]) -> None:
    assert burst_seconds(late) == seconds


def by_definition(late: list[LateCopies]) -> set[int]:
    """The same, each window looked at."""
    found: set[int] = set()
    for first in late:
        window = [c for c in late if 0 <= c.saved_at - first.saved_at <= WITHIN]
        span = max(c.last_written for c in window) - min(c.first_written for c in window)
        if sum(c.number for c in window) >= FEWEST and span > SPAN:
            found |= {c.saved_at for c in window}
    return found


SECONDS = st.lists(
    st.tuples(st.integers(0, 3 * WITHIN), st.integers(1, 4), st.integers(0, 2 * DAY), st.integers(0, DAY)),
    max_size=40,
    unique_by=lambda row: row[0],
)


@given(SECONDS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_every_window_counts(rows) -> None:
    late = [LateCopies(at, count, first, first + span) for at, count, first, span in sorted(rows)]
    assert burst_seconds(late) == by_definition(late)
