"""A disk that is full, a store that is read-only, damaged, in use or newer: one clear text, and nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from ended import Runs, files_can_be_watched
from planted import Program, maildir_account, plant_maildir, unfolded
from replywatch.store import database
from scene import Scene, different, memory
from story import DAY, HOUR, Story

EXPORT = ("export",)
"""Says the same whenever the last poll was."""


def without_age(text):
    """What is shown, but for how long ago the mail was read."""
    return re.sub(r" +mail read .*", "", text)


READERS = [("report", "--since", "all"), ("waiting",), EXPORT, ("explain", "anna.2@anna.example")]
WRITERS = [("poll",), ("rebuild",), ("forget", "anna@anna.example", "--yes"), ("purge", "--before", "2024-03-10", "-y")]
MARK = ("mark", "anna.2@anna.example", "--no-reply-needed")


def plant(folder, letters=30):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00"), "2024-03-02 10:30")
    for number in range(letters):
        story.inbound(f"p{number}", f"2024-03-{number % 18 + 1:02} 09:00", fields=f"X-Mailer: {'x' * 300}")
    plant_maildir(story, folder / "mail")
    for path in (folder / "mail").rglob("*/"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # what was changed just now is listed in every pass


@pytest.fixture
def program(tmp_path):
    """An office that was polled."""
    plant(tmp_path)
    found = Program(tmp_path, accounts={"info": maildir_account()})
    found.output("poll")
    return found


def contents(program):
    """Every file beside the store but the lock, octet for octet."""
    folder = program.store.parent
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith((".lock", "-shm"))}


def said(program, *words, code=1):
    """What went wrong and what to do, in two lines; the first one names the store."""
    first, second = program.fails(*words, code=code).splitlines()
    assert first.startswith("Error: ")
    assert program.store.name in first
    assert len(second) > 10
    return first, second


@pytest.fixture
def tiny(tmp_path):
    """Makes the store's folder a file system of its own; only root may."""
    folder = tmp_path / "data"
    folder.mkdir()

    def mount(*options):
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder, option):
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


class TestFullDisk:
    @pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
    @pytest.mark.parametrize("command", [("poll",), ("rebuild",), WRITERS[2]])
    def test_from_any_write_on(self, tmp_path, command):
        with memory(tmp_path) as folder, Runs() as runs:
            plant(folder, letters=5)
            scene = Scene(folder, runs)
            scene.program.configure({"info": maildir_account()})
            if command != ("poll",):
                scene.good("poll")
                scene.now += DAY
            scene.keep()
            total = scene.run(*command).events["file"]
            expected = []
            for laters in ([HOUR], [0, HOUR]):
                scene.back()
                for later in laters:
                    scene.good(*command, later=later)
                expected.append(scene.rows())
            stopped = 0
            for full in range(1, total + 1, 10):
                scene.back()
                run = scene.run(*command, full=full)
                if run.code:  # else only the journal could not be put away, which can wait
                    stopped += 1
                    assert run.code == 1, (full, run.said)
                    assert "the disk is full" in unfolded(run.said)
                    assert run.said.splitlines()[-1] == "Make room and run it again."
                scene.good(*command, later=HOUR)
                found = scene.rows()
                assert found in expected, (full, different(found, expected[0]))
            assert stopped > 8

    @pytest.mark.parametrize("options", [["nr_inodes=1"], ["nr_inodes=2"], *([f"size={k}k"] for k in (4, 40, 90, 200))])
    def test_of_a_real_file_system(self, tmp_path, tiny, options):
        """Not even the lock fits on it, or the lock and no more, or part of the store."""
        plant(tmp_path, letters=120)
        program = Program(tmp_path, accounts={"info": maildir_account()})
        tiny(*options)
        first, second = said(program, "poll")
        assert "No space left on device" in first or "the disk is full" in first
        assert "Make room" in second or "the disk" in second
        remount(tmp_path / "data", "size=16m,nr_inodes=100")
        program.output("poll")
        assert program.json("report", "--since", "all")["totals"]["exchanges"] == 121


class TestReadOnly:
    @pytest.mark.parametrize("what", ["folder", "file"])
    def test_reports_work_and_nothing_is_written(self, tmp_path, tiny, what):
        plant(tmp_path)
        program = Program(tmp_path, accounts={"info": maildir_account()})
        tiny("size=16m")
        program.output("poll")
        if what == "file":
            subprocess.run(["mount", "--bind", program.store, program.store], check=True)
        place = program.store if what == "file" else program.store.parent
        before = {command: without_age(program.output(*command)) for command in READERS}
        subprocess.run(["mount", "-o", "remount,ro,bind" if what == "file" else "remount,ro", place], check=True)
        try:
            octets = program.store.read_bytes()
            for command in READERS:
                assert without_age(program.output(*command)) == before[command]
            for command in (*WRITERS, MARK):
                first, _ = said(program, *command)
                assert "Read-only file system" in first or "is read-only" in first
            assert program.store.read_bytes() == octets
        finally:
            if what == "file":
                subprocess.run(["umount", program.store], check=True)

    def test_a_journal_beside_it_is_read_too(self, tmp_path, tiny):
        """A killed poll leaves one: what it holds counts, and is never passed over."""
        plant(tmp_path)
        program = Program(tmp_path, accounts={"info": maildir_account()})
        tiny("size=16m")
        program.output("poll")
        leave_a_journal(program.store, "UPDATE exchanges SET contact = 'in.the.journal@x.example'")
        remount(program.store.parent, "ro")
        assert "in.the.journal@x.example" in program.output("export")
        remount(program.store.parent, "rw")
        program.store.with_name("mail.db-shm").unlink()
        remount(program.store.parent, "ro")
        first, second = said(program, "export")
        assert "can't be opened" in first
        assert "-wal" in second


def leave_a_journal(store, sql):
    """Somebody writes `sql` and is killed: the change stands in the journal alone."""
    program = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1])\n"
        "connection.execute(sys.argv[2])\n"
        "connection.commit()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, store, sql], check=False)
    assert store.with_name(f"{store.name}-wal").stat().st_size


def spoil(path, where, how):
    with path.open("r+b") as file:
        file.seek(where)
        file.write(how)


DAMAGES = {
    "no database": lambda octets: b"no database, only words " * 400,
    "a header of something else": lambda octets: b"x" * 16 + octets[16:],
    "only the header": lambda octets: octets[:100],
    "half a page": lambda octets: octets[:2048],
    "half of it": lambda octets: octets[: len(octets) // 8192 * 4096],
    "every page but the first": lambda octets: octets[:4096] + b"\xff" * (len(octets) - 4096),
    "zeros from the middle on": lambda octets: octets[: len(octets) // 2] + bytes(len(octets) - len(octets) // 2),
    "the tables' names": lambda octets: octets[:100] + b"\xff" * 3996 + octets[4096:],
}


class TestDamaged:
    """The bytes stay as they are: no store is ever made anew or repaired."""

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_the_file(self, program, damage):
        spoiled = DAMAGES[damage](program.store.read_bytes())
        for command in (*READERS, *WRITERS, MARK):
            program.store.write_bytes(spoiled)
            first, second = said(program, *command)
            assert "is damaged" in first
            assert "backup" in second
            assert contents(program) == {"mail.db": spoiled}, command

    @pytest.mark.parametrize("pages", [slice(k, None, 4) for k in range(1, 5)], ids=lambda s: f"from {s.start} on")
    def test_any_page(self, program, pages):
        """A command may not need what the page held; else it says so, and never figures that are wrong."""
        figures, octets = program.output(*READERS[0]), program.store.read_bytes()
        for page in range(len(octets) // 4096)[pages]:
            spoiled = octets[: page * 4096] + b"\xee" * 4096 + octets[(page + 1) * 4096 :]
            for command in (READERS[0], ("poll",), ("rebuild",)):
                program.store.write_bytes(spoiled)
                done = program.call(*command)
                assert done.returncode in (0, 1), done.stderr
                if done.returncode == 1:
                    assert "is damaged" in unfolded(done.stderr)
                    assert "backup" in done.stderr
                elif command == READERS[0]:
                    assert done.stdout == figures
            assert len(program.store.read_bytes()) >= len(octets), "it was not made anew"

    def test_an_empty_file(self, program):
        """A first poll leaves one that was killed at once; nothing is lost with it."""
        figures = program.output(*EXPORT)
        program.store.write_bytes(b"")
        for command in (*READERS, *WRITERS[1:], MARK):
            first, second = said(program, *command)
            assert "there is no store" in first
            assert "replywatch poll" in second
            assert contents(program) == {"mail.db": b""}
        program.output("poll")
        assert program.output(*EXPORT) == figures

    @pytest.mark.parametrize("where", [0, 20, 40, 3000])
    def test_the_journal(self, program, where):
        """SQLite leaves out what does not fit its checksums: a commit that did not reach the disk."""
        figures = program.output(*READERS[0])
        leave_a_journal(program.store, "UPDATE exchanges SET answered_at = NULL")
        spoil(program.store.with_name("mail.db-wal"), where, b"\xee" * 16)
        assert program.output(*READERS[0]) == figures
        program.output("poll")
        with closing(sqlite3.connect(program.store)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestNewer:
    @pytest.mark.parametrize("command", [*READERS, *WRITERS, MARK])
    def test_is_refused_untouched(self, program, command):
        with closing(sqlite3.connect(program.store)) as connection:
            connection.execute("INSERT INTO _sqlite_migrations VALUES (99, 'replywatch', '0099_later', '2031-01-01')")
            connection.commit()
        before = contents(program)
        first, second = said(program, *command)
        assert "newer release" in first
        assert "Update replywatch" in second
        assert contents(program) == before


class TestInUse:
    def test_somebody_else_holds_sqlites_lock(self, program, monkeypatch):
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
        figures = program.output(*READERS[0])
        with closing(sqlite3.connect(program.store)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            assert program.output(*READERS[0]) == figures
            for command in ("poll", "rebuild"):
                first, second = said(program, command)
                assert "is in use by another program" in first
                assert "Wait" in second
        program.output("poll")

    def test_polls_that_start_at_once(self, program):
        """One reads, the others say so at once; the store is even made by one of them alone."""
        expected = program.output(*EXPORT)
        shutil.rmtree(program.store.parent)
        children = [program.start("poll") for _ in range(3)]
        ends = [(child.communicate(timeout=60)[1], child.returncode) for child in children]
        assert {code for _, code in ends} <= {0, 5}, ends
        assert 0 in {code for _, code in ends}
        for text, code in ends:
            assert ("another replywatch is writing to" in text) == (code == 5)
            assert "Traceback" not in text
        assert program.output(*EXPORT) == expected


class TestClock:
    def test_it_is_set_back_between_passes(self, tmp_path):
        with Runs() as runs:
            plant(tmp_path, letters=5)
            scene = Scene(tmp_path, runs)
            scene.program.configure({"info": maildir_account()})
            scene.good("poll")
            expected = scene.rows()
            for later in (-DAY, -400 * DAY, 0):  # what lies ahead of a pass is set right by the next
                scene.good("poll", later=later)
                assert scene.run(*READERS[0], later=later).code == 0
            assert without_own_instants(scene.rows()) == without_own_instants(expected)


def without_own_instants(rows):
    """The rows but for when mail was first seen, and a mailbox looked at: nobody knows that after a wrong clock."""
    kept = {table: found for table, found in rows.items() if table != "epochs"}
    return kept | {"locations": [(*row[:7], *row[8:]) for row in rows["locations"]]}


class TestOddPaths:
    @pytest.mark.parametrize(
        "name",
        [
            b"caf\xe9 \xff.db",
            b"mail?mode=memory&cache=shared.db",
            b"file:mail.db#x",
            b"%41%00 %zz.db",
            b":memory:",
            b"a\nb\x1b[31m.db",
            b"-x.db",
            b"'\";--.db",
        ],
    )
    def test_any_octets(self, program, name, monkeypatch):
        figures = program.output(*EXPORT)
        folder = program.folder / "odd"
        program.environment["REPLYWATCH_DATABASE"] = os.fsdecode(os.fsencode(folder) + b"/" + name)
        missing = program.fails(*EXPORT, code=1)
        assert "there is no store at" in missing
        assert missing.replace("\n", "").isprintable()
        program.output("poll")
        assert program.output(*EXPORT) == figures
        assert sorted(os.fsencode(path.name) for path in folder.iterdir()) == [name, name + b".lock"]
        monkeypatch.setattr(os, "access", lambda *_: False)  # as in a folder that is read-only
        assert program.output(*EXPORT) == figures
        assert sorted(os.fsencode(path.name) for path in folder.iterdir()) == [name, name + b".lock"]

    def test_a_name_that_is_too_long(self, program):
        program.environment["REPLYWATCH_DATABASE"] = str(program.folder / ("x" * 300))
        for command in (*READERS, *WRITERS):
            assert "File name too long" in program.fails(*command, code=1)
