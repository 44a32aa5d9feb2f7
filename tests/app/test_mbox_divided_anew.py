"""An mbox file that an earlier release read, divided into messages by the rules of this one."""

import json
import sqlite3
from contextlib import closing

import pytest

from planted import Program
from story import Story

SEPARATOR = b"From a@example.org Mon Mar  4 08:00:00 2024\n"


@pytest.fixture
def program(tmp_path):
    """Read by the rules of an earlier release: the answer to anna was text of the mail before it. Nora has a mark."""
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    anna = story.inbound("anna", "2024-03-02 09:00", message_id="anna@anna.example")
    story.inbound("nora", "2024-03-03 09:00", message_id="nora@nora.example")
    story.inbound("will", "2024-03-04 09:00", message_id="will@will.example")
    story.reply(anna, "2024-03-02 10:30")
    *asked, answer = (SEPARATOR + m.raw(m.places[0]).replace(b"\r\n", b"\n") + b"\nHello\n" for m in story.mails)
    path = tmp_path / "all.mbox"
    path.write_bytes(b"".join(asked))
    program = Program(tmp_path, accounts={"all": {"type": "mbox", "path": str(path)}})
    program.output("poll")
    program.output("mark", "nora@nora.example", "--no-reply-needed")
    path.write_bytes(b"".join((*asked, answer)))
    there = path.stat()
    with closing(sqlite3.connect(program.store)) as connection:
        ((text,),) = connection.execute("SELECT bookmark FROM epochs")
        bookmark = json.loads(text) | {"size": there.st_size, "mtime_ns": there.st_mtime_ns, "end": there.st_size}
        del bookmark["rules"], bookmark["unread"]
        values = [json.dumps(bookmark), there.st_size + 1, there.st_size]
        connection.execute("UPDATE epochs SET bookmark = ?, uidnext = ?, scanned_to = ?", values)
        connection.commit()
    return program


def standings(program):
    return {row["contact"].partition("@")[0]: row["status"] for row in program.lines("export", "--since", "all")}


def test_all_of_it_is_read_once_more_and_marks_stay(program):
    before = standings(program)
    assert before.keys() == {"anna", "will"}, "nora needs no reply"
    assert before["anna"] != "answered"
    done = program.call("poll")
    assert (done.returncode, done.stderr) == (0, "all: 5 new messages, 1 mailbox\n")
    assert standings(program) == before | {"anna": "answered"}
    assert program.call("poll").stderr == "all: 0 new messages, 1 mailbox\n"
    with closing(sqlite3.connect(program.store)) as connection:
        assert connection.execute("SELECT count(*) FROM locations WHERE gone IS NOT NULL").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM epochs WHERE superseded_at IS NULL").fetchone() == (1,)
