"""Exchanges for other programs."""

import csv
from io import StringIO

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story

REPLY_FIELDS = ("answered_at", "reply_message_id", "matched_by", "elapsed_seconds", "clock_anomaly")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    anna = story.inbound("anna", "2024-03-04 08:00")
    story.answer(story.reply(anna, "2024-03-04 09:00"), "2024-03-04 10:00")
    story.inbound("=cmd|calc@evil.example", "2024-03-05 08:00", message_id="=1+1@evil.example")
    early = story.inbound("early", "2024-03-06 08:00")
    story.reply(early, "2024-03-06 07:50")
    story.inbound("nameless", "2024-03-07 08:00", message_id=None)
    unseen = story.inbound("unseen", "2024-03-08 08:00")
    story.answer(unseen, "2024-03-09 08:00", by="unseen", references=(unseen, "u@example.com"), replies=None)
    missed = story.inbound("missed", "2024-03-10 08:00")
    story.outbound(missed.sender, "2024-04-10 08:00", subject="Another thing altogether")
    program = Program(tmp_path_factory.mktemp("export"), accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


@pytest.fixture(scope="module")
def rows(office):
    return office.lines("export")


def of(rows, name, ordinal=1):
    (found,) = [r for r in rows if r["contact"].startswith(name) and r["ordinal"] == ordinal]
    return found


def test_all_time_in_the_order_of_arrival(rows):
    moments = [row["arrived_at"] for row in rows]
    assert moments == sorted(moments)
    assert moments[0] == "2024-03-04T08:00:00Z"
    assert len({row["id"] for row in rows}) == len(rows)


def test_reply_fields_are_null_unless_answered(rows):
    for row in rows:
        missing = [name for name in REPLY_FIELDS if row[name] is None]
        assert missing == ([] if row["status"] == "answered" else list(REPLY_FIELDS))
    assert {row["status"] for row in rows} == {"answered", "never", "answered_time_unknown"}


def test_an_answered_one(rows):
    row = of(rows, "anna")
    assert (row["elapsed_seconds"], row["matched_by"], row["clock_anomaly"]) == (3600, "in-reply-to", False)
    assert row["message_id"] == "anna.2@anna.example"
    assert row["answered_at"] == "2024-03-04T09:00:00Z"
    assert row["address"] == "info@example.com"


def test_odd_ones(rows):
    assert (of(rows, "early")["elapsed_seconds"], of(rows, "early")["clock_anomaly"]) == (0, True)
    assert of(rows, "nameless")["message_id"] is None
    assert of(rows, "missed")["contact_written_to_at"] == "2024-04-10T08:00:00Z"
    assert of(rows, "unseen")["answered_before"] == "2024-03-09T08:00:00Z"


def test_a_later_turn(rows):
    assert of(rows, "anna", 2)["status"] == "never"


def test_csv_says_the_same(office, rows):
    found = list(csv.DictReader(StringIO(office.output("export", "--format", "csv"))))
    assert list(found[0]) == list(rows[0])
    for mine, theirs in zip(found, rows, strict=True):
        for key, value in theirs.items():
            expected = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert mine[key].removeprefix("'") == expected


def test_no_cell_is_a_formula(office):
    text = office.output("export", "--format", "csv")
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert "'=1+1@evil.example" in cells
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@"))]


def test_a_period(office):
    found = office.lines("export", "--since", "2024-03-05", "--until", "2024-03-06")
    assert len(found) == 2
    assert office.output("export", "--since", "2025-01-01", "--format", "csv").count("\n") == 1
    assert office.output("export", "--since", "2025-01-01") == ""
