"""False answers of every kind between true ones, in passes of any sort; then good passes: all is as it should be.

What a server says wrong must not outlive the next good passes, whatever it was and whatever happened meanwhile.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_faults import Desk, office

from replywatch.app.polling import mailbox as module
from replywatch.store.database import Database
from scene import memory
from servers.faults import ROWS, End, Row
from servers.honest import Call, Falsify, Honest
from servers.scripted import Ending, ScriptedServer
from story import DAY, HOUR, Story

FALSE = [row for row in ROWS if row.falsify and not (row.slow or row.forever)]
"""Whatever the reader knows that leaves no lasting harm, but what takes seconds."""
GOOD = 4
"""Passes a day apart: an answer that was told wrongly is missed in two, and what is many is gone a day later."""
BORNE = (b"()", b"(\\Seen)", b"(\\Answered)", b"(\\Deleted)", b"(\\Draft)", b"($Junk)", b"($Junk NonJunk)", b"(Junk)")


def possible(row: Row) -> Falsify:
    """A fault where there is something that it can falsify: the table's are made for one pass."""
    assert row.falsify is not None
    falsify = row.falsify

    def where_possible(call: Call, answer: bytes) -> bytes | Ending:
        try:
            return falsify(call, answer)
        except (AssertionError, ValueError):
            return answer

    return where_possible


PASS = st.tuples(
    st.sampled_from([HOUR, HOUR, DAY]),
    st.one_of(st.none(), st.sampled_from(FALSE)),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(BORNE)), max_size=2),
    st.booleans(),
)
"""How long after the one before; what is false in it; which messages bear other flags by then; whether mail came."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where there is an empty store; in memory, if that can be."""
    with memory(tmp_path_factory.mktemp("false")) as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", 4)
        with Database(found / "empty.db", create=True):
            pass
        yield found


def desk_in(folder: Path, server: ScriptedServer) -> Desk:
    """Somebody with an empty store."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    desk = Desk(folder, server.host, server.port)
    shutil.copy(folder.parent / "empty.db", desk.store)
    return desk


def arrive(honest: Honest, number: int) -> None:
    """One more enquiry comes."""
    story = Story()
    mail = story.inbound(f"new{number}", "03-19 10:00", subject=f"Question {number}")
    honest.put("INBOX", mail.raw(mail.places[0]), mail.places[0].internal_date)


@given(st.lists(PASS, min_size=1, max_size=5), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_nothing_false_outlives_the_next_good_passes(folder, passes, condstore, ranges) -> None:
    honest = office()
    honest.condstore, honest.ranges = condstore, ranges
    with ScriptedServer(honest.answers()) as server:
        desks = [desk_in(folder / name, server) for name in ("plain", "lied to")]
        plain, lied_to = desks

        def both(later: int, row: Row | None) -> None:
            for desk in desks:
                desk.now += later - HOUR
                honest.calls.clear()
                honest.falsify = possible(row) if row and desk is lied_to else None
                desk.poll()
            honest.falsify = None

        for number, (later, row, changes, comes) in enumerate(passes):
            for uid, flags in changes:
                honest.boxes["INBOX"].letters[uid].flags = flags
            if comes:
                arrive(honest, number)
            both(later, row)
        for _ in range(GOOD):
            both(DAY + HOUR, None)
        assert lied_to.state() == plain.state()


def test_the_faults() -> None:
    assert len(FALSE) > 150
    assert {row.end for row in FALSE} == set(End)
