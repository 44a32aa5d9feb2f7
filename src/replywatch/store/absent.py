"""What the mail that was read tells of mail that is nowhere: of answers elsewhere, and of what was deleted for good.

Nothing here writes to the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from replywatch.domain.messages import RUNG_BITS, Rung
from replywatch.store.database import Database
from replywatch.store.readings import decode_reading


class Naming(NamedTuple):
    """Whom a message names, and whom the one that began its conversation."""

    conversation: str
    recipients: tuple[str, ...]
    first: tuple[str, ...]
    """Recipients of the first message, if somebody outside wrote it."""


class Absent:
    """Asks the derived rows of messages whose clock lies in [`since`, `until`)."""

    def __init__(self, database: Database, since: int, until: int) -> None:
        self._db = database
        self._span = [since, until]

    def going_on(self) -> int:
        """How many conversations have a message from outside that names mail of ours which was never seen."""
        return self._count("count(DISTINCT conversation)", "judgements INDEXED BY judgements_going_on", "goes_on")

    def answering_missing(self) -> int:
        """How many answers of ours are to mail of somebody outside which was never seen."""
        return self._count("count(*)", "judgements INDEXED BY judgements_answering_missing", "answers_missing")

    def enquiries(self) -> int:
        """How many enquiries there are."""
        subject = RUNG_BITS[Rung.SUBJECT]
        return int(
            self._db.value(
                "SELECT count(*) FROM exchanges WHERE arrived_at >= ? AND arrived_at < ? AND ordinal = 1"
                f" AND levels & {subject}",
                self._span,
            )
        )

    def named(self, most: int) -> Iterator[Naming]:
        """Whom the newest messages name, up to `most`, that go on after unseen mail; copies of one each by itself."""
        rows = self._db.rows(
            "SELECT j.conversation, r.data, o.data FROM (SELECT identity, conversation FROM judgements INDEXED BY"
            " judgements_going_on WHERE goes_on AND clock >= ? AND clock < ? ORDER BY clock DESC LIMIT ?) j"
            " CROSS JOIN readings r ON r.identity = j.identity"
            " LEFT JOIN judgements f ON f.identity = j.conversation AND f.direction = 'inbound'"
            " LEFT JOIN readings o ON o.identity = f.identity",
            [*self._span, most],
        )
        for conversation, data, of_first in rows:
            first = decode_reading(of_first).parties.recipients if of_first else ()
            yield Naming(conversation, decode_reading(data).parties.recipients, first)

    def places(self, author: str, most: int) -> list[tuple[int, str | None]]:
        """(epoch, labels, a JSON list) of all places of the newest mail, up to `most`, that `author` of ours wrote."""
        rows = self._db.rows(
            "SELECT DISTINCT l.epoch, l.labels FROM (SELECT identity FROM judgements INDEXED BY judgements_of_ours"
            " WHERE author = ? AND author <> '' ORDER BY clock DESC LIMIT ?) j"
            " CROSS JOIN readings r ON r.identity = j.identity CROSS JOIN locations l ON l.message = r.message",
            [author, most],
        )
        return [(epoch, labels) for epoch, labels in rows]

    def _count(self, what: str, table: str, which: str) -> int:
        sql = f"SELECT {what} FROM {table} WHERE {which} AND clock >= ? AND clock < ?"
        return int(self._db.value(sql, self._span))
