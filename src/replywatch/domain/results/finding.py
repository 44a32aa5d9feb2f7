"""What a look at a set-up found, one thing each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but figures may not say what they seem to say."""
    ERROR = "error"
    """A poll will fail, or answers will not be seen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer to "is everything set up right?"."""

    level: Severity
    account: str
    """Name of the account; "" for what concerns all of them."""
    topic: str
    """What was looked at, for programs and as a heading: `config`, `store`, `team`, `password`, `connection`, …"""
    what: str
    hint: str = ""
    """What to do; empty where all is well. Lines that begin with a blank belong into the config as they stand."""
