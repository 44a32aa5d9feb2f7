"""Why something was decided, in words."""

from __future__ import annotations

from replywatch.domain.messages import Because

PHRASES = {
    "role.config": "config",
    "role.unreadable": "it can't be opened",
    "role.name": "name",
    "role.special-use": "special-use {value}",
    "role.below": "below {value}",
    "role.none": "",
}
"""What is said of each rule."""


def because_text(because: Because) -> str:
    """The reason in a few words, to stand behind what was decided; "" where nothing told."""
    return PHRASES[because.rule].format(value=because.value)
