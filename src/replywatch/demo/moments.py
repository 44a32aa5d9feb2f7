"""Moments at which people write: customers also at night and at the weekend, the office in its hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from replywatch.demo.plan import NEVER_AFTER
from replywatch.domain.instants import DAY, HOUR

ZONE = ZoneInfo("Europe/Berlin")
LATEST = 10 * 60
"""Nothing happens in the last ten minutes."""
EDGE = 12 * HOUR
"""An open wait keeps this distance from `never_after`, so that the truth holds while the demo runs."""
TRIES = 80


class NoRoomError(Exception):
    """The story does not fit into the time there is: tell another one."""


def customers_write(moment: datetime) -> float:
    """How likely (0 to 1) a customer writes at that local time."""
    if moment.weekday() >= 5:
        return 0.25 if 9 <= moment.hour < 22 else 0.03
    if 8 <= moment.hour < 18:
        return 1.0
    return 0.35 if 6 <= moment.hour < 23 else 0.05


def office_writes(moment: datetime) -> float:
    """How likely (0 to 1) somebody of the company writes at that local time."""
    if moment.weekday() == 5:
        return 0.04 if 9 <= moment.hour < 12 else 0.0
    minute = 60 * moment.hour + moment.minute
    if moment.weekday() == 6 or not 450 <= minute < 1050:
        return 0.0
    return 0.4 if 720 <= minute < 780 else 1.0


class Moments:
    """Draws moments before `now`, from `rng` alone."""

    def __init__(self, rng: Random, now: int) -> None:
        self.rng = rng
        self.now = now

    def customer(self, earliest: int, latest: int) -> int:
        """A moment in [earliest, latest] at which a customer writes.

        Raises:
            NoRoomError: There is none, or all of them are too late.
        """
        return self._draw(customers_write, earliest, latest)

    def office(self, earliest: int, latest: int) -> int:
        """A moment in [earliest, latest] at which the office writes.

        Raises:
            NoRoomError: There is none, or all of them are too late.
        """
        return self._draw(office_writes, earliest, latest)

    def may_stay_open(self, arrived_at: int) -> bool:
        """Whether a wait since `arrived_at` is clearly older or clearly younger than `never_after`."""
        return abs(self.now - arrived_at - NEVER_AFTER) >= EDGE

    def _draw(self, likely: Callable[[datetime], float], earliest: int, latest: int) -> int:
        latest = min(latest, self.now - LATEST)
        for _ in range(TRIES if earliest <= latest else 0):
            moment = self.rng.randint(earliest, latest)
            if self.rng.random() < likely(datetime.fromtimestamp(moment, ZONE)):
                return moment
        raise NoRoomError


def days(number: float) -> int:
    """`number` days in seconds."""
    return int(number * DAY)
