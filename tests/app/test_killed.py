"""A process that is killed at any event of a command, and run again, leaves what one leaves that nothing disturbed.

Each event is a run of its own, killed by SIGKILL in its course. The good run comes an hour later, and must end as if
the killed one had never begun or as if it had come to its end: in every row of every table.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import pytest

from ended import Runs, files_can_be_watched
from planted import BODY, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from scene import NOON, Scene, different, memory
from story import DAY, HOUR, Story

KILLED = -signal.SIGKILL
EACH = {"statement": 1, "read": 1, "file": 5}
"""Kind of event → which of them: of SQLite's own writes, which come in dozens between two statements, every fifth."""
ANNA = b"anna@anna.example"
RELEASED = Path(__file__).parents[1] / "store" / "released_0002.sql"


@pytest.fixture
def folder(tmp_path):
    with memory(tmp_path) as path:
        yield path


@pytest.fixture
def runs():
    with Runs() as runs:
        yield runs


class Office(Scene):
    """An office on a server, whose mail changes twice: after the first and after the second pass."""

    def __init__(self, folder, runs, user, *, tls):
        super().__init__(folder, runs)
        self.user, self.story = user, Story()
        plain = {"tls": "none", "port": user.server.port, "ca_file": ""}
        self.program.configure({"info": dovecot_account(user, **({} if tls else plain))})
        story = self.story
        story.outbound("xaver", "2024-01-05 09:00")
        story.inbound("nora", "2024-01-10 09:00")
        self.anna = story.inbound("anna", "2024-03-02 09:00", cc="eva")
        story.copy(self.anna, "Kunden", later=60, trace="X-Filed: yes\n")
        story.reply(self.anna, "2024-03-02 10:30")
        self.will = story.inbound("will", "2024-03-19 09:00")
        story.inbound("berta", "2024-03-19 10:00", subject="Pine boards")
        story.inbound("emil", "2024-03-19 11:00", subject="A bed")
        story.inbound("karl", "2024-03-18 09:00", mailbox="Kunden")
        story.inbound("nina", "2024-03-18 10:00", mailbox="Kunden", subject="A table")
        story.inbound("olga", "2024-02-18 10:00", mailbox="Ablage", subject="A chair")
        plant_dovecot(story, user)

    def put(self, mail):
        for place in mail.places:
            self.user.deliver(place.mailbox, mail.raw(place) + BODY, place.internal_date)

    def change(self):
        """New mail, a reply, a move, deleted mail, a flag, another numbering, a mailbox less and two more."""
        self.put(self.story.reply(self.will, "2024-03-20 10:00"))
        self.put(self.story.inbound("lara", "2024-03-20 11:00"))
        self.user.create("Trash", "Neu")
        self.put(self.story.inbound("ines", "2024-03-20 11:30", mailbox="Neu"))
        with self.user.connect() as client:
            client.select("INBOX")
            assert client.uid("MOVE", "1", "Trash")[0] == "OK"
            assert client.uid("STORE", "4", "+FLAGS.SILENT", "(\\Answered)")[0] == "OK"
        self.user.expunge("INBOX", [5])
        self.user.delete("Ablage")
        self.user.number_anew("Kunden")

    def settle(self):
        """What was missed stays away; something comes back from the trash, the numbering changes again."""
        with self.user.connect() as client:
            client.select("Trash")
            assert client.uid("MOVE", "1", "INBOX")[0] == "OK"
        self.put(self.story.answer(self.anna, "2024-03-20 11:50", by="anna"))
        self.user.number_anew("Kunden")

    def until(self, number):
        """Good passes, and the changes behind them, until the store is as the pass of this number finds it."""
        for happens in (self.change, self.settle)[: number - 1]:
            self.good("poll")
            happens()
            self.now += DAY
        self.keep()
        for _ in range(2):
            self.good("poll")  # Dovecot counts changes (HIGHESTMODSEQ) only from the first question for them on


def kill_everywhere(scene, words, then, least, forbidden=ANNA):
    """Kill a command at each of its events, and let another run behind it: as if nothing had happened.

    Afterwards `forbidden` stands in the files of the store just where it stands behind an undisturbed run. `least` is
    kind → how many events there are at least, lest a test counts none.
    """
    scene.back()
    scene.good(*then, later=HOUR)
    never_begun, held = scene.rows(), scene.holding(forbidden)
    scene.back()
    scene.good(*words)
    scene.good(*then, later=HOUR)
    ended, seen = scene.rows(), set()
    for kind in least:
        expected = never_begun
        for number in range(1, 1_000_000, EACH[kind]):
            scene.back()
            run = scene.run(*words, kill=(kind, number))
            if run.code != KILLED:
                break
            left = repr((scene.rows(), scene.holding(forbidden)))
            if left in seen:
                continue  # a command sees nothing of a store but its rows
            seen.add(left)
            scene.good(*then, later=HOUR)
            found = scene.rows()
            if found == ended:
                expected = ended  # and stays so: the further it came, the more is done
            assert different(found, expected) == {}, f"killed at {kind} {number}"
            assert scene.holding(forbidden) == held
        assert run.code == scene.code, run.said
        assert number >= least[kind]


@pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
@pytest.mark.parametrize(
    ("number", "least"),
    [
        (1, {"statement": 200, "file": 300, "read": 40}),
        (2, {"statement": 150, "file": 150, "read": 40}),
        (3, {"statement": 100, "file": 100, "read": 30}),
    ],
)
def test_a_poll(folder, runs, dovecot_user, number, least):
    office = Office(folder, runs, dovecot_user, tls=number == 2)
    office.until(number)
    kill_everywhere(office, ["poll"], ["poll"], least)


REBUILD, POLL = ["rebuild"], ["poll"]
FORGET = ["forget", ANNA.decode(), "--yes"]
PURGE = ["purge", "--before", "2024-03-10", "--yes"]
MARK = ["mark", "will.4@will.example", "--answered", "2024-03-19 12:00"]
UNDO = ["mark", "will.4@will.example", "--undo"]


@pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
@pytest.mark.parametrize(
    ("commands", "forbidden", "least"),
    [
        ((REBUILD, REBUILD), ANNA, {"statement": 30, "file": 100}),
        ((REBUILD, POLL), ANNA, {"statement": 30, "file": 100}),
        ((FORGET, FORGET), ANNA, {"statement": 60, "file": 200}),
        ((PURGE, PURGE), ANNA, {"statement": 60, "file": 200}),
        ((POLL, POLL), b"Oak boards", {"statement": 60, "file": 200}),
        ((MARK, MARK), ANNA, {"statement": 20, "file": 20}),
        ((UNDO, REBUILD), ANNA, {"statement": 20, "file": 20}),
    ],
    ids=["rebuild", "rebuild, then a poll", "forget", "purge", "subjects are forbidden now", "mark", "undo"],
)
def test_another_command(folder, runs, commands, forbidden, least):
    words, then = commands
    scene, story = Scene(folder, runs), Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00", subject="Oak boards"), "2024-03-02 10:30")
    story.inbound("will", "2024-03-19 09:00")
    story.reply(story.inbound("karl", "2024-03-18 09:00"), "2024-03-19 10:00", message_id=None)
    for person, day in (("anna", "05"), ("dora", "18"), ("emil", "19")):
        story.outbound(person, f"2024-03-{day} 08:00", subject="Bill")
        story.inbound("shop@shop.example", f"2024-03-{day} 09:00", fields=f"Reply-To: {person}@{person}.example")
    plant_maildir(story, folder / "mail")
    for path in (folder / "mail").rglob("*/"):
        os.utime(path, (NOON, NOON))  # what was changed just now is listed in every pass
    scene.program.configure({"info": maildir_account()})
    scene.good("poll")
    scene.now += DAY
    if words is POLL:
        scene.program.configure({"info": maildir_account()}, privacy={"subjects": False})
    if words is UNDO:
        scene.good(*MARK)
    scene.keep()
    assert scene.holding(forbidden) == ["mail.db"]
    kill_everywhere(scene, words, then, least, forbidden)
    assert scene.holding(forbidden) == (["mail.db"] if words in (REBUILD, MARK, UNDO) else [])


@pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
def test_a_store_of_an_older_release(folder, runs):
    """It is brought up to date, and what it holds of headers is cut, by whoever opens it."""
    scene = Scene(folder, runs)
    scene.program.configure({"info": maildir_account()})
    with closing(sqlite3.connect(scene.program.store)) as store:
        store.executescript(RELEASED.read_text(encoding="utf-8"))
        for message, header in store.execute("SELECT id, header FROM messages").fetchall():
            longer = header.replace(b"From:", b"X-Mailer: of an older release\r\nFrom:", 1)
            store.execute("UPDATE messages SET header = ? WHERE id = ?", [longer, message])
        store.commit()
    scene.keep()
    kill_everywhere(scene, REBUILD, REBUILD, {"statement": 80, "file": 200})
    assert [row for row in scene.rows()["messages"] if b"X-Mailer" in row[2]] == []


@pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
def test_mail_that_is_asked_for_further_fields(folder, runs, dovecot_user):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.reply(story.inbound("anna", "2024-03-02 09:00", subject="Oak boards"), "2024-03-02 10:30")
    for number in range(6):
        story.inbound(f"robot{number}", f"2024-03-1{number} 09:00", fields="Auto-Submitted: auto-generated")
    plant_dovecot(story, dovecot_user)
    scene = Scene(folder, runs)
    scene.program.configure(
        {"info": dovecot_account(dovecot_user, tls="none", port=dovecot_user.server.port, ca_file="")}
    )
    scene.good("poll")
    scene.good("poll")  # Dovecot counts changes only from the first question for them on
    with closing(sqlite3.connect(scene.program.store)) as store:
        for message, header in store.execute("SELECT id, header FROM messages").fetchall():
            shorter = header.replace(b"Auto-Submitted: auto-generated\n", b"")
            digest = blake2b(shorter, digest_size=16).digest()
            store.execute("UPDATE messages SET header = ?, digest = ? WHERE id = ?", [shorter, digest, message])
        store.execute("UPDATE epochs SET fields_version = 1")
        store.commit()
    scene.good("rebuild")
    scene.now += HOUR
    scene.keep()
    before = scene.rows()
    kill_everywhere(scene, POLL, POLL, {"statement": 60, "file": 60, "read": 10})
    after = scene.rows()
    assert len(after["messages"]) - len(before["messages"]) == 6
    assert [len(rows["exchanges"]) for rows in (before, after)] == [7, 1]


class Refused(Scene):
    """A scene in which a good run is one whose login is refused."""

    code = 1


@pytest.mark.skipif(not files_can_be_watched(), reason="this Python hides its SQLite")
@pytest.mark.parametrize(("wrong", "table"), [(True, "refusals"), (False, "troubles")])
def test_what_one_poll_tells_the_next(folder, runs, dovecot_user, wrong, table):
    """A login that is refused, and a mailbox for sent mail that is not there."""
    story = Story()
    story.inbound("anna", "2024-03-02 09:00")
    plant_dovecot(story, dovecot_user)
    scene = (Refused if wrong else Scene)(folder, runs)
    plain = {"tls": "none", "port": dovecot_user.server.port, "ca_file": ""}
    scene.program.configure(
        {"info": dovecot_account(dovecot_user, **plain, **({"password": "wrong"} if wrong else {}))}
    )
    scene.keep()
    kill_everywhere(scene, POLL, POLL, {"statement": 20})
    assert len(scene.rows()[table]) == 1
