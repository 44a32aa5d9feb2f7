"""A store, the program run over it in processes that end where a test says, and every row that they leave."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ended import Run, Runs
from planted import Program
from story import HOUR, at

Rows = dict[str, list[tuple[object, ...]]]
"""Table → its rows."""
NOON = at("2024-03-20 12:00")
BY_DESIGN = ("passes", "derivation.last_pass", "_sqlite_migrations", "store")
"""What a killed run may leave behind: its row in `passes`, so that the next one has another number; the moments of the
migrations, which sqlite-utils takes from a clock of its own; and the random id of the store."""


@contextmanager
def memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: a killed process loses nothing that the kernel has."""
    if not Path("/dev/shm").is_dir():
        yield otherwise
        return
    with tempfile.TemporaryDirectory(prefix="replywatch-", dir="/dev/shm") as name:
        yield Path(name)


class Scene:
    """A store, the program run over it, and a clock."""

    code = 0
    """The exit code of a good run."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self.program, self.runs, self.now = Program(folder), runs, NOON
        self.data, self.before = folder / "data", folder / "before"
        self.data.mkdir()

    def run(self, *words: str, later: int = 0, **disturbed: object) -> Run:
        """A run `later` seconds after the clock; it may be killed, or find a full disk."""
        return self.runs.run(self.program.folder, *words, now=self.now + later, **disturbed)

    def good(self, *words: str, later: int = 0) -> None:
        """A run that nothing disturbs, and that ends as it should."""
        run = self.run(*words, later=later)
        assert run.code == self.code, run.said

    def keep(self) -> None:
        """What lies in the store now is what `back` brings back."""
        shutil.rmtree(self.before, ignore_errors=True)
        shutil.copytree(self.data, self.before)

    def back(self) -> None:
        """The store is as it was when it was kept."""
        shutil.rmtree(self.data)
        shutil.copytree(self.before, self.data)

    def holding(self, text: bytes) -> list[str]:
        """The files of the store in which `text` stands."""
        return sorted(path.name for path in self.data.iterdir() if text in path.read_bytes())

    def rows(self) -> Rows:
        """Every row of the store, from a copy: the files themselves stay as they were left."""
        with tempfile.TemporaryDirectory(dir=self.program.folder) as name:
            for path in self.data.iterdir():
                shutil.copy(path, name)
            with closing(sqlite3.connect(Path(name, "mail.db"))) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
                tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                return {name: self._table(connection, name) for (name,) in tables if name not in BY_DESIGN}

    def _table(self, connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        kept = ", ".join(c for c in columns if f"{table}.{c}" not in BY_DESIGN)
        rows = connection.execute(f"SELECT {kept} FROM {table}").fetchall()
        # The killed run saw and stored things at its time, the undisturbed one at the time of the good run.
        return sorted((tuple(self.now + HOUR if v == self.now else v for v in row) for row in rows), key=repr)


def different(found: Rows, expected: Rows) -> dict[str, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """Table → rows too many and rows too few."""
    return {
        table: ([r for r in found.get(table, ()) if r not in rows], [r for r in rows if r not in found.get(table, ())])
        for table, rows in expected.items()
        if found.get(table) != rows
    }
