"""A store of the first release, and many who open it at once with this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from planted import Program, maildir_account
from replywatch.store import lock, schema
from replywatch.store.lock import writing

RELEASED = Path(__file__).parents[1] / "store" / "released_0002.sql"
WRITERS = (
    ("poll",),
    ("mark", "nora.2@nora.example", "--no-reply-needed"),
    ("rebuild",),
    ("forget", "nora@nora.example", "--yes"),
    ("purge", "--before", "2024-03-10", "--yes"),
)
COMMANDS = (
    ("report", "--since", "all", "--format", "csv"),
    ("waiting",),
    ("export",),
    ("explain", "will.5@will.example"),
)


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path, accounts={"info": maildir_account()})
    program.store.parent.mkdir()
    with closing(sqlite3.connect(program.store)) as connection:
        connection.executescript(RELEASED.read_text(encoding="utf-8"))
    return program


def rows(program, sql):
    with closing(sqlite3.connect(program.store)) as connection:
        return connection.execute(sql).fetchall()


def test_twelve_commands_at_once(program):
    """It is migrated once, every command says what it says afterwards, and marks stay."""
    marks = rows(program, "SELECT * FROM marks")
    children = [(words, program.start(*words)) for words in COMMANDS * 3]
    said = [(words, child.communicate(timeout=120), child.returncode) for words, child in children]
    assert [(words, err) for words, (_, err), code in said if code] == []
    for words, (out, _), _ in said:
        assert out == program.output(*words), words
    applied = rows(program, "SELECT name FROM _sqlite_migrations ORDER BY id")
    assert [name for (name,) in applied] == list(schema.NAMES)
    assert rows(program, "SELECT * FROM marks") == marks
    assert len(marks) == 1
    assert len(rows(program, "SELECT * FROM store")) == 1


@pytest.mark.parametrize("command", [*COMMANDS, *WRITERS], ids=lambda words: words[0])
def test_no_command_waits_for_itself(program, command, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0)
    for folder in ("cur", ".Sent/cur"):
        (program.folder / "mail" / folder).mkdir(parents=True)
    program.output(*command)
    applied = rows(program, "SELECT name FROM _sqlite_migrations ORDER BY id")
    assert [name for (name,) in applied] == list(schema.NAMES)


@pytest.mark.parametrize("command", [*COMMANDS, *WRITERS], ids=lambda words: words[0])
def test_while_somebody_else_writes_nothing_is_done(program, command, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0)
    before = program.store.read_bytes()
    with writing(program.store):
        said = program.fails(*command, code=5).splitlines()
    assert "is not in the form of this release yet" in said[0]
    assert "Wait" in said[1]
    assert program.store.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_where_only_its_owner_may_write(program, command, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, _: path != program.store.parent)
    before = program.store.read_bytes()
    said = program.fails(*command, code=1).splitlines()
    assert "was made by an older release, and may not be written here" in said[0]
    assert "owner" in said[1]
    assert program.store.read_bytes() == before


def test_a_store_of_the_first_release_learns_what_its_accounts_read(program):
    """Figures are shown before the next poll; after it, another mailbox under the name is known as such."""
    assert program.json("report", "--since", "all")["totals"]["exchanges"] > 0
    assert {row[0] for row in rows(program, "SELECT kind FROM accounts")} == {None}
    for folder in ("cur", ".Sent/cur"):
        (program.folder / "mail" / folder).mkdir(parents=True)
    program.output("poll")
    origin = ("maildir", None, None, str(program.folder / "mail"))
    assert rows(program, "SELECT kind, host, login, path FROM accounts WHERE name = 'info'") == [origin]
    program.configure({"info": maildir_account(path="else")})
    assert "account info was" in program.fails("report", code=2)
