"""How use cases say how far they are, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listens to a use case at work."""

    def begin(self, what: str, total: int | None) -> None:
        """A stretch of work begins; `total` steps if known."""

    def advance(self, steps: int) -> None:
        """So many more steps are done."""

    def note(self, text: str) -> None:
        """Something that helps a person who watches, and nobody else, one line."""

    def say(self, text: str) -> None:
        """Something a person should read now, one line."""


class Silent:
    """Nobody listens."""

    def begin(self, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""
