"""Waits that rest on a clock which nothing confirms, and why it is not sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from replywatch.domain.messages import Exchange


class Doubts(NamedTuple):
    """How many of the answered waits rest on an unsure clock, by reason; each has one."""

    by_reason: Mapping[str, int]
    """A reason is the clock and the field that it was taken from, such as `arrival_received` or `answer_date`."""

    @property
    def unsure(self) -> int:
        """How many there are."""
        return sum(self.by_reason.values())

    @property
    def commonest(self) -> str:
        """The reason of most of them; "" if there are none."""
        return min(self.by_reason, key=lambda reason: (-self.by_reason[reason], reason), default="")


def reason_of(arrival_source: str, answer_source: str | None, *, arrival_sure: bool) -> str:
    """Why a wait rests on an unsure clock; where both are unsure, that of the arrival is named."""
    return f"answer_{answer_source}" if arrival_sure else f"arrival_{arrival_source}"


def doubts_of(exchanges: Iterable[Exchange], as_of: int, stored: Mapping[str, int]) -> Doubts:
    """The doubts of `exchanges` as they stood at `as_of`, and of others whose reasons are counted already."""
    found = Counter(stored)
    found.update(
        reason_of(e.arrival_source, e.answer_source, arrival_sure=e.arrival_sure)
        for e in exchanges
        if e.answered_at is not None and e.answered_at <= as_of and not (e.arrival_sure and e.answer_sure)
    )
    return Doubts(dict(found))
