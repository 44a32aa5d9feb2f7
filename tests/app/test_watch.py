"""When passes begin, and what ends them."""

import pytest

from replywatch.app.polling.watch import watch
from replywatch.errors import (
    ConfigError,
    LockedError,
    ReplywatchError,
    StoreError,
    UnusableStoreError,
)


class Enough(BaseException):
    """The end of the test."""


class Clock:
    """A clock that goes on while somebody waits or works; `takes` are the seconds of each pass, or its error."""

    def __init__(self, *takes):
        self.takes = list(takes)
        self.now = 5000.0
        self.starts = []
        self.troubles = []

    def pause(self, seconds):
        assert seconds > 0, "no pass may come twice"
        self.now += seconds

    def one_pass(self):
        if not self.takes:
            raise Enough
        self.starts.append(self.now - 5000)
        took = self.takes.pop(0)
        if isinstance(took, BaseException):
            raise took
        self.now += took

    def watch(self, every=300, until=Enough):
        with pytest.raises(until) as caught:
            watch(every, self.one_pass, self.troubles.append, self.pause, lambda: self.now)
        return caught.value


def test_from_start_to_start():
    clock = Clock(2, 290, 0, 1)
    clock.watch()
    assert clock.starts == [0, 300, 600, 900]


@pytest.mark.parametrize(
    ("takes", "second"), [(299.5, 300), (300, 600), (301, 600), (599, 600), (900, 1200), (86_399, 86_400)]
)
def test_a_long_pass_delays_the_next_one_and_none_pile_up(takes, second):
    clock = Clock(takes, 1, 1)
    clock.watch()
    assert clock.starts == [0, second, second + 300]


def test_rounding_makes_no_drift():
    clock = Clock(*[0.3] * 2000)
    clock.watch(60)
    assert clock.starts[-1] == pytest.approx(1999 * 60)
    assert len(clock.starts) == 2000


@pytest.mark.parametrize("error", [LockedError("another poll"), StoreError("the disk is full")])
def test_what_may_pass_is_said_and_survived(error):
    clock = Clock(1, error, 1)
    clock.watch()
    assert clock.starts == [0, 300, 600]
    assert clock.troubles == [error]


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("unknown key"),
        UnusableStoreError("damaged"),
        ReplywatchError("whatever else"),
        ZeroDivisionError("a bug"),
        KeyboardInterrupt(),
        MemoryError(),
    ],
    ids=repr,
)
def test_nothing_else_is_hidden(error):
    clock = Clock(1, error, 1)
    assert clock.watch(until=type(error)) is error
    assert clock.troubles == []
    assert clock.starts == [0, 300]
