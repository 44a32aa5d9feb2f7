"""What a use case says while it is at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a person should hear now, in values; `render.notices` puts it into words."""

    code: str
    """What it is about, such as `trying_again`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What belongs into its words, by name."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of work, in values; `render.notices` has its label."""

    code: str
    """What is done, such as `reading_headers`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What belongs into its label, by name."""
