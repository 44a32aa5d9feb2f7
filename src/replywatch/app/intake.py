"""What of the mail that was fetched may be stored: nothing that was erased, and no subject where none is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from replywatch.domain.fetched import FetchedMessage
from replywatch.domain.hidden_subjects import hide_subject
from replywatch.domain.reading import header_identity
from replywatch.store.facts import Facts


class Intake:
    """Looks at every message of a poll before it is stored."""

    def __init__(self, facts: Facts, *, subjects: bool) -> None:
        """`subjects` says whether they may be kept."""
        self._facts = facts
        self._key = None if subjects else facts.subject_key()
        self._remembers = facts.remembers_erased()

    def admit(self, fetched: Iterable[FetchedMessage]) -> tuple[list[FetchedMessage], list[int]]:
        """The messages to be stored, as they may be stored, and the UIDs of those that were erased; both by UID."""
        messages = sorted(fetched, key=lambda m: m.uid)
        key = self._key
        if key is not None:
            messages = [replace(m, header=hide_subject(m.header, key)) for m in messages]
        if not self._remembers:
            return messages, []
        identities = [header_identity(m.header) for m in messages]
        erased = self._facts.erased(identities)
        pairs = list(zip(messages, identities, strict=True))
        return [m for m, i in pairs if i not in erased], [m.uid for m, i in pairs if i in erased]
