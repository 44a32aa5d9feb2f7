"""Mail that is nowhere: what tells of it, and where it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MATTERS = 0.01
"""Share of the enquiries from which something is worth a word before the figures."""


class LikelyMailbox(NamedTuple):
    """A mailbox of ours that is not read, and in which answers may be."""

    address: str
    toml: str
    """What to put into the config, so that it is read: lines of TOML."""


@dataclass(frozen=True, slots=True)
class AbsentMail:
    """What the mail of a period tells of mail that is nowhere."""

    enquiries: int
    """How many arrived in the period."""
    answers_unseen: int
    """Conversations that go on after mail of ours which was never seen."""
    answers_to_missing: int
    """Answers of ours to mail of somebody outside which was never seen."""
    likely: tuple[LikelyMailbox, ...] = ()
    """Where the unseen mail may be, the most likely first."""
    more: int = 0
    """Mailboxes beyond these that may hold it, too."""

    @property
    def unseen_matter(self) -> bool:
        """Whether there are so many unseen answers that they are worth a word."""
        return self._matters(self.answers_unseen)

    @property
    def missing_matter(self) -> bool:
        """Whether there are so many answers to missing mail that they are worth a word."""
        return self._matters(self.answers_to_missing)

    def _matters(self, count: int) -> bool:
        return count > 0 and count >= MATTERS * self.enquiries
