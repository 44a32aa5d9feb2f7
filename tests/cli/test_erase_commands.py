"""forget and purge as people call them."""

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing

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


ANNA = "2 messages of Anna@Anna.example in 1 conversation, 2 Mar 2024"
NOBODY = "Nothing to erase: no message names nobody@nowhere.example.\n"


def test_forget(office):
    assert office.output("forget", "Anna@Anna.example", "--dry-run") == f"{ANNA}, would be erased.\n"
    assert contacts(office) == {"anna", "carl"}
    done = office.run("forget", "Anna@Anna.example", "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"Erased {ANNA}.\n")
    assert contacts(office) == {"carl"}
    office.output("poll")
    assert contacts(office) == {"carl"}
    assert b"anna@" not in office.store.read_bytes()


def test_purge(office):
    old = "3 messages of 2 people in 2 conversations, 5 Jan 2024 to 2 Mar 2024"
    assert office.output("purge", "--before", "1.4.2024", "--dry-run") == f"{old}, would be erased.\n"
    office.output("purge", "--before", "2024-04-01", "-y")
    assert contacts(office) == {"carl"}
    office.output("purge", "--before", "30d", "-y")
    assert contacts(office) == set()
    assert office.run("poll").stderr == "info: 0 new messages, 2 mailboxes\n"


@pytest.mark.parametrize("words", [("forget", "anna@anna.example"), ("purge", "--before", "30d")])
def test_nobody_is_there_to_be_asked(office, words):
    assert "--yes" in office.fails(*words, code=2, stdin=subprocess.DEVNULL)
    assert contacts(office) == {"anna", "carl"}


def at_a_terminal(office, *words, typed):
    """A run that a person answers at a real terminal."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    done = subprocess.run(
        [sys.executable, "-m", "replywatch", *words],
        cwd=office.folder, env=office.environment, stdin=theirs, capture_output=True, text=True, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    return done


@pytest.mark.parametrize(
    ("answer", "left", "said"),
    [
        ("y\n", {"carl"}, f"Erased {ANNA}.\n"),
        ("n\n", {"anna", "carl"}, "Nothing erased.\n"),
        ("\n", {"anna", "carl"}, "Nothing erased.\n"),
    ],
)
def test_a_person_is_asked(office, answer, left, said):
    """Whoever says no has interrupted nothing."""
    done = at_a_terminal(office, "forget", "Anna@Anna.example", typed=answer)
    assert f"Erase {ANNA}, for good?" in done.stderr
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith(said)
    assert contacts(office) == left


def test_who_leaves_the_question_interrupts(office):
    done = at_a_terminal(office, "forget", "Anna@Anna.example", typed="\x04")
    assert done.returncode == 130
    assert done.stderr.endswith("Interrupted.\n")
    assert contacts(office) == {"anna", "carl"}


@pytest.mark.parametrize("words", [(), ("--yes",), ("--dry-run",)])
def test_nobody_is_asked_about_nothing(office, words):
    for command, said in (
        (("forget", "nobody@nowhere.example"), NOBODY),
        (("purge", "--before", "1.1.2020"), "Nothing to erase: no conversation ended before 2020-01-01 00:00.\n"),
    ):
        done = office.run(*command, *words, stdin=subprocess.DEVNULL)
        assert done.returncode == 0
        assert done.stdout + done.stderr == said
        assert bool(done.stdout) is (words == ("--dry-run",))


def free_pages(office):
    """Those in which rows stood, until the file is written anew."""
    with closing(sqlite3.connect(office.store)) as store:
        return store.execute("PRAGMA freelist_count").fetchone()[0]


def test_what_was_interrupted_is_finished_without_a_question(office):
    """The second run finds nothing any more; that no byte stays is still its work."""
    with closing(sqlite3.connect(office.store)) as store, store:
        store.execute("CREATE TABLE erased_rows (content BLOB)")
        store.execute("INSERT INTO erased_rows VALUES (zeroblob(100000))")
        store.execute("DROP TABLE erased_rows")
    assert office.output("forget", "nobody@nowhere.example", "--dry-run") == NOBODY
    assert free_pages(office) > 0
    done = office.run("forget", "nobody@nowhere.example", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (0, NOBODY)
    assert free_pages(office) == 0


def test_of_many_only_a_few_are_named(office):
    said = office.output("forget", "--dry-run", "carl@carl.example", "a@x.de", "b@x.de", "c@x.de")
    assert said.startswith("1 message of carl@carl.example, a@x.de and 2 more in 1 conversation, 2 May 2024")


def test_purge_asks_of_how_many_people_it_is(office):
    done = at_a_terminal(office, "purge", "--before", "1.6.2024", typed="n\n")
    assert "Erase 4 messages of 3 people in 3 conversations, 5 Jan 2024 to 2 May 2024, for good?" in done.stderr


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
