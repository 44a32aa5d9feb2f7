"""What of the mail that was fetched may be stored: nothing that was erased, and no subject where none is wanted."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.judging.hidden_subjects import hide_subject
from replywatch.domain.judging.identity import header_identity
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.domain.results.notice import Stretch
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.subjects import Subjects


def settled_key(database: Database, config: Config, progress: Progress) -> bytes | None:
    """The key under which subjects get numbers, None if they may be kept.

    Where the config has come to forbid them, those that were stored before are taken out first, to the last byte.
    """
    subjects = Subjects(database)
    if config.privacy.subjects:
        subjects.show()
        return None
    key = subjects.key()
    if key is None:
        key = new = secrets.token_bytes(16)
        progress.begin(Stretch("taking_out_subjects"), None)
        subjects.hide(new, lambda header: hide_subject(header, new), header_identity)
    if not subjects.is_settled():
        database.compact()
        subjects.settle()
    return key


class Admission:
    """Looks at every message of a poll before it is stored."""

    def __init__(self, facts: Facts, key: bytes | None) -> None:
        """`key` is that for hidden subjects; None if they may be kept."""
        self._facts = facts
        self._key = key
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
