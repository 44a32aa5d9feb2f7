"""Corrections by hand as rows: facts of their own, which no rule and no poll overwrites."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from replywatch.domain.corrections import Mark, TakenBack, corrections_of, standing
from replywatch.domain.messages import Answered, Correction, Corrections, Kind, NeedsNone, OfKind, ReplyOf
from replywatch.store.database import Database

ANSWERED, NEEDS_NONE, OF_KIND, REPLY_OF = "answered", "no-reply-needed", "kind", "reply-of"
UNDO = "undo"
"""A row that takes back the mark whose id is its value; without a value, as release 0.1.0 wrote it, all before it."""


class Marks:
    """Reads and writes the marks of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(self, identity: str, correction: Correction, now: int) -> None:
        """Put a mark on record; all copies of the message are due again, and those of the message it points to."""
        kind, value = _words(correction)
        self._write(identity, kind, value, now)

    def take_back(self, mark: Mark, now: int) -> None:
        """Put on record that `mark` holds no longer; all copies of its message are due again."""
        self._write(mark.identity, UNDO, str(mark.number), now)

    def standing(self) -> dict[str, list[Mark]]:
        """Identity → the marks that nobody took back, ascending."""
        return standing(self._record())

    def corrections(self) -> dict[str, Corrections]:
        """Identity → what the marks say that hold for it; messages without one are left out."""
        return {identity: corrections_of(marks) for identity, marks in self.standing().items()}

    def ever_made(self) -> dict[str, list[Correction]]:
        """Identity → every correction that was ever made of it, also those that were covered or taken back since."""
        made: dict[str, list[Correction]] = {}
        for entry in self._record():
            if isinstance(entry, Mark):
                made.setdefault(entry.identity, []).append(entry.correction)
        return made

    def _write(self, identity: str, kind: str, value: str, now: int) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO marks (identity, made_at, kind, value) VALUES (?, ?, ?, ?)", [identity, now, kind, value]
            )
            self._db.execute(
                "INSERT OR IGNORE INTO pending SELECT message FROM readings WHERE identity IN (?, ?)", [identity, value]
            )

    def _record(self) -> Iterator[Mark | TakenBack]:
        rows = self._db.rows("SELECT id, identity, kind, value, made_at FROM marks ORDER BY id")
        for number, identity, kind, value, made_at in rows:
            if kind == UNDO:
                yield TakenBack(identity, int(value) if value else None)
            else:
                yield Mark(number, identity, _CORRECTIONS[kind](value), made_at)


def _words(correction: Correction) -> tuple[str, str]:
    """The columns `kind` and `value` of a correction."""
    match correction:
        case Answered(at):
            return ANSWERED, str(at)
        case NeedsNone():
            return NEEDS_NONE, ""
        case OfKind(kind):
            return OF_KIND, kind.value
        case ReplyOf(identity):
            return REPLY_OF, identity


_CORRECTIONS: dict[str, Callable[[str], Correction]] = {
    ANSWERED: lambda value: Answered(int(value)),
    NEEDS_NONE: lambda _: NeedsNone(),
    OF_KIND: lambda value: OfKind(Kind(value)),
    REPLY_OF: ReplyOf,
}
"""Column `kind` → what makes a correction of the column `value`."""
