"""How use cases say how far they are, without knowing who listens."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, Self

from replywatch.domain.results.notice import Notice, Stretch


class Progress(Protocol):
    """Listens to a use case at work."""

    def worker(self) -> AbstractContextManager[Progress]:
        """Listens to one of several that work side by side, apart from the others; what it began ends with it."""
        ...

    def begin(self, stretch: Stretch, total: int | None) -> None:
        """A stretch of work begins, and the one before is over; `total` steps if known."""

    def advance(self, steps: int) -> None:
        """So many more steps are done."""

    def note(self, notice: Notice) -> None:
        """Something that helps a person who watches, and nobody else."""

    def say(self, notice: Notice) -> None:
        """Something a person should read now."""


class Silent:
    """Nobody listens."""

    def worker(self) -> AbstractContextManager[Self]:
        """The same again: it keeps nobody apart."""
        return nullcontext(self)

    def begin(self, stretch: Stretch, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""

    def note(self, notice: Notice) -> None:
        """Nothing."""

    def say(self, notice: Notice) -> None:
        """Nothing."""
