"""Headers whose subjects are taken out after they were stored, and the key under which subjects get their numbers.

There is a key if and only if no header of the store holds a subject.
"""

from __future__ import annotations

from collections.abc import Callable

from replywatch.store.database import Database
from replywatch.store.headers import change_headers
from replywatch.store.marks import REPLY_OF
from replywatch.store.schema import DERIVED_TABLES


class Subjects:
    """The hidden subjects of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def key(self) -> bytes | None:
        """The key; None while headers may hold subjects."""
        found = self._db.value("SELECT key FROM subject_key")
        return None if found is None else bytes(found)

    def is_settled(self) -> bool:
        """Whether the file was written anew since subjects were taken out of it."""
        return bool(self._db.value("SELECT settled FROM subject_key"))

    def settle(self) -> None:
        """The file was written anew."""
        self._db.execute("UPDATE subject_key SET settled = 1")

    def show(self) -> None:
        """From now on headers are stored with their subjects."""
        self._db.execute("DELETE FROM subject_key")

    def hide(self, key: bytes, change: Callable[[bytes], bytes], identity: Callable[[bytes], str]) -> None:
        """Put `change` of each header in its place and drop all derived rows, all or nothing; not settled yet.

        Marks follow the messages whose `identity` rests on the subject, since they have no Message-ID.
        """
        self._db.execute("PRAGMA secure_delete = ON")
        with self._db.transaction(), self._db.faults():
            self._db.execute("INSERT INTO subject_key VALUES (1, ?, 0)", [key])
            for table in (*DERIVED_TABLES, "pending"):
                self._db.execute(f"DELETE FROM {table}")
            marked = bool(self._db.value("SELECT EXISTS (SELECT 1 FROM marks)"))

            def changed(old: bytes, new: bytes) -> None:
                if marked and (before := identity(old)) != (after := identity(new)):
                    self._db.execute("UPDATE marks SET identity = ? WHERE identity = ?", [after, before])
                    self._db.execute(
                        "UPDATE marks SET value = ? WHERE value = ? AND kind = ?", [after, before, REPLY_OF]
                    )

            change_headers(self._db.connection, change, changed)
