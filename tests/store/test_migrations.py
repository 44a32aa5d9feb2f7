"""A store as a released version left it, brought up to date: frozen as SQL, so that it never changes with the code.

Three passes made it. Of the mail to info@: nora's was missed once, anna's was answered, will's was marked as answered,
fred's got the flag, theo's was moved to the trash, karl's mailbox was numbered anew, and one never came.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from office import Office
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.progress import Silent
from replywatch.store import schema
from replywatch.store.database import Database
from story import HOUR, at

RELEASED = Path(__file__).with_name("released_0002.sql")
LAST_PASS = at("03-20 15:00")
STANDINGS = {
    "nora.2@nora.example": "never",
    "anna.3@anna.example": "answered",
    "will.5@will.example": "answered",
    "fred.6@fred.example": "answered_time_unknown",
    "karl.8@karl.example": "waiting",
}
FIGURES = [("under_24h", 2), ("never", 1), ("waiting", 1), ("answered_time_unknown", 1)]


@pytest.fixture
def office(tmp_path):
    """The office with its old store; its clock stands where the last pass left it."""
    office = Office(tmp_path)
    office.config.store_path.parent.mkdir()
    with closing(sqlite3.connect(office.config.store_path)) as connection:
        connection.executescript(RELEASED.read_text(encoding="utf-8"))
        applied = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert applied == ["0001_facts", "0002_derived"]
    office.now = LAST_PASS
    return office


def test_the_same_figures(office):
    buckets, account = office.figures()
    assert (buckets, account.read, account.set_aside) == (FIGURES, 8, 1)
    assert office.report().as_of == LAST_PASS
    assert office.exchanges_at() == STANDINGS
    rows = office.rows_of("SELECT name FROM _sqlite_migrations ORDER BY id")
    assert [name for (name,) in rows] == list(schema.NAMES)


def test_every_fact_is_kept(office):
    with closing(sqlite3.connect(office.config.store_path)) as connection:
        tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        facts = [table for table in tables if table not in schema.DERIVED_TABLES]
        before = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in facts}
        with Database(office.config.store_path):
            pass
        for table, rows in before.items():
            after = connection.execute(f"SELECT * FROM {table}").fetchall()
            if table != "_sqlite_migrations":
                assert [row[: len(rows[0])] for row in after] == rows if rows else after == [], table


def test_what_is_derived_anew_is_the_same(office):
    rebuild(office.config, Silent())
    assert office.figures()[0] == FIGURES
    assert office.exchanges_at() == STANDINGS


def test_the_next_pass_goes_on(office):
    """It compares every mailbox once, since nobody knows when that was done."""
    source = office.sources["info"]
    for name, uidvalidity in (("INBOX", 1), ("Sent", 1), ("Trash", 1), ("Kunden", 2)):
        rows = office.rows_of(
            "SELECT l.uid, m.header, l.internal_date, l.size, l.flags FROM locations l"
            " JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox JOIN messages m ON m.id = l.message"
            f" WHERE b.name = '{name}' AND l.gone IS NULL AND l.missed_at IS NULL"
        )
        source.hold(name, uidvalidity, rows)
    office.now += HOUR
    assert office.one_pass().error is None
    assert office.exchanges_at() == STANDINGS
    assert {what[1] for what in source.asked if what[0] == "open"} == {"INBOX", "Kunden", "Sent", "Trash"}
    gone = office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL")
    assert gone == [(2,)], "theo's old place, and nora's, who was missed for the second time"
    assert office.rows("quarantine")["quarantine"] == [], "it is no longer listed"
    office.pass_()
    office.pass_()
    assert source.asked == [], "it is settled"
