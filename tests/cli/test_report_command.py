"""The report as a command; its figures are in test_edges."""

import re

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


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_terminal_of_any_width(office, columns):
    office.environment["COLUMNS"] = str(columns)
    code, seen = on_a_terminal(office, *WORDS)
    assert code == 0
    assert "\x1b[1m" in seen
    assert "\x1b[31m" not in seen
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen.replace("\r", ""))
    assert max(map(len, plain.splitlines())) <= max(80, min(columns, 120))


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
