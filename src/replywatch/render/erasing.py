"""How much is erased, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from replywatch.domain.results.extent import Extent
from replywatch.render.days import short_day
from replywatch.render.text import counted, safe

NAMED = 3
"""Addresses that are named one by one."""


def extent_text(extent: Extent, whose: str, zone: tzinfo) -> str:
    """How much it is, of whom, and from when to when, to stand within a sentence; `whose` is harmless already."""
    parts = []
    if extent.messages:
        parts.append(counted(extent.messages, "message") + (f" of {whose}" if whose else "") + _where(extent, zone))
    if extent.texts:
        parts.append(counted(extent.texts, "note") + " of polls that failed, or of mailboxes that are gone")
    return ", and ".join(parts)


def _where(extent: Extent, zone: tzinfo) -> str:
    """In how many conversations, and from when to when."""
    place = f" in {counted(extent.conversations, 'conversation')}" if extent.conversations else ""
    if extent.first is None or extent.last is None:
        return place
    first, last = (short_day(at, None, zone) for at in (extent.first, extent.last))
    return f"{place}, {first}" if first == last else f"{place}, {first} to {last}"


def addresses_text(addresses: Sequence[str]) -> str:
    """Whom addresses name, in one harmless line; of many only a few."""
    shown = list(map(safe, dict.fromkeys(addresses)))
    if len(shown) > NAMED:
        return f"{', '.join(shown[: NAMED - 1])} and {len(shown) - NAMED + 1} more"
    *before, last = shown
    return f"{', '.join(before)} and {last}" if before else last


def people_text(extent: Extent) -> str:
    """Of how many people outside it is; "" where they are nobody."""
    return "1 person" if extent.people == 1 else f"{extent.people} people" if extent.people else ""
