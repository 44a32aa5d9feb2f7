"""What of fetched mail may be stored: the wanted fields, nothing erased, and no subject where none is wanted."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from itertools import chain

from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.headers.header import keep_fields
from replywatch.domain.judging.hidden_subjects import hide_subject
from replywatch.domain.judging.identity import header_identity, known_by
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.domain.results.notice import Stretch
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.incoming import Erased, Incoming
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

    @staticmethod
    def cut(message: FetchedMessage) -> FetchedMessage:
        """The message with those fields alone that are stored, whatever source it comes from, in the same form."""
        return message._replace(header=keep_fields(message.header))

    def identity(self, fetched: FetchedMessage) -> str:
        """The identity of a message, whatever its source said of it, as it would be stored."""
        header = self.cut(fetched).header
        return header_identity(header if self._key is None else hide_subject(header, self._key))

    def admit(self, fetched: Iterable[FetchedMessage]) -> list[Incoming]:
        """The messages, cut already, as they may be stored, by UID; of those that were erased the place alone."""
        messages = sorted(fetched, key=lambda m: m.uid)
        key = self._key
        if key is not None:
            messages = [m._replace(header=hide_subject(m.header, key)) for m in messages]
        if not self._remembers:
            return list(messages)
        digests = [known_by(m.header) for m in messages]
        erased = self._facts.erased(chain.from_iterable(digests))
        pairs = zip(messages, digests, strict=True)
        return [m if erased.isdisjoint(known) else Erased(m.uid) for m, known in pairs]


def renewed(fetched: Iterable[Incoming], held: Mapping[int, bytes]) -> tuple[dict[int, bytes], list[Incoming]]:
    """Of messages that were fetched once more: UID → header where it says more of the same message, and other messages.

    `held` is UID → header as it is stored.
    """
    same: dict[int, bytes] = {}
    others: list[Incoming] = []
    for message in fetched:
        before = held[message.uid]
        if isinstance(message, Erased) or header_identity(message.header) != header_identity(before):
            others.append(message)
        elif message.header != before:
            same[message.uid] = message.header
    return same, others
