"""Who waits for an answer, as of the last poll."""

import json
import time
from unicodedata import east_asian_width

import pytest

from planted import Program, maildir_account, plant_maildir
from story import DAY, HOUR, Story

HOSTILE = "Late\x1b[2J \u202egnol\u2066 \u200btext\x07"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    now = int(time.time())
    story = Story()
    story.outbound("xaver", now - 200 * DAY)
    turn = story.inbound("tom", now - 13 * DAY)
    story.answer(story.reply(turn, now - 13 * DAY + HOUR), now - 12 * DAY)
    story.inbound("young", now - 2 * HOUR, subject="Short")
    story.inbound("old", now - 9 * DAY, subject=HOSTILE, fields="X-Odd: 1")
    story.inbound("given-up", now - 20 * DAY)
    story.inbound("日本" * 2 + "@example.org", now - 3 * DAY, subject="表" * 80)
    answered = story.inbound("anna", now - DAY)
    story.reply(answered, now - DAY + HOUR)
    program = Program(tmp_path_factory.mktemp("waiting"), accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


def people(office, *words):
    return [(row["contact"].partition("@")[0], row["ordinal"]) for row in office.json("waiting", *words)["waiting"]]


def test_enquiries_first_and_the_longest_wait_on_top(office):
    found = people(office)
    assert [found[0], *found[2:]] == [("old", 1), ("young", 1), ("tom", 2)]
    lines = office.output("waiting").splitlines()
    assert lines[0].endswith(": 4")
    assert lines.index("Enquiries") < lines.index("Later turns (often no answer needed)")
    assert lines[-1].startswith("1 more have waited so long that they count as never answered")


@pytest.mark.parametrize(("age", "count"), [("1h", 4), ("3h", 3), ("90m", 4), ("4d", 2), ("10d", 1), ("13d", 0)])
def test_older_than(office, age, count):
    assert len(people(office, "--older-than", age)) == count


def test_all(office):
    assert ("given-up", 1) in people(office, "--all")
    assert len(people(office, "--all")) == 5
    assert "more have waited" not in office.output("waiting", "--all")


def test_fail_tells_cron(office):
    done = office.run("waiting", "--older-than", "4d", "--fail")
    assert done.returncode == 4
    assert done.stderr == "Error: 2 wait for an answer for 4d or longer\n"
    assert "old@" in done.stdout
    assert office.run("waiting", "--older-than", "13d", "--fail").returncode == 0


def test_a_duration_that_is_none(office):
    assert "no duration" in office.fails("waiting", "--older-than", "soon", code=2)


def test_json(office):
    found = office.json("waiting")
    assert found["schema"] == "replywatch.waiting/1"
    first = found["waiting"][0]
    assert set(first) == {
        *("id", "message_id", "contact", "subject", "ordinal", "status", "arrived_at", "waiting_seconds"),
        *("acknowledged_at", "bounced_reply"),
    }
    assert abs(first["waiting_seconds"] - 9 * DAY) < 5 * 60
    assert (first["status"], first["message_id"]) == ("waiting", first["message_id"].strip("<>"))


def test_mail_steers_no_terminal(office):
    text = office.output("waiting", "--all")
    assert text.replace("\n", "").isprintable()
    assert "text" in text
    assert "\x1b" not in office.output("waiting", "--format", "json")


def columns(line):
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in line)


def test_lines_fit(office):
    assert max(map(columns, office.output("waiting", "--all").splitlines())) <= 80


def test_nobody_waits(tmp_path):
    story = Story()
    story.reply(story.inbound("anna", "2024-03-02 09:00"), "2024-03-02 10:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    assert program.output("waiting", "--fail").splitlines()[0].endswith(": 0")
    assert json.loads(program.output("waiting", "--format", "json"))["waiting"] == []
