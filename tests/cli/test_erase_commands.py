"""forget and purge as people call them."""

import os
import pty
import subprocess
import sys

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story


@pytest.fixture
def office(tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00"), "2024-03-02 10:00")
    story.inbound("carl", "2024-05-02 09:00")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    return program


def contacts(office):
    return {row["contact"].partition("@")[0] for row in office.lines("export")}


ANNA = "2 messages (in 2 places, of 1 conversation)"


def test_forget(office):
    assert office.output("forget", "Anna@Anna.example", "--dry-run") == f"{ANNA} would be erased.\n"
    assert contacts(office) == {"anna", "carl"}
    done = office.run("forget", "Anna@Anna.example", "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"Erased {ANNA}.\n")
    assert contacts(office) == {"carl"}
    office.output("poll")
    assert contacts(office) == {"carl"}
    assert b"anna@" not in office.store.read_bytes()


def test_purge(office):
    assert office.output("purge", "--before", "1.4.2024", "--dry-run").startswith("3 messages ")
    office.output("purge", "--before", "2024-04-01", "-y")
    assert contacts(office) == {"carl"}
    office.output("purge", "--before", "30d", "-y")
    assert contacts(office) == set()
    assert office.run("poll").stderr == "info: 0 new messages, 2 mailboxes\n"


@pytest.mark.parametrize("words", [("forget", "anna@anna.example"), ("purge", "--before", "30d")])
def test_nobody_is_there_to_be_asked(office, words):
    assert "--yes" in office.fails(*words, code=2, stdin=subprocess.DEVNULL)
    assert contacts(office) == {"anna", "carl"}


@pytest.mark.parametrize(("answer", "left"), [("y\n", {"carl"}), ("n\n", {"anna", "carl"}), ("\n", {"anna", "carl"})])
def test_a_person_is_asked(office, answer, left):
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    done = subprocess.run(
        [sys.executable, "-m", "replywatch", "forget", "anna@anna.example"],
        cwd=office.folder, env=office.environment, stdin=theirs, capture_output=True, text=True, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert f"Erase {ANNA} for good?" in done.stderr
    assert (done.returncode == 0) == (left == {"carl"})
    assert contacts(office) == left


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("forget", "Anna"), "'Anna' is no address"),
        (("forget", "info@example.com"), "watched address"),
        (("forget",), "ADDRESS"),
        (("purge",), "--before"),
        (("purge", "--before", "all"), "'all' is no date"),
        (("purge", "--before", "1/2/2024"), "ambiguous"),
    ],
)
def test_what_makes_no_sense(office, words, says):
    assert says in office.fails(*words, "--yes", code=2)
