"""Streams that are closed, full or broken: what is written goes nowhere else, and the exit code says how it ended."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from itertools import combinations
from pathlib import Path
from sqlite3 import connect

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story

CLOSED = [
    pytest.param(numbers, id=" ".join(("<&-", ">&-", "2>&-")[n] for n in numbers))
    for size in (1, 2, 3)
    for numbers in combinations(range(3), size)
]
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00"), "2024-03-02 10:00")
    story.inbound("will", "2024-03-03 09:00")
    plant_maildir(story, folder / "mail")
    office = Program(folder, apart=True, accounts={"info": maildir_account()})
    office.output("poll")
    return office


def closing_all(numbers):
    """What a child does before it begins."""
    return lambda: [os.close(number) for number in numbers]


def named(office, words):
    """The words of a call; ID stands for a message of this office."""
    return words.replace("ID", office.lines("list", "--since", "all")[0]["id"]).split()


def files(office):
    """What lies in the folder, by its path."""
    return {path: path.read_bytes() for path in office.folder.rglob("*") if path.is_file()}


COMMANDS = [
    *("report", "report --details", "report --format json", "waiting", "list", "list --format csv", "export"),
    *("status", "status --format json", "explain ID", "mark --list", "config show", "help poll", "completion fish"),
]


class TestClosed:
    @pytest.mark.parametrize("numbers", CLOSED)
    def test_the_next_file_gets_no_number_of_a_stream(self, numbers):
        program = (
            "import os, subprocess, sys; from replywatch.cli.streams import fill_closed; fill_closed()\n"
            "print('out'); print('err', file=sys.stderr); assert sys.stdin.read() == ''\n"
            "subprocess.run([sys.executable, '-c', 'import os; [os.fstat(n) for n in range(3)]'], check=True)\n"
            "sys.exit(100 + os.open(sys.executable, os.O_RDONLY))"
        )
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        done = subprocess.run(
            [sys.executable, "-c", program], **pipes, preexec_fn=closing_all(numbers), encoding="utf-8", check=False
        )
        assert done.returncode > 102, done.stderr
        assert (done.stdout, done.stderr) == ("" if 1 in numbers else "out\n", "" if 2 in numbers else "err\n")

    @pytest.mark.parametrize("numbers", CLOSED)
    @pytest.mark.parametrize("words", ["report --since all", "list --format csv", "explain nothing"])
    def test_the_exit_code_is_the_same_and_no_file_changes(self, office, words, numbers):
        expected, before = office.run(*words.split()), files(office)
        done = office.run(*words.split(), preexec_fn=closing_all(numbers))
        assert done.returncode == expected.returncode
        assert done.stdout == ("" if 1 in numbers else expected.stdout)
        assert done.stderr == ("" if 2 in numbers else expected.stderr)
        assert files(office) == before

    @pytest.mark.parametrize("numbers", CLOSED)
    def test_a_poll_writes_into_the_store_what_belongs_there(self, office, numbers):
        before = office.json("report", "--since", "all")
        name = "".join(map(str, numbers))
        (office.folder / f"mail/cur/{name}.host:2,").write_text(
            f"From: {name}@mail.example\nTo: info@example.com\nDate: Mon, 4 Mar 2024 10:00:00 +0000\n\n"
        )
        done = office.run("poll", "--format", "json", "--log", f"{name}.log", preexec_fn=closing_all(numbers))
        assert done.returncode == 0
        assert len((office.folder / f"{name}.log").read_text().splitlines()) == 2
        assert office.store.with_name("mail.db.lock").read_bytes() == b""
        with closing(connect(office.store)) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        after = office.json("report", "--since", "all")
        assert after["totals"]["exchanges"] == before["totals"]["exchanges"] + 1


@full
class TestFull:
    @pytest.mark.parametrize("words", [*COMMANDS, "poll --format json", "check", "check --format json", "schema list"])
    def test_a_full_disk_is_1_and_said(self, office, words):
        with Path("/dev/full").open("w", encoding="utf-8") as disk:
            done = office.run(*named(office, words), stdout=disk)
        assert done.returncode == 1
        assert done.stderr.endswith("Error: the disk is full, the output is not complete.\n")

    def test_a_full_disk_behind_stderr_takes_the_exit_code_from_nobody(self, office):
        with Path("/dev/full").open("w", encoding="utf-8") as disk:
            assert office.run("explain", "nothing", stderr=disk).returncode == 2
            assert office.run("report", "--nonsense", stderr=disk, stdout=disk).returncode == 2


@pytest.mark.parametrize("words", COMMANDS)
def test_a_reader_that_has_gone_away_is_no_matter(office, words):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = office.run(*named(office, words), stdout=writing)
    finally:
        os.close(writing)
    assert done.returncode == 128 + signal.SIGPIPE
    assert "Error" not in done.stderr
