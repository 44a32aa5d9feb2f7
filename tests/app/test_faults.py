"""Passes over a server with every fault of the table, then a good one: the store is as if nothing had happened."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planted import plant_dovecot
from replywatch.app.polling import mailbox as module
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import Config, ImapAccount, ReportSettings
from replywatch.domain.headers.header import keep_fields
from replywatch.domain.results.polled import AccountOutcome
from replywatch.errors import ConnectError, MailboxError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.waiting import Timeouts
from servers.dovecot import Dovecot, User
from servers.faults import INBOX, ROWS, SENT, C, End, Row, ranges
from servers.honest import Honest, Letter
from servers.proxy import Proxy
from servers.scripted import ScriptedServer
from story import DAY, HOUR, Story, at

NOW = at("03-20 12:00")

_FACTS = """
    SELECT b.name, l.uid, m.header, l.internal_date, l.size, l.flags, l.gone IS NULL, l.missed_at IS NULL,
        l.answered_at IS NULL, l.answer_missed_at IS NULL
    FROM locations l JOIN messages m ON m.id = l.message JOIN epochs e ON e.id = l.epoch
    JOIN mailboxes b ON b.id = e.mailbox WHERE e.superseded_at IS NULL
"""
_LEFT_OVER = """
    SELECT 'live in a superseded epoch', l.uid FROM locations l JOIN epochs e ON e.id = l.epoch
    WHERE e.superseded_at IS NOT NULL AND l.gone IS NULL
    UNION ALL SELECT 'in quarantine', uid FROM quarantine UNION ALL SELECT 'pending', message FROM pending
"""
_BOUNDS = ("answered_after", "answered_before")
"""Made of the moments of passes, where the server tells of an answer."""
DERIVED = ("judgements", "exchanges", "written", "evidence")


def six_letters() -> Story:
    """Six letters, three of them answered."""
    story = Story()
    first = story.inbound("anna", "03-02 09:00", subject="Oak boards")
    story.reply(first, "03-02 10:30")
    story.inbound("nora", "01-10 09:00", subject="Pine boards")
    will = story.inbound("will", "03-18 09:00", subject="A table")
    story.reply(will, "03-18 12:00")
    story.answer(story.mails[-1], "03-19 08:00", by="will")
    story.inbound("xaver", "03-19 09:00", subject="A chair")
    berta = story.inbound("berta", "03-05 09:00", subject="Delivery")
    story.reply(berta, "03-07 09:00")
    return story


def office() -> Honest:
    """The six letters on an honest server."""
    honest = Honest()
    for mail in six_letters().mails:
        place = mail.places[0]
        honest.put(place.mailbox, mail.raw(place), place.internal_date)
    assert [len(box.letters) for box in honest.boxes.values()] == [INBOX, SENT]
    return honest


def flagged(honest: Honest) -> None:
    """Most of the mail is answered."""
    for uid in (1, 2, 3, 4, 5):
        honest.boxes["INBOX"].letters[uid].flags = b"(\\Answered)"


class Desk:
    """Somebody who polls a server, an hour later each time."""

    def __init__(self, folder: Path, host: str, port: int, user: User | None = None) -> None:
        """`user` is one of a real server, which is spoken to over TLS."""
        settings = ReportSettings(ZoneInfo("UTC"))
        self.store = folder / "mail.db"
        self.config = Config(Story().team, (ImapAccount("info"),), settings, self.store)
        self.settings = (
            ImapSettings(host, user.name, Dovecot.PASSWORD, port, "implicit", user.server.ca_file)
            if user
            else ImapSettings(host, "anna", "hidden", port, "none")
        )
        self.now = NOW

    def poll(self, seconds: float = 10) -> AccountOutcome:
        self.now += HOUR

        def source(_: object) -> ImapSource:
            return ImapSource(replace(self.settings, timeouts=Timeouts.of(seconds)))

        (outcome,) = poll(self.config, source, lambda: self.now, Silent())
        return outcome

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.store)) as connection:
            return sorted(connection.execute(sql).fetchall(), key=repr)

    def stored(self) -> int:
        return self.rows(
            "SELECT count(*) FROM locations l JOIN epochs e ON e.id = l.epoch WHERE superseded_at IS NULL"
        )[0][0]

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """All that was found and made of it; without moments of passes and numbers of rows."""
        found = {"facts": self.rows(_FACTS), "left over": self.rows(_LEFT_OVER)}
        for table in DERIVED:
            names = [name for _, name, *_ in self.rows(f"PRAGMA table_info({table})") if name != "cluster"]
            columns = [f"{name} IS NULL" if name in _BOUNDS else name for name in sorted(names)]
            found[table] = self.rows(f"SELECT DISTINCT {', '.join(columns)} FROM {table}")
        return found


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 4)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The state after a run that nothing disturbed, with mail as it lies after `arrange`."""
    states = {}

    def state_after(arrange=None):
        if arrange not in states:
            honest = office()
            if arrange:
                arrange(honest)
            with pytest.MonkeyPatch.context() as patch, ScriptedServer(honest.answers()) as server:
                patch.setattr(module, "BATCH", 4)
                desk = Desk(tmp_path_factory.mktemp("plain"), server.host, server.port)
                assert desk.poll().error is None
            states[arrange] = desk.state()
            assert len(states[arrange]["exchanges"]) in (5, 6), "one may be put away"
            assert not states[arrange]["left over"]
        return states[arrange]

    return state_after


def check_end(row: Row, outcome: AccountOutcome, stored: int) -> None:
    """The faulty pass ended as the table says."""
    error = outcome.error
    kinds = {End.MAILBOX: MailboxError, End.LOST: ConnectError}
    assert type(error) is kinds.get(row.end, type(None)), error and error.text
    assert len(outcome.unopened) == (row.end is End.UNOPENED)
    assert outcome.unread == row.unread
    if error is not None:
        assert row.says in error.text
        assert error.hint
        assert error.text.isprintable()
        assert len(error.text) < 400
    total = INBOX + SENT + row.forever
    assert stored == (total - row.unread if row.stored is None else row.stored)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_fault(row, tmp_path, undisturbed):
    honest = office()
    honest.condstore = row.counts
    with ScriptedServer(honest.answers()) as server:
        desk = Desk(tmp_path, server.host, server.port)
        for _ in range(row.before):
            assert desk.poll().error is None
        honest.calls.clear()
        if row.arrange:
            row.arrange(honest)
        honest.falsify = row.falsify
        for _ in range(row.passes):
            outcome = desk.poll(0.3 if row.slow else 10)
            check_end(row, outcome, desk.stored())
        honest.falsify = None
        for _ in range(row.days):
            desk.now += DAY
            assert desk.poll().error is None
        outcome = desk.poll()
        assert (outcome.error, outcome.unread, outcome.unopened) == (None, 0, ())
        state = desk.state()
        assert desk.poll().messages == 0
        assert desk.state() == state
    if row.forever:
        plain = undisturbed()
        assert not state["left over"]
        assert len(state["facts"]) == len(plain["facts"]) + 1
        missing = {name: [r for r in rows if r not in state[name]] for name, rows in plain.items()}
        assert not any(missing.values()), missing
    else:
        assert state == undisturbed(row.arrange)


@pytest.mark.parametrize("by_ranges", [False, True])
def test_flags_stay_where_searches_find_but_some(tmp_path, undisturbed, by_ranges):
    """Every SEARCH ends after two messages: who is not among them may bear the flag all the same."""
    honest = office()
    honest.ranges = by_ranges
    flagged(honest)

    def falsify(call, answer):
        answer = re.sub(rb"(\* SEARCH(?: \d+){2})[^\r]*", rb"\1", answer) if call.verb == "UID SEARCH" else answer
        return re.sub(rb"ALL (\d+):\d+", rb"ALL \1", answer)

    honest.falsify = falsify
    with ScriptedServer(honest.answers()) as server:
        desk = Desk(tmp_path, server.host, server.port)
        for _ in range(4):
            desk.now += DAY
            assert desk.poll().error is None
    assert desk.state() == undisturbed(flagged)


def test_a_server_that_looks_at_no_flag_tells_of_none(tmp_path, undisturbed):
    """It finds the same messages by whichever flag it is asked: else all mail would be deleted, drafts and junk."""
    honest = office()

    def falsify(call, answer):
        every = b"* SEARCH" + b"".join(b" %d" % uid for uid in honest.boxes["INBOX"].letters) + b"\r\nTAG OK done\r\n"
        return every if call.verb == "UID SEARCH" and call.arguments.count(" ") > 1 else answer

    honest.falsify = falsify
    with ScriptedServer(honest.answers()) as server:
        desk = Desk(tmp_path, server.host, server.port)
        for _ in range(3):
            desk.now += DAY
            assert desk.poll().error is None
        assert len(server.said("UID SEARCH UID 1:6 DELETED")) > 1
    assert desk.state() == undisturbed()


def test_the_state_is_the_same_without_ranges(undisturbed):
    assert undisturbed(ranges) == undisturbed()


def test_uidvalidity_flips_back_with_its_uids(tmp_path, undisturbed):
    """A server that shows now one copy of its mail, now another, each with its own numbers."""
    honest = office()
    with ScriptedServer(honest.answers()) as server:
        desk = Desk(tmp_path, server.host, server.port)
        box = honest.boxes["INBOX"]
        copies = [(7, dict(box.letters)), (8, {uid + 10: letter for uid, letter in box.letters.items()})]
        for uidvalidity, letters in copies * 3 + copies[:1]:
            box.uidvalidity, box.letters = uidvalidity, letters
            assert desk.poll().error is None
            judged = {table: rows for table, rows in desk.state().items() if table in DERIVED}
            assert judged == {table: rows for table, rows in undisturbed().items() if table in DERIVED}
        assert desk.poll().messages == 0
        assert desk.state() == undisturbed()


@pytest.mark.parametrize("passes_between", [0, 2])
def test_uids_given_to_other_messages(tmp_path, passes_between):
    """UIDNEXT is rewound and its UIDs are used again, without a new UIDVALIDITY (GMX does that)."""
    honest, story = office(), Story()
    other = story.inbound("zoe", "03-19 10:00", subject="A stool")
    with ScriptedServer(honest.answers()) as server:
        desk = Desk(tmp_path, server.host, server.port)
        desk.poll()
        before = desk.state()
        box = honest.boxes["INBOX"]
        old = {uid: box.letters.pop(uid) for uid in (5, 6)}
        box.uidnext = 5
        for _ in range(passes_between):
            desk.poll()
        box.letters[5] = Letter(other.raw(other.places[0]), old[5].date)
        box.uidnext = 6
        for _ in range(3):
            assert desk.poll().error is None
        state = desk.state()
    assert not state["left over"]
    live = {row[1]: row[2] for row in state["facts"] if row[0] == "INBOX" and row[6]}
    assert live == {uid: keep_fields(letter.header) for uid, letter in box.letters.items()}
    gone = {row[2] for row in state["facts"] if not row[6]}
    assert gone == {keep_fields(letter.header) for letter in old.values()}
    assert all(row in state["exchanges"] for row in before["exchanges"]), "what was deleted still counts"
    assert len(state["exchanges"]) == len(before["exchanges"]) + 1


def test_the_table():
    assert len(ROWS) >= 60
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    for row in ROWS:
        ended_early = row.end in (End.LOST, End.MAILBOX)
        assert row.end is End.UNOPENED or (row.stored is not None) == ended_early, row.name
        assert row.unread or row.end is not End.QUARANTINE, row.name
    assert {row.end for row in ROWS if row.forever} == {C}


def test_the_connection_ends_after_any_number_of_octets(tmp_path, undisturbed):
    """A proxy breaks off a connection later and later; whatever it was in the middle of, the next pass goes on."""
    honest = office()
    with ScriptedServer(honest.answers()) as server:
        with Proxy(server.host, server.port) as proxy:
            assert Desk(tmp_path, proxy.host, proxy.port).poll().error is None
            whole = proxy.received
        for number, octets in enumerate(range(0, whole - 1, whole // 30)):
            folder = tmp_path / str(octets)
            folder.mkdir()
            how = ("closed", "reset")[number % 2]
            with Proxy(server.host, server.port, let_through=octets, how=how) as proxy:
                error = Desk(folder, proxy.host, proxy.port).poll().error
            assert type(error) in (ConnectError, type(None))
            on_another = proxy.connections > 1
            assert error or on_another or octets > whole - 100, "only the good-bye may be cut off"
            desk = Desk(folder, server.host, server.port)
            assert desk.poll().error is None
            assert desk.state() == undisturbed(), octets


@pytest.mark.parametrize("how", ["closed", "reset", "stalled", "garbled"])
def test_a_real_server_over_tls_is_cut_off(tmp_path, dovecot_user, how):
    """The same in front of Dovecot: within the handshake, the login, and records of TLS that hold the mail."""
    plant_dovecot(six_letters(), dovecot_user)

    def desk(name, host, port):
        (tmp_path / name).mkdir(exist_ok=True)
        return Desk(tmp_path / name, host, port, dovecot_user)

    server = (Dovecot.GOOD, dovecot_user.server.tls_port)
    for name in ("first", "plain"):  # Dovecot makes its indexes with the first, and says less with the second
        with Proxy(*server) as proxy:
            plain = desk(name, proxy.host, proxy.port)
            assert plain.poll().error is None
    lost = 0
    for octets in range(0, proxy.received, proxy.received // 12 + 1):
        with Proxy(*server, let_through=octets, how=how) as proxy:
            outcome = desk(str(octets), proxy.host, proxy.port).poll(0.5 if how == "stalled" else 10)
        if outcome.error is None:
            assert proxy.connections > 1, octets
            continue
        assert isinstance(outcome.error, ConnectError), (octets, outcome)
        assert outcome.error.hint
        lost += 1
        again = desk(str(octets), *server)
        assert again.poll().error is None
        assert again.state() == plain.state(), octets
    assert lost > 6
