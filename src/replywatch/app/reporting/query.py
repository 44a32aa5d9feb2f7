"""What is asked of a reading command, in a person's words."""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.domain.messages import Rung


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Which exchanges, seen from when."""

    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    first_only: bool = True
    """Enquiries alone; else every turn."""
    min_match: Rung = Rung.SUBJECT
    """The weakest rung of the matching ladder that counts."""
