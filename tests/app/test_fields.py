"""Fields that came to be wanted after mail was read: it is asked for them once, some of it in each pass."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from office import Killed, Office, Watched
from replywatch.app.checking.check import check
from replywatch.app.deriving.erase import erase, people
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.polling import mailbox as module
from replywatch.app.polling.admission import renewed
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.model import MaildirAccount, PrivacySettings
from replywatch.domain.headers import header
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.messages import Kind, OfKind
from replywatch.errors import MailboxError
from replywatch.store.database import Database
from replywatch.store.marks import Marks
from replywatch.store.place import fields_progress
from story import Place, Story, fetched

ROBOTS = ("r2", "c3", "bb")
"""What these write is known as automatic by a field that an earlier release did not ask for."""
DERIVED = ("judgements", "exchanges", "written", "evidence")
FIELD = b"auto-submitted"


def letters():
    """Twelve in INBOX, three of them of machines, and an answer in Sent."""
    story = Story()
    story.outbound("xaver", "01-05 09:00")
    for number, name in enumerate(
        ("anna", "r2", "berta", "carl", "c3", "dora", "emil", "fay", "bb", "gus", "hal", "ida")
    ):
        said = {"fields": "Auto-Submitted: auto-generated"} if name in ROBOTS else {}
        story.inbound(name, f"03-{number + 2:02} 09:00", subject=f"Board {number}", **said)
    story.reply(story.mails[1], "03-02 10:30")
    return story


def as_before(office, monkeypatch, polls=1):
    """Polls of a release that did not want the field."""
    with monkeypatch.context() as patch:
        patch.setattr(header, "_WANTED_BYTES", header._WANTED_BYTES - {FIELD})
        for _ in range(polls):
            office.pass_()
    with closing(sqlite3.connect(office.config.store_path)) as store:
        store.execute("UPDATE epochs SET fields_version = ?", [FIELDS_VERSION - 1])
        store.commit()


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An office whose mail was read before; each pass asks for no more than five messages, two at a time."""
    office = Office(tmp_path / "office")
    office.tell(letters())
    as_before(office, monkeypatch)
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "RENEWED", 5)
    return office


@pytest.fixture
def expected(tmp_path):
    """The office as it is if nothing was ever read otherwise."""
    office = Office(tmp_path / "expected")
    office.tell(letters())
    office.pass_()
    return office


def asked_for(office, mailbox="INBOX"):
    return [what[2] for what in office.sources["info"].asked if what[:2] == ("fetch", mailbox)]


def progress(office):
    return fields_progress(office.config.store_path, "info", ["INBOX", "Sent"], FIELDS_VERSION)


def judged(office):
    """What is derived, but for the numbers of clusters."""
    with Database(office.config.store_path) as database:
        found = {}
        for table in DERIVED:
            columns = [c for _, c, *_ in database.rows(f"PRAGMA table_info({table})") if c != "cluster"]
            found[table] = sorted(database.rows(f"SELECT {', '.join(columns)} FROM {table}"), key=repr)
        return found


class TestOnce:
    def test_some_in_each_pass_and_then_no_more(self, office, expected):
        assert len(office.exchanges_at()) == 12, "nobody knows the machines yet"
        assert progress(office) == (0, 14)
        asked = []
        for _ in range(4):
            outcome = office.one_pass()
            assert (outcome.error, outcome.messages) == (None, 0), "nothing of it is new"
            asked.append((asked_for(office), asked_for(office, "Sent"), progress(office)))
        assert asked == [
            ([1, 2, 3, 4, 5], [1, 2], (7, 14)),
            ([6, 7, 8, 9, 10], [], (12, 14)),
            ([11, 12], [], (14, 14)),
            ([], [], (14, 14)),
        ]
        assert office.sources["info"].asked == [], "it is settled"
        assert office.exchanges_at() == expected.exchanges_at()
        assert judged(office) == judged(expected)

    def test_what_is_derived_is_what_a_rebuild_gives(self, office):
        tables = ("readings", "id_domains", "named_domains", *DERIVED)
        for _ in range(4):
            office.pass_()
            before = office.rows(*tables)
            rebuild(office.config, Silent())
            assert office.rows(*tables) == before

    def test_a_report_speaks_of_the_fields_that_all_mail_has(self, office, expected):
        said = [office.report().definition.fields_version]
        for _ in range(3):
            office.pass_()
            said.append(office.report().definition.fields_version)
        assert said == [FIELDS_VERSION - 1] * 3 + [FIELDS_VERSION]
        assert expected.report().definition.fields_version == FIELDS_VERSION

    def test_a_new_store_is_asked_for_nothing(self, expected):
        assert progress(expected) == (14, 14)
        expected.pass_()
        assert expected.sources["info"].asked == []

    def test_new_mail_comes_first_and_is_asked_for_once(self, office, expected, monkeypatch):
        monkeypatch.setattr(module, "RENEWED", 50)
        mail = Story().inbound("nora", "03-20 11:00", message_id="n@nora.example", subject="A door")
        for each in (office, expected):
            each.sources["info"].deliver(mail, mail.places[0])
        assert office.one_pass().messages == 1
        assert asked_for(office) == [13, *range(1, 13)]
        assert office.exchanges_at()["n@nora.example"] == "waiting"
        expected.pass_()
        assert judged(office) == judged(expected)

    def test_a_mailbox_in_no_order(self, tmp_path, monkeypatch, expected):
        """A Maildir; its mail has the same headers as that of the server."""
        folder = tmp_path / "mail"
        for mail in letters().mails:
            for place in mail.places:
                part = folder / "cur" if place.mailbox == "INBOX" else folder / ".Sent" / "cur"
                part.mkdir(parents=True, exist_ok=True)
                (part / f"{mail.when}.host:2,").write_bytes(mail.raw(place) + b"x")
        office = Office(tmp_path / "office", MaildirAccount("info", path=folder))
        office.pass_ = lambda: poll(office.config, open_source, lambda: office.now, Silent())
        as_before(office, monkeypatch)
        monkeypatch.setattr(module, "RENEWED", 5)
        assert len(office.exchanges_at()) == 12
        for _ in range(3):
            office.pass_()
        assert progress(office) == (14, 14)
        assert set(office.exchanges_at()) == set(expected.exchanges_at())


class TestPlaces:
    """What is known of a place stays, whatever its header says now."""

    PLACES = (
        "SELECT epoch, uid, internal_date, size, flags, thread, first_seen, missed_at, unanswered_at, answered_at,"
        " gone, provider_id, labels FROM locations ORDER BY epoch, uid"
    )

    def test_all_but_the_header(self, office, monkeypatch):
        office.sources["info"].answer("INBOX", 2)
        office.sources["info"].expunge("INBOX", 12)
        as_before(office, monkeypatch, polls=2)
        before = office.rows_of(self.PLACES)
        assert {row[9] is None for row in before} == {row[10] is None for row in before} == {True, False}
        for _ in range(4):
            office.pass_()
        assert office.rows_of(self.PLACES) == before

    def test_marks_hold(self, office):
        identity = letters().identity(letters().mails[2])
        with Database(office.config.store_path) as database:
            Marks(database).put(identity, OfKind(Kind.HUMAN), office.now)
        for _ in range(4):
            office.pass_()
        assert letters().mails[2].message_id in office.exchanges_at()

    def test_in_two_places_it_is_asked_for_in_both(self, tmp_path, monkeypatch):
        office, story = Office(tmp_path), letters()
        story.copy(story.mails[2], "Kunden")
        office.tell(story)
        as_before(office, monkeypatch)
        office.pass_()
        copies = office.rows_of(
            "SELECT l.message, m.header FROM locations l JOIN messages m ON m.id = l.message"
            " WHERE CAST(m.header AS TEXT) LIKE '%r2@r2.example%'"
        )
        assert len(copies) == 2
        assert copies[0] == copies[1]
        assert b"Auto-Submitted" in copies[0][1]

    def test_what_was_erased_is_not_asked_for(self, office):
        erase(office.config, people(["r2@r2.example"], office.config.team), office.now, Silent())
        for _ in range(4):
            office.pass_()
            assert 2 not in asked_for(office)
        assert progress(office) == (13, 13)
        assert b"r2@r2.example" not in office.config.store_path.read_bytes()

    def test_where_subjects_are_hidden(self, tmp_path, monkeypatch):
        office = Office(tmp_path)
        office.config = replace(office.config, privacy=PrivacySettings(subjects=False))
        office.tell(letters())
        as_before(office, monkeypatch)
        held = office.rows_of("SELECT count(*) FROM messages")[0][0]
        office.pass_()
        assert office.rows_of("SELECT count(*) FROM messages") == [(held + len(ROBOTS),)], "the others say the same"
        assert len(office.exchanges_at()) == 9
        assert b"Board" not in office.config.store_path.read_bytes()


class TestTrouble:
    def test_what_does_not_come_stays_as_it_is(self, office):
        office.sources["info"].never.add(("INBOX", 2))
        for _ in range(4):
            assert office.one_pass().unread == 0
        assert progress(office) == (14, 14)
        assert letters().mails[2].message_id in office.exchanges_at()
        assert office.rows("quarantine")["quarantine"] == []

    def test_another_message_under_its_number_is_another_message(self, office, expected):
        """As no server should do; it came before anybody asked."""
        mail = Story().inbound("nora", "03-20 11:00", message_id="n@nora.example", subject="A door")
        source = office.sources["info"]
        source.deliver(mail, mail.places[0])
        source.boxes["INBOX"].messages[2] = source.boxes["INBOX"].messages.pop(13)._replace(uid=2)
        source.boxes["INBOX"].uidnext = 13
        for _ in range(4):
            office.pass_()
        assert office.exchanges_at()["n@nora.example"] == "waiting"
        assert letters().mails[2].message_id in office.exchanges_at(), "it is gone, and known as it was"
        assert office.rows_of("SELECT uid FROM locations WHERE gone IS NOT NULL") == [(-1,)]

    @pytest.mark.parametrize("fetched", range(15))
    def test_killed_anywhere(self, office, expected, fetched):
        office.sources["info"].fetches_left = fetched
        with suppress(Killed):
            for _ in range(4):
                office.pass_()
        office.sources["info"].fetches_left = None
        for _ in range(5):
            office.pass_()
        assert office.sources["info"].asked == []
        assert judged(office) == judged(expected)

    def test_a_mailbox_that_fails_then_is_asked_later(self, office, expected):
        class Failing(Watched):
            def fetch(self, uids):
                if self.fails and 3 in uids:
                    raise MailboxError("not now")
                return super().fetch(uids)

        source = Failing()
        source.boxes, source.fails = office.sources["info"].boxes, {"x": None}
        office.sources["info"] = source
        assert office.one_pass().error.text == "not now"
        source.fails = {}
        for _ in range(4):
            office.pass_()
        assert judged(office) == judged(expected)

    def test_another_version_in_the_middle_begins_anew(self, office, monkeypatch):
        office.pass_()
        monkeypatch.setattr(module, "FIELDS_VERSION", FIELDS_VERSION + 1)
        office.pass_()
        assert asked_for(office) == [1, 2, 3, 4, 5]


class TestCheck:
    def findings(self, office):
        found = check(office.config, [], lambda a: office.sources[a.name], office.now)
        return [(f.severity.value, f.code, dict(f.values)) for f in found if f.topic == "fields"]

    def test_it_says_how_far_that_is(self, office):
        assert self.findings(office) == [("ok", "fields_asked", {"asked": 0, "messages": 14})]
        office.pass_()
        assert self.findings(office) == [("ok", "fields_asked", {"asked": 7, "messages": 14})]
        office.pass_()
        office.pass_()
        assert self.findings(office) == []

    def test_what_is_not_read_any_more_does_not_count(self, office):
        del office.sources["info"].boxes["Sent"]
        assert self.findings(office) == [("ok", "fields_asked", {"asked": 0, "messages": 12})]

    def test_without_a_store_nothing_is_said_of_it(self, tmp_path):
        office = Office(tmp_path)
        office.tell(letters())
        assert self.findings(office) == []
        assert fields_progress(tmp_path / "none.db", "info", ["INBOX"], FIELDS_VERSION) == (0, 0)


def test_of_what_is_fetched_once_more_what_says_the_same_is_not_written_anew():
    story = Story()
    letter, other = story.inbound("anna", "03-02 09:00"), story.inbound("carl", "03-02 10:00")
    known, longer, another = (fetched(m, Place("INBOX"), uid) for uid, m in enumerate((letter, letter, other), 1))
    longer = longer._replace(header=longer.header + b"Auto-Submitted: no\n")
    held = dict.fromkeys((1, 2, 3), known.header)
    assert renewed([known, longer, another], held) == ({2: longer.header}, [another])
