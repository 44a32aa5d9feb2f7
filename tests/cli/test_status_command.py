"""How the store stands, without asking any server."""

import sqlite3
from contextlib import closing

import pytest

from planted import Program, maildir_account, plant_maildir
from story import DAY, Story


@pytest.fixture
def office(tmp_path):
    story = Story()
    story.reply(story.inbound("anna", "2026-03-04 08:00"), "2026-03-04 09:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    return program


def older(office, seconds):
    """All passes were made so long ago."""
    with closing(sqlite3.connect(office.store)) as connection, connection:
        connection.execute(
            "UPDATE passes SET started_at = started_at - ?, finished_at = finished_at - ?", [seconds] * 2
        )


def test_a_healthy_store(office):
    text = office.output("status", "--fail")
    assert "2 messages in 2 mailboxes" in text
    assert len(text.splitlines()) < 24
    found = office.json("status")
    assert (found["schema"], found["stale"], found["warnings"]) == ("replywatch.status/1", False, [])
    (account,) = found["accounts"]
    assert (account["state"], account["messages"], account["unread"]) == ("fine", 2, 0)
    assert account["reads"] == str(office.folder / "mail")


@pytest.mark.parametrize(
    ("age", "setting", "code"), [(DAY - 60, None, 0), (DAY, None, 6), (DAY, "3d", 0), (60, "1min", 6)]
)
def test_a_health_check_fails_where_the_mail_is_stale(office, age, setting, code):
    older(office, age)
    if setting:
        office.configure({"info": maildir_account()}, report={"stale_after": setting})
    done = office.call("status", "--fail")
    assert done.returncode == code, done.stdout
    assert ("read completely" in done.stdout) is bool(code)
    assert office.json("status")["stale"] is bool(code)


def test_an_account_that_fails(office):
    (office.folder / "mail").rename(office.folder / "elsewhere")
    assert office.call("poll").returncode == 1
    done = office.call("status", "--fail")
    assert done.returncode == 6
    assert "the last attempt failed" in done.stdout
    assert office.json("status")["accounts"][0]["state"] == "failed"


def test_an_account_that_was_never_read(office):
    office.configure({"info": maildir_account(), "anna": maildir_account(path="anna")})
    done = office.call("status", "--fail")
    assert done.returncode == 6
    assert "never read completely" in done.stdout


def test_an_account_that_is_another_one_now(office):
    office.configure({"info": maildir_account(path="elsewhere")})
    done = office.call("status", "--fail")
    assert done.returncode == 6
    assert f"Account info was {office.folder / 'mail'}, now {office.folder / 'elsewhere'}" in " ".join(
        done.stdout.split()
    )
    assert "No mail has been read" not in done.stdout, "it was, and another poll would not help"


def test_a_store_that_is_derived_anew_is_read_all_the_same(office):
    """As after an update, and while a poll applies a changed config: what was read is no less than before."""
    with closing(sqlite3.connect(office.store)) as connection, connection:
        connection.execute("UPDATE derivation SET last_pass = -1")
        for table in ("evidence", "judgements", "exchanges"):
            connection.execute(f"DELETE FROM {table}")
    text = office.output("status", "--fail")
    assert "2 messages in 2 mailboxes\n" in text
    assert office.json("status")["warnings"] == []


def test_mail_that_no_account_of_the_config_stands_for_is_named(office):
    (office.folder / "mail").rename(office.folder / "other")
    office.configure({"anna": maildir_account(path="new")})
    assert office.json("status")["store"]["left_over"] == ["info"]
    assert "To let go of it: replywatch account drop info" in " ".join(office.output("status").split())
    office.output("account", "drop", "info", "--yes")
    assert office.json("status")["store"]["left_over"] == []


def test_no_store_yet(tmp_path):
    program = Program(tmp_path, accounts={"info": maildir_account()})
    assert "Run `replywatch poll` first." in program.fails("status", "--fail", code=1)
