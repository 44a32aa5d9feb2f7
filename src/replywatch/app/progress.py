"""How use cases say how far they are, without knowing who listens."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Listens to a use case at work."""

    def worker(self) -> AbstractContextManager[Progress]:
        """Listens to one of several that work side by side, apart from the others; what it began ends with it."""
        ...

    def begin(self, what: str, total: int | None) -> None:
        """A stretch of work begins, and the one before is over; `total` steps if known."""

    def advance(self, steps: int) -> None:
        """So many more steps are done."""

    def note(self, text: str) -> None:
        """Something that helps a person who watches, and nobody else, one line."""

    def say(self, text: str) -> None:
        """Something a person should read now, one line."""


class Silent:
    """Nobody listens."""

    def worker(self) -> AbstractContextManager[Progress]:
        """Nobody either."""
        return nullcontext(self)

    def begin(self, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""
