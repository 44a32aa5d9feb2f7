"""Instants of this machine's own clock: one that was wrong says nonsense for good, unless it is set right.

What lies ahead happened by now: it is read as now (`read_as_now`), and set right before the next pass (`set_right`).
All instants of our own are named here, with what becomes of each, so that no other code has to think of a clock that
was ahead. Mail's own times are none of them. See docs/decisions/0049.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from replywatch.domain.instants import HOUR
from replywatch.store.database import Database
from replywatch.store.readings import decode_reading


class OwnInstant(NamedTuple):
    """A column that holds what our own clock said."""

    table: str
    column: str
    becomes: str
    """SQL, of what lies ahead, with `:now`, the present, and `:before`, the last pass that came before all of it."""


INSTANTS = (
    # Mail was read up to there at least: what else lies ahead happened after that.
    OwnInstant("passes", "started_at", "coalesce(:before, :now)"),
    OwnInstant("passes", "finished_at", ":now"),
    OwnInstant("epochs", "reconciled_at", "NULL"),  # to be compared once more
    OwnInstant("epochs", "flags_read_at", "NULL"),  # to be read once more
    OwnInstant("epochs", "flags_changed_at", ":now"),
    OwnInstant("epochs", "completed_at", ":now"),
    OwnInstant("epochs", "superseded_at", ":now"),
    OwnInstant("epochs", "held_at", ":now"),
    OwnInstant("locations", "first_seen", ":now"),
    OwnInstant("locations", "missed_at", ":now"),
    OwnInstant("locations", "unanswered_at", ":before"),
    OwnInstant("locations", "answered_at", ":now"),
    OwnInstant("locations", "answer_missed_at", ":now"),
    # Which place a message left last is what counts: they stay in their order, and come before the present pass.
    OwnInstant(
        "locations",
        "gone",
        ":now - (SELECT count(*) FROM temp.wrongly_gone g WHERE g.at >= locations.gone)",
    ),
    OwnInstant("quarantine", "first_seen", ":now"),
    OwnInstant("unopened", "began_at", ":now"),
    OwnInstant("unopened", "read_to", "coalesce(:before, :now)"),
    OwnInstant("marks", "made_at", ":now"),
    OwnInstant("troubles", "began_at", ":now"),
    OwnInstant("troubles", "said_at", ":now"),
)
"""All that our own clock says but refusals: of one that lies ahead nobody knows how long ago it was, so it is over."""

FIRST = 1_577_836_800
"""2020-01-01: nobody has run this program before. A clock that says so has lost its battery."""
FEW_ROWS = ("passes", "epochs", "marks", "refusals", "troubles", "unopened")
MANY_ROWS = ("locations", "quarantine")
"""What lies ahead here was found in a pass that lies ahead, too, unless that did not come to its end."""
SURE = HOUR
"""Seconds within which a stranger's clock and that of a mail server say the same."""
WITNESSES = 3
"""People whose mail has to say that it is later than our own clock does, to be believed."""
ASKED = 200
"""Messages that are asked at most."""


def set_right(database: Database, now: int) -> int:
    """Set right all instants of ours that lie ahead of `now`, before a pass; says from when on that pass takes place.

    That is `now`, but where it is known that our own clock is behind: then what was said before is right, and time
    stands still at the latest of it. Instants of a clock that had no battery are set right as those ahead.
    """
    whole = database.value("SELECT finished_at IS NOT NULL FROM passes ORDER BY id DESC LIMIT 1")
    earliest, latest = _extremes(database, FEW_ROWS if whole else (*FEW_ROWS, *MANY_ROWS))
    if earliest >= FIRST and latest <= now:
        return now
    if now < FIRST or (latest > now and _is_behind(database, now)):
        return max(latest, now)
    with database.transaction():
        values = {"first": FIRST, "now": now, "before": _before(database, now)}
        if _is_wrong(database, "passes", now) or _is_wrong(database, "locations", now):
            # What was derived as of that moment believed times of mail that lie ahead as well.
            database.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT cluster FROM readings")
        database.execute(
            "CREATE TEMP TABLE wrongly_gone AS SELECT DISTINCT gone AS at FROM locations"
            f" WHERE gone NOT BETWEEN {FIRST} AND {now:d}"
        )
        for table, column, becomes in INSTANTS:
            wrong = f"{column} NOT BETWEEN :first AND :now"
            database.execute(f"UPDATE {table} SET {column} = {becomes} WHERE {wrong}", values)
        database.execute("DROP TABLE temp.wrongly_gone")
        database.execute("DELETE FROM refusals WHERE refused_at NOT BETWEEN :first AND :now", values)
    return now


def read_as_now(database: Database, now: int) -> int | None:
    """From here on this connection, which only reads, reads instants of ours ahead of `now` as `now`.

    Says when the latest pass began that lies ahead; None if none does.
    """
    _, latest = _extremes(database, FEW_ROWS)
    if latest <= now:
        return None
    ahead = database.value("SELECT max(started_at) FROM passes WHERE started_at > ?", [now])
    for table in (*FEW_ROWS, *MANY_ROWS):
        columns = ", ".join(
            f"min({name}, {now:d}) AS {name}" if name in _columns(table) else name
            for (name,) in list(database.rows("SELECT name FROM pragma_table_info(?)", [table]))
        )
        database.execute(f"CREATE TEMP VIEW {table} AS SELECT {columns} FROM main.{table}")
    return None if ahead is None else int(ahead)


def _extremes(database: Database, tables: Collection[str]) -> tuple[int, int]:
    """The earliest and the latest instant of ours in these tables, (`FIRST`, 0) if there is none."""
    found = [
        at
        for table in tables
        for at in database.row(f"SELECT {', '.join(f'min({c}), max({c})' for c in _columns(table))} FROM {table}") or ()
        if at is not None
    ]
    return min(found, default=FIRST), max(found, default=0)


def _columns(table: str) -> list[str]:
    """Those with instants of ours."""
    return [instant.column for instant in INSTANTS if instant.table == table] or ["refused_at"]


def _is_wrong(database: Database, table: str, now: int) -> bool:
    """Whether an instant of ours in this table can't be."""
    columns = " OR ".join(f"{column} NOT BETWEEN {FIRST} AND {now:d}" for column in _columns(table))
    return bool(database.value(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {columns})"))


def _before(database: Database, now: int) -> int | None:
    """When the last pass began that was made before all those with a wrong clock; None if there was none."""
    found = database.value(
        f"SELECT started_at FROM passes WHERE started_at BETWEEN {FIRST} AND {now:d} AND id < coalesce((SELECT min(id)"
        f" FROM passes WHERE started_at NOT BETWEEN {FIRST} AND {now:d}), id + 1) ORDER BY id DESC LIMIT 1"
    )
    return None if found is None else int(found)


def _is_behind(database: Database, now: int) -> bool:
    """Whether mail shows that it is later than `now`.

    A server's clock says so when it saved the mail, and that of whoever wrote it says the same; nobody outside can make
    the one, and a machine with mailboxes of its own, whose clock was ahead, does not make the other.
    """
    rows = database.rows(
        "SELECT j.contact, l.internal_date, r.data FROM locations l JOIN epochs e ON e.id = l.epoch"
        " JOIN mailboxes b ON b.id = e.mailbox JOIN accounts a ON a.id = b.account"
        " JOIN readings r ON r.message = l.message JOIN judgements j ON j.identity = r.identity"
        " WHERE l.internal_date > ? AND a.kind = 'imap' AND j.direction = 'inbound' AND j.contact <> ''"
        " ORDER BY l.internal_date LIMIT ?",
        [now + SURE, ASKED],
    )
    people = {contact for contact, saved, data in rows if _agree(decode_reading(data).date, saved)}
    return len(people) >= WITNESSES


def _agree(date: int | None, saved: int) -> bool:
    return date is not None and abs(date - saved) <= SURE
