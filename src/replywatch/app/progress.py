"""How use cases say how far they are, without knowing who listens."""

from __future__ import annotations

from typing import Protocol

from replywatch.domain.results.notice import Notice, Stretch


class Progress(Protocol):
    """Listens to a use case at work."""

    def begin(self, stretch: Stretch, total: int | None) -> None:
        """A stretch of work begins; `total` steps if known."""

    def advance(self, steps: int) -> None:
        """So many more steps are done."""

    def note(self, notice: Notice) -> None:
        """Something that helps a person who watches, and nobody else."""

    def say(self, notice: Notice) -> None:
        """Something a person should read now."""


class Silent:
    """Nobody listens."""

    def begin(self, stretch: Stretch, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""

    def note(self, notice: Notice) -> None:
        """Nothing."""

    def say(self, notice: Notice) -> None:
        """Nothing."""
