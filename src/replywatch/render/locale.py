"""How a person is shown things: in which zone, language and width, with colours or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal

NARROW = 80
"""Columns where there is no terminal."""


@dataclass(frozen=True, slots=True)
class Locale:
    """What an output needs to know of those who read it; in which zone days begin is for the figures to say."""

    zone: tzinfo = UTC
    """In which instants are shown."""
    language: Literal["en"] = "en"
    width: int = NARROW
    """Columns."""
    colours: bool = False
    ascii: bool = False
    """Nothing but ASCII can be drawn: see `render.glyphs`."""
