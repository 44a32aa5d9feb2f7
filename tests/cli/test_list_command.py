"""The exchanges behind a figure: what is listed is what is counted."""

import csv
import time
from io import StringIO

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.domain.figures.measure import BUCKETS
from story import DAY, Story


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("list") / "demo"
    program = Program(folder.parent)
    program.output("demo", "--keep", str(folder))
    program.folder = folder
    return program


PERIODS = [
    (),
    ("--since", "all"),
    ("--measure", "turn"),
    ("--since", "all", "--measure", "turn", "--min-match", "references"),
    ("--since", "60d", "--until", "20d"),
]


@pytest.mark.parametrize("words", PERIODS, ids=" ".join)
def test_a_list_has_as_many_rows_as_the_cell_says(demo, words):
    report = demo.json("report", *words)
    counts = {row["key"]: row["count"] for row in report["buckets"]}
    assert sum(counts.values()) > 3
    listed = demo.lines("list", *words)
    for bucket in BUCKETS:
        in_row = demo.lines("list", *words, "--bucket", bucket.key)
        assert len(in_row) == counts[bucket.key], bucket.key
        assert in_row == [row for row in listed if row["bucket"] == bucket.key]
        assert len(demo.output("list", *words, "--bucket", bucket.key, "--format", "csv").splitlines()) == 1 + len(
            in_row
        )
    assert len(listed) == report["totals"]["exchanges"]


@pytest.mark.parametrize("words", PERIODS, ids=" ".join)
def test_export_counts_alike_with_the_same_options(demo, words):
    further = [] if "--since" in words else ["--since", "90d"]
    further += [] if "--measure" in words else ["--measure", "first"]
    listed = demo.lines("list", *words)
    assert [row["id"] for row in demo.lines("export", *words, *further)] == [row["id"] for row in listed]


def test_export_keeps_its_defaults(demo):
    listed = demo.lines("list", "--since", "all", "--measure", "turn")
    exported = demo.lines("export")
    assert [row["id"] for row in exported] == [row["id"] for row in listed]
    assert "subject" not in exported[0]


def test_as_of_and_limit(demo):
    report = demo.json("report", "--since", "all", "--as-of", "2020-01-01")
    assert demo.lines("list", "--since", "all", "--as-of", "2020-01-01") == []
    assert report["totals"]["exchanges"] == 0
    assert demo.lines("list", "--limit", "2") == demo.lines("list")[:2]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    now = int(time.time())
    story = Story()
    story.outbound("xaver", now - 80 * DAY)
    story.inbound("anna@firma.example", now - 40 * DAY, subject="=2+2")
    story.inbound("bea@firma.example", now - 3 * DAY, subject="Oak; and beech")
    story.reply(story.inbound("carl@other.example", now - 5 * DAY), now - 4 * DAY)
    program = Program(tmp_path_factory.mktemp("office"), accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), ["anna", "carl", "bea"]),
        (("--contact", "firma.example"), ["anna", "bea"]),
        (("--contact", "Anna+x@Firma.example"), ["anna"]),
        (("--contact", "firma"), []),
        (("--status", "never", "--status", "waiting"), ["anna", "bea"]),
        (("--status", "waiting"), ["bea"]),
        (("--status", "answered", "--contact", "firma.example"), []),
        (("--address", "INFO@example.com"), ["anna", "carl", "bea"]),
        (("--address", "else@example.com"), []),
        (("--since", "30d"), ["carl", "bea"]),
    ],
)
def test_what_is_asked_for(office, words, found):
    assert [row["contact"].partition("@")[0] for row in office.lines("list", *words)] == found


def test_the_list_for_people(office):
    lines = office.output("list").splitlines()
    assert lines[-1] == "3 exchanges."
    assert office.output("list", "--limit", "2").splitlines()[-1] == "The first 2 exchanges."
    assert office.output("list", "--limit", "4").splitlines()[-1] == "3 exchanges."
    assert max(map(len, lines)) <= 80
    assert "never" in lines[1]
    short = lines[1].split()[0]
    (full,) = [row["id"] for row in office.lines("list") if row["id"].startswith(short)]
    assert office.lines("explain", short) == office.lines("explain", full)
    assert office.output("list", "--status", "unknown").splitlines() == ["There is none."]


def test_a_german_excel_opens_it(office):
    text = office.output("list", "--format", "csv", "--dialect", "excel-de")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text[1:]), delimiter=";"))
    assert [row["subject"] for row in rows[::2]] == ["'=2+2", "Oak; and beech"]
    day, hour = rows[0]["arrived_at"].split(" ")
    assert [len(part) for part in day.split(".")] == [2, 2, 4]
    assert len(hour) == 8


def test_what_has_to_be_known_first_stands_on_stderr(tmp_path):
    story = Story()
    story.inbound("anna", "2024-03-04 08:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    for command in ("list", "export"):
        done = program.call(command, "--since", "all", "--format", "jsonl")
        assert "holds no mail written by the team" in done.stderr
        assert len(done.stdout.splitlines()) == 1
