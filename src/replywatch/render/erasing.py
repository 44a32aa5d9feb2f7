"""How much is erased, in words."""

from __future__ import annotations

from replywatch.domain.results.extent import Extent
from replywatch.render.text import counted


def extent_text(extent: Extent) -> str:
    """How much it is, to stand within a sentence."""
    messages = counted(extent.messages, "message")
    return f"{messages} (in {counted(extent.places, 'place')}, of {counted(extent.conversations, 'conversation')})"
