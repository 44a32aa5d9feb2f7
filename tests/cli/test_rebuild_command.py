"""Everything derived again: no figure changes."""

import sqlite3
from contextlib import closing

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story


@pytest.fixture
def office(tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    for day in range(1, 20):
        story.reply(story.inbound(f"p{day}", f"2024-03-{day:02} 09:00"), f"2024-03-{day:02} 12:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    return program


def rows(office):
    with closing(sqlite3.connect(office.store)) as connection:
        return [row for row in connection.iterdump() if not row.startswith('INSERT INTO "passes"')]


def test_nothing_changes(office):
    before = rows(office)
    done = office.run("rebuild")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Everything was derived again.\n")
    assert rows(office) == before


def test_damaged_rows_are_mended(office):
    before = rows(office)
    with closing(sqlite3.connect(office.store)) as connection:
        connection.execute("UPDATE exchanges SET answered_at = arrived_at")
        connection.execute("DELETE FROM judgements")
        connection.commit()
    assert rows(office) != before
    office.output("rebuild")
    assert rows(office) == before


def test_a_changed_team_is_seen_at_once(office):
    """No command has to be known for that: every reader derives again when the config differs."""
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 19
    office.configure({"info": maildir_account()}, team={"addresses": ["sales@example.com"], "domains": ["example.com"]})
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 0
    office.configure({"info": maildir_account()})
    assert office.json("report", "--since", "all")["totals"]["exchanges"] == 19
