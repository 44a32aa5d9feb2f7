"""Copies of the store, taken and put back as docs/backup.md says, while a poll is at work."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from needs import need
from planted import Program, maildir_account, plant_maildir
from servers.scripted import ScriptedServer
from story import Story

PAGE = (Path(__file__).parents[2] / "docs/backup.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(WITH_PYTHON, WITH_SQLITE) = (block for block in BLOCKS if "VACUUM INTO" in block)
(PUT_BACK,) = (block for block in BLOCKS if "-wal" in block)
COPY = "backups/replywatch.sqlite3"


@pytest.fixture
def office(tmp_path):
    """An office whose store lies where it lies by default, for the home folder of the test."""
    return Program(tmp_path, apart=True, accounts={"info": maildir_account()}, store=str(store_of(tmp_path)))


def store_of(folder):
    return folder / ".local/share/replywatch/replywatch.sqlite3"


def story_of(mails):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    for number in range(mails):
        asked = story.inbound(f"p{number}", f"2024-03-{number % 28 + 1:02} 09:00")
        if number % 2:
            story.reply(asked, f"2024-03-{number % 28 + 1:02} 11:00")
    return story


def typed(office, block):
    """What a reader does who types a block of the page."""
    done = subprocess.run(
        ["sh", "-ec", block], cwd=office.folder, env=office.environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def report(office, **environment):
    before = dict(office.environment)
    office.environment |= environment
    found = office.json("report", "--since", "all")
    office.environment = before
    return {key: value for key, value in found.items() if key != "generated_at"}


def whole(path):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("block", [WITH_PYTHON, WITH_SQLITE], ids=["python", "sqlite3"])
def test_a_copy_taken_while_a_poll_is_in_the_middle_of_its_work_shows_the_same(office, block):
    if block is WITH_SQLITE:
        need("" if shutil.which("sqlite3") else "sqlite3 is not installed")
    plant_maildir(story_of(6), office.folder / "mail")
    office.output("poll")
    (row,) = [r for r in office.lines("export") if r["contact"].startswith("p0@")]
    office.run("mark", row["id"], "--no-reply-needed")
    plant_maildir(story_of(9), office.folder / "mail")
    with ScriptedServer({"UID SEARCH": lambda _: time.sleep(30) or b"\n"}) as server:
        slow = {"type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none"}
        slow |= {"username": "x", "password": "y"}
        office.configure({"info": maildir_account(), "slow": slow}, store=str(store_of(office.folder)))
        with office.start("poll") as child:
            end = time.monotonic() + 30
            while not server.said("UID SEARCH"):
                assert time.monotonic() < end
                time.sleep(0.01)
            assert Path(f"{store_of(office.folder)}-wal").stat().st_size, "its newest part lies beside it"
            typed(office, block)
            child.kill()
            child.communicate()
    expected = report(office)
    copy = office.folder / COPY
    whole(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert report(office, REPLYWATCH_DATABASE=str(copy)) == expected
    assert expected["totals"]["exchanges"] == 8, "one has a mark"


def test_a_copy_of_any_moment_put_back_and_polled_again_has_the_same_figures(office):
    plant_maildir(story_of(1500), office.folder / "mail")
    store, copies = store_of(office.folder), 0
    with office.start("poll") as child:
        while child.poll() is None:
            if store.exists() and store.stat().st_size:
                with_tables = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
                with closing(with_tables):
                    if not with_tables.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        continue
                typed(office, WITH_PYTHON)
                whole(office.folder / COPY)
                copies += 1
                if copies == 2:
                    shutil.copy(office.folder / COPY, office.folder / "early.sqlite3")
        child.communicate()
        assert child.returncode == 0
    assert copies > 2
    expected = report(office)
    shutil.copy(office.folder / "early.sqlite3", office.folder / COPY)
    Path(f"{store}-wal").write_bytes(b"what an old store left behind")
    typed(office, PUT_BACK)
    assert [path.name for path in sorted(store.parent.iterdir()) if not path.name.endswith(".lock")] == [store.name]
    office.output("poll")
    again = report(office)
    assert again["totals"] == expected["totals"]
    assert again["buckets"] == expected["buckets"]
    assert again["totals"]["exchanges"] == 1500


def test_a_wrong_path_leaves_no_empty_copy(office):
    store_of(office.folder).parent.mkdir(parents=True)
    done = subprocess.run(
        ["sh", "-ec", WITH_PYTHON], cwd=office.folder, env=office.environment, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert not (office.folder / COPY).exists()
    assert not store_of(office.folder).exists(), "nor an empty store"
