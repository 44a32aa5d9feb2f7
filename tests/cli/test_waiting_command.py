"""Who waits for an answer, as of the last poll."""

import json
import re
import shlex
import sqlite3
import time
from contextlib import closing
from datetime import datetime
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
    story.inbound("long-ago", now - 100 * DAY)
    story.inbound("日本" * 2 + "@example.org", now - 3 * DAY, subject="表" * 80)
    answered = story.inbound("anna", now - DAY)
    story.reply(answered, now - DAY + HOUR)
    program = Program(tmp_path_factory.mktemp("waiting"), accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


def people(office, *words):
    return [(row["contact"].partition("@")[0], row["ordinal"]) for row in office.json("waiting", *words)["waiting"]]


def listed(office, *words, code=0):
    """Who is in the list for people, in its order."""
    lines = office.output("waiting", *words, code=code).splitlines()
    names = ("old", "young", "tom", "given-up", "日本")
    return [name for line in lines for name in names if f"  {name}" in line and "mark" not in line]


def test_enquiries_the_longest_wait_on_top(office):
    found = people(office)
    assert [found[0], *found[2:]] == [("old", 1), ("young", 1), ("tom", 2)]
    assert listed(office) == ["old", "日本", "young"]
    lines = office.output("waiting").splitlines()
    assert lines[0].startswith("3 wait for an answer   ")
    assert "mail read today" in lines[0] or "mail read yesterday" in lines[0]
    assert "1 follow-up, often needs no answer: --turns" in lines
    assert lines[-2].startswith("1 never answered since ")


def test_later_turns_come_after_them_where_they_are_asked_for(office):
    assert listed(office, "--turns") == ["old", "日本", "young", "tom"]
    assert "follow-up" not in office.output("waiting", "--turns")


def test_the_first_characters_of_an_id_are_enough(office):
    line = next(line for line in office.output("waiting").splitlines() if "old" in line)
    short = line.split()[0]
    assert len(short) < 10
    (row,) = [row for row in office.json("waiting")["waiting"] if row["id"].startswith(short)]
    assert row["contact"].startswith("old@")
    assert f"replywatch mark {short} --answered now" in office.output("waiting")


@pytest.mark.parametrize(("age", "count"), [("1h", 4), ("3h", 3), ("90m", 4), ("4d", 2), ("10d", 1), ("13d", 0)])
def test_older_than(office, age, count):
    assert len(people(office, "--older-than", age)) == count


def test_all(office):
    assert ("given-up", 1) in people(office, "--all")
    assert len(people(office, "--all")) == 5
    assert "never answered" not in office.output("waiting", "--all")


def test_since(office):
    assert people(office, "--since", "5d") == [row for row in people(office) if row[0] not in {"old", "tom"}]
    assert "never answered" not in office.output("waiting", "--since", "5d")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 1),
        (("--since", "all"), 2),
        (("--since", "120d"), 2),
        (("--older-than", "13d"), 1),
        (("--since", "Q3 1999"), 2),
    ],
    ids=str,
)
def test_the_last_line_names_a_list_of_just_those_it_counts(office, words, count):
    shown = " ".join(office.output("waiting", *words).split())
    said, command = re.search(r"(\d+) never answered[^:]*: replywatch (.*?)(?: Settled|$)", shown).groups()
    assert (int(said), len(office.lines(*shlex.split(command)))) == (count, count)
    assert office.json("waiting", *words)["never"] == count


@pytest.mark.parametrize("age", ["14d", "30d"])
def test_an_alarm_that_could_never_ring_is_a_mistake(office, age):
    """Whoever waited so long counts as never answered: only --all finds them."""
    error = office.fails("waiting", "--older-than", age, "--fail", code=2)
    assert "from 14 d on mail counts as never answered" in error
    assert "--all" in error
    office.output("waiting", "--older-than", "14d", "--all", "--fail", code=4)
    office.output("waiting", "--older-than", "30d", "--all", "--fail", code=0)


def test_fail_tells_cron(office):
    done = office.run("waiting", "--older-than", "4d", "--fail")
    assert done.returncode == 4
    assert done.stderr == "Error: 2 wait for an answer for 4d or longer\n"
    assert "old@" in done.stdout
    assert "tom@" in done.stdout  # whom the alarm is about is listed, follow-up or not
    assert office.run("waiting", "--older-than", "13d", "--fail").returncode == 0
    assert office.run("waiting", "--older-than", "10d", "--fail").returncode == 4
    assert office.run("waiting", "--older-than", "10d", "--fail", "--no-turns").returncode == 0


def test_a_duration_that_is_none(office):
    assert "no duration" in office.fails("waiting", "--older-than", "soon", code=2)


def test_json(office):
    found = office.json("waiting")
    assert found["schema"] == "replywatch.waiting/1"
    assert set(found) == {
        *("schema", "as_of", "read_at", "counted_to", "since", "warnings", "waiting", "may_wait", "never")
    }
    assert (found["warnings"], found["may_wait"], found["never"]) == ([], [], 1)
    first = found["waiting"][0]
    assert set(first) == {
        *("id", "message_id", "contact", "subject", "ordinal", "status", "arrived_at", "waiting_seconds"),
        *("age_seconds", "acknowledged_at", "bounced_reply"),
    }
    assert abs(first["waiting_seconds"] - 9 * DAY) < 5 * 60
    assert (first["status"], first["message_id"]) == ("waiting", first["message_id"].strip("<>"))


def seconds(later, earlier):
    return int((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())


def test_a_wait_ends_at_as_of_in_json_and_an_age_at_present(tmp_path):
    now = int(time.time())
    story = Story()
    story.outbound("xaver", now - 30 * DAY)
    story.inbound("anna", now - 3 * DAY)
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    with closing(sqlite3.connect(program.store)) as connection, connection:
        connection.execute("UPDATE passes SET started_at = started_at - 7200, finished_at = finished_at - 7200")
    found = program.json("waiting", "--older-than", "3d")
    (row,) = found["waiting"]
    assert row["waiting_seconds"] == seconds(found["as_of"], row["arrived_at"])
    assert row["age_seconds"] == seconds(found["counted_to"], row["arrived_at"])
    assert 7200 <= row["age_seconds"] - row["waiting_seconds"] < 7500


def test_who_may_wait_is_in_the_list_of_all_too_and_always_in_his_own(tmp_path):
    now = int(time.time())
    story = Story()
    for name, days in (("bea", 40), ("anna", 3)):
        story.inbound(name, now - days * DAY)
    story.outbound("xaver", now - 30 * DAY)
    story.inbound("ida", now - 2 * DAY)
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    for words, waiting in (((), ["anna", "ida"]), (("--all",), ["bea", "anna", "ida"])):
        found = program.json("waiting", *words)
        assert [row["contact"].partition("@")[0] for row in found["waiting"]] == waiting
        assert [(row["contact"].partition("@")[0], row["status"]) for row in found["may_wait"]] == [("bea", "unknown")]
    assert program.output("waiting", "--all").count("bea@") == 1, "once for people"


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
    now = int(time.time())
    story = Story()
    story.reply(story.inbound("anna", now - 30 * DAY), now - 29 * DAY)
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    assert program.output("waiting", "--fail").splitlines()[0].startswith("Nobody waits for an answer   ")
    assert json.loads(program.output("waiting", "--format", "json"))["waiting"] == []


def test_without_sent_mail_nobody_can_say(tmp_path):
    """An alarm that says nothing where it can't know is worse than none."""
    now = int(time.time())
    story = Story()
    for days in (1, 2, 3):
        story.inbound(f"k{days}", now - days * DAY)
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    done = program.call("waiting", "--older-than", "4h", "--fail")
    assert done.returncode == 6
    assert "3 may wait: not all mail was read" in done.stdout
    assert [line.split("@")[0][-2:] for line in done.stdout.splitlines() if "@k" in line] == ["k3", "k2", "k1"]
    assert "holds no mail written by the team" in done.stdout
    assert program.call("waiting", "--older-than", "5d", "--fail").returncode == 0
    assert program.call("waiting").returncode == 0
    found = program.json("waiting")
    assert [row["status"] for row in found["may_wait"]] == ["unknown"] * 3
    assert found["warnings"][0]["code"] == "no_mail_of_ours"
