"""The report as a command; its figures are in test_edges."""

import csv
import json
import re
import subprocess
import sys
from io import StringIO

import pytest
from test_poll_command import on_a_terminal

from planted import Program, maildir_account, plant_maildir
from story import Story


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    anna = story.inbound("anna", "2024-03-02 09:00")
    story.reply(anna, "2024-03-02 09:30")
    story.inbound("will", "2024-03-19 09:00", subject="Bad\x1b[31m \u202enews")
    program = Program(tmp_path_factory.mktemp("report"), accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


WORDS = ("report", "--since", "all", "--as-of", "2024-03-20T12:00:00Z")


@pytest.mark.parametrize("details", [(), ("--details",)])
@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_a_terminal_of_any_width(office, columns, details):
    office.environment["COLUMNS"] = str(columns)
    code, seen = on_a_terminal(office, *WORDS, *details)
    assert code == 0
    assert "\x1b[1m" in seen
    assert "Bad\x1b[31m" not in seen
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen.replace("\r", ""))
    assert max(map(len, plain.splitlines())) <= min(columns, 120)


@pytest.mark.parametrize("words", [WORDS, (*WORDS, "--details")])
def test_a_dumb_terminal_gets_plain_ascii(office, words, monkeypatch):
    monkeypatch.setitem(office.environment, "COLUMNS", "80")
    _, seen = on_a_terminal(office, *words, TERM="dumb")
    assert "within 1 hour" in seen
    assert seen.isascii()
    assert "\x1b" not in seen


@pytest.mark.parametrize(
    ("settings", "encoding"),
    [
        ({"LC_ALL": "C"}, "utf-8"),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "C"}, "utf-8"),
        ({"PYTHONIOENCODING": "latin-1"}, "latin-1"),
    ],
)
def test_what_can_not_be_drawn_is_drawn_otherwise(office, settings, encoding, monkeypatch):
    for name, value in settings.items():
        monkeypatch.setitem(office.environment, name, value)
    command = [sys.executable, "-m", "replywatch", *WORDS]
    done = subprocess.run(command, cwd=office.folder, env=office.environment, capture_output=True, check=True)
    text = done.stdout.decode(encoding)
    assert text.isascii()
    assert re.search(r"^  within 1 hour +#{20,} +1 +50 %  . sample$", text, re.MULTILINE)
    assert text.count("?") == 1, "of the escape in a subject"


def test_the_last_day_of_a_period_is_the_one_that_was_asked_for(office):
    asked = ("--since", "2024-03-01", "--until", "2024-03-31", "--as-of", "2024-03-31")
    assert " 1 Mar to 19 Mar 2024 " in office.output("report", "--since", "2024-03-01", "--until", "2024-03-19")
    assert "from 2024-03-01 to 2024-03-31" in office.output("report", *asked, "--details")


def test_of_fewer_than_five_there_is_no_median_anywhere(office):
    screen, details = office.output("report", "--since", "all"), office.output("report", "--since", "all", "--details")
    assert "1 of 2 has a personal answer; 1 never got one." in screen
    assert "Those answered at a known time: 1, too few for percentiles" in details
    both = office.output("report", "--since", "all", "--compare-matching")
    rows = [re.split("  +", line) for line in both.splitlines() if line.startswith(("half of all", "median of"))]
    assert [row[1:] for row in rows] == [["-", "-"], ["-", "-"]]
    assert [word for word in ("median", "75 %", "mean", "Half") if word in screen + details] == []
    assert office.json("report", "--since", "all")["percentiles"]["median_seconds"] == 1800


def test_no_colour_where_it_is_not_wanted(office):
    office.environment |= {"COLUMNS": "80", "NO_COLOR": "1"}
    _, seen = on_a_terminal(office, *WORDS)
    del office.environment["NO_COLOR"]
    assert "\x1b" not in seen
    assert seen.replace("\r", "") == office.output(*WORDS)


def test_nothing_but_the_report_on_stdout_and_nothing_else_said(office):
    assert office.run(*WORDS).stderr == ""
    assert office.output(*WORDS).startswith("info@example.com")
    assert office.output(*WORDS, "--details").startswith("How long does somebody who writes to us wait")


def test_an_old_poll_is_said(office):
    assert "The mail was last read completely" not in office.output("report")


def test_words_it_does_not_know(office):
    for words in (["--format", "xml"], ["--measure", "second"], ["--min-match", "luck"], ["--nothing"], ["extra"]):
        assert "Usage: replywatch report" in office.fails("report", *words, code=2)


def test_a_warning_may_end_a_report_with_6(tmp_path):
    story = Story()
    story.inbound("anna", "2024-03-04 08:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    done = program.call("report", "--since", "all", "--fail-on-warning", "--format", "json")
    assert done.returncode == 6
    assert json.loads(done.stdout)["warnings"][0]["code"] == "no_mail_of_ours"
    assert "the figures have warnings: no_mail_of_ours" in done.stderr
    story.outbound("xaver", "2024-01-04 08:00")
    plant_maildir(story, tmp_path / "more")
    program.configure({"more": maildir_account(path="more")})
    program.output("poll")
    assert program.call("report", "--since", "all", "--fail-on-warning").returncode == 0


def test_a_german_excel_reads_the_shares(tmp_path):
    program = Program(tmp_path)
    program.output("demo", "--keep", str(tmp_path / "demo"))
    program.folder = tmp_path / "demo"
    text = program.output("report", "--format", "csv", "--dialect", "excel-de")
    plain = list(csv.DictReader(StringIO(program.output("report", "--format", "csv"))))
    shown = list(csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["share"].replace(",", ".") for row in shown] == [row["share"] for row in plain]
    assert any("," in row["share"] for row in shown)
    assert [row["key"] for row in shown] == [row["key"] for row in plain]
