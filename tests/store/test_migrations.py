"""A store as a released version left it, brought up to date: frozen as SQL, so that it never changes with the code.

Three passes made it. Of the mail to info@: nora's was missed once, anna's was answered, will's was marked as answered,
fred's got the flag, theo's was moved to the trash, karl's mailbox was numbered anew, and one never came.
"""

import resource
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest
import sqlite_utils

from office import Killed, Office
from older import take_back
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.progress import Silent
from replywatch.config.model import ImapAccount, PrivacySettings
from replywatch.domain.headers.header import keep_fields
from replywatch.domain.messages import Answered, ReplyOf
from replywatch.errors import StoreError, UnusableStoreError
from replywatch.store import schema
from replywatch.store.database import _PRAGMAS, Database
from replywatch.store.marks import Marks
from story import HOUR, Story, at

RELEASED = Path(__file__).with_name("released_0002.sql")
LAST_PASS = at("03-20 15:00")
STANDINGS = {
    "nora.2@nora.example": "never",
    "anna.3@anna.example": "answered",
    "will.5@will.example": "answered",
    "fred.6@fred.example": "answered_time_unknown",
    "karl.8@karl.example": "waiting",
}
FIGURES = [("under_24h", 2), ("never", 1), ("waiting", 1), ("answered_time_unknown", 1)]


@pytest.fixture(params=[2, 4])
def office(tmp_path, request):
    """The office with its old store, some migrations later; its clock stands where the last pass left it."""
    office = Office(tmp_path)
    office.config.store_path.parent.mkdir()
    with closing(sqlite3.connect(office.config.store_path)) as connection:
        connection.executescript(RELEASED.read_text(encoding="utf-8"))
        applied = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert applied == ["0001_facts", "0002_derived"]
    if request.param > 2:
        store = sqlite_utils.Database(office.config.store_path)
        schema.migrations().apply(store, stop_before=schema.NAMES[request.param])
        store.close()
    office.now = LAST_PASS
    return office


def test_the_same_figures(office):
    buckets, account = office.figures()
    assert (buckets, account.read, account.set_aside) == (FIGURES, 8, 1)
    assert office.report().as_of == LAST_PASS
    assert office.exchanges_at() == STANDINGS
    rows = office.rows_of("SELECT name FROM _sqlite_migrations ORDER BY id")
    assert [name for (name,) in rows] == list(schema.NAMES)


def test_every_fact_is_kept(office):
    """Headers are cut to the wanted fields, and no more is left out."""
    with closing(sqlite3.connect(office.config.store_path)) as connection:
        tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [n for n in tables if n not in (*schema.DERIVED_TABLES, "pending", "_sqlite_migrations")]
        before = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        headers = before.pop("messages")
        with Database(office.config.store_path):
            pass
        for table, rows in before.items():
            after = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert [row[: len(rows[0])] for row in after] == rows if rows else after == [], table
        after = connection.execute("SELECT id, header, digest FROM messages").fetchall()
    assert {"marks", "epochs", "locations", "passes", "mailboxes"} <= set(before)
    assert [(number, header) for number, header, _ in after] == [(i, keep_fields(header)) for i, _, header in headers]
    assert [digest for *_, digest in after] == [blake2b(h, digest_size=16).digest() for _, h, _ in after]


def test_what_old_rules_derived_is_derived_anew(office):
    """Reasons were sentences; now they are values. All that stays is that something was derived under older rules."""
    with Database(office.config.store_path) as database:
        assert {table: database.value(f"SELECT count(*) FROM {table}") for table in schema.DERIVED_TABLES} == (
            dict.fromkeys(schema.DERIVED_TABLES, 0) | {"derivation": 1}
        )
        assert database.row("SELECT fingerprint, rules_version FROM derivation") == ("", 0)
    office.report()
    assert office.rows_of("SELECT DISTINCT rule, field, value, beside FROM judgements") == [("human", "", "", None)]


def test_what_is_derived_anew_is_the_same(office):
    rebuild(office.config, Silent())
    assert office.figures()[0] == FIGURES
    assert office.exchanges_at() == STANDINGS


def test_the_next_pass_goes_on(office):
    """It compares every mailbox once, since nobody knows when that was done."""
    source = office.sources["info"]
    for name, uidvalidity in (("INBOX", 1), ("Sent", 1), ("Trash", 1), ("Kunden", 2)):
        rows = office.rows_of(
            "SELECT l.uid, m.header, l.internal_date, l.size, iif(l.answered_at, '\\Answered', '') FROM locations l"
            " JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox JOIN messages m ON m.id = l.message"
            f" WHERE b.name = '{name}' AND l.gone IS NULL AND l.missed_at IS NULL"
        )
        source.hold(name, uidvalidity, rows)
    office.now += HOUR
    assert office.one_pass().error is None
    assert office.exchanges_at() == STANDINGS
    assert {what[1] for what in source.asked if what[0] == "open"} == {"INBOX", "Kunden", "Sent", "Trash"}
    gone = office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL")
    assert gone == [(2,)], "theo's old place, and nora's, who was missed for the second time"
    assert office.rows("quarantine")["quarantine"] == [], "it is no longer listed"
    office.pass_()
    office.pass_()
    assert source.asked == [], "it is settled"


def test_what_was_read_before_is_counted_across_conversations_too(tmp_path):
    """The store is of the release before that; marks hold."""
    office, story = Office(tmp_path), Story()
    story.outbound("xaver", "01-05 09:00")
    asked = [story.inbound(person, "03-02 09:00", subject="Bill") for person in ("anna", "bernd")]
    for person in ("anna", "bernd", "carl"):
        story.outbound(person, "03-05 09:00", subject="Bill")
    office.tell(story)
    office.pass_()
    with Database(office.config.store_path) as database:
        Marks(database).put(story.identity(asked[1]), Answered(at("03-03 09:00")), office.now)
    said, kept = office.exchanges_at(), office.rows("marks", "letters")
    assert said == {asked[0].message_id: "never", asked[1].message_id: "answered"}
    assert sorted(row[-1] for row in kept["letters"]) == [0, 1, 1, 1]
    take_back(office.config.store_path, "0006_circles")
    assert office.exchanges_at() == said
    assert office.rows("marks", "letters") == kept


class TestHeaders:
    """Earlier releases stored more of them, and the same mail twice where two sources brought it."""

    @pytest.fixture
    def office(self, tmp_path):
        """Two accounts hold a mail without a Message-ID and its reply; the second mailbox came from files."""
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("files"))
        story = Story()
        asked = story.inbound("anna", "03-02 09:00", message_id=None, fields="X-Mailer: long\n and folded")
        reply = story.outbound("anna", "03-02 10:30", subject="Oak", message_id=None)
        story.outbound("xaver", "01-05 09:00")
        for mail in (asked, reply):
            story.copy(mail, mail.places[0].mailbox, "files")
        office.tell(story)
        office.pass_()
        with Database(office.config.store_path) as database:
            Marks(database).put(story.identity(reply), ReplyOf(story.identity(asked)), office.now)
        return office

    @staticmethod
    def before(office):
        """Take the store back: what a server sent was stored as it came, and what lay in files with other line ends."""
        take_back(office.config.store_path, "0005_values")
        with closing(sqlite3.connect(office.config.store_path)) as store:
            rows = store.execute("SELECT id, header FROM messages").fetchall()
            first_of_files = max(i for i, _ in rows) + 1
            for message, header in rows:
                raw = header.replace(b"\n", b"\r\n") + b"X-Mailer: long\r\n and folded\r\n\r\n"
                change(store, message, raw)
                files = "epoch IN (SELECT e.id FROM epochs e JOIN mailboxes m ON m.id = e.mailbox WHERE m.account = 2)"
                store.execute("INSERT INTO messages VALUES (?, ?, ?)", [first_of_files, digest(header), header])
                moved = f"UPDATE locations SET message = ? WHERE message = ? AND {files}"
                if not store.execute(moved, [first_of_files, message]).rowcount:
                    store.execute("DELETE FROM messages WHERE id = ?", [first_of_files])
                first_of_files += 1
            store.commit()

    @pytest.mark.parametrize("subjects", [True, False])
    def test_the_same_mail_becomes_one_message(self, office, subjects):
        if not subjects:
            office.config = replace(office.config, privacy=PrivacySettings(subjects=False))
            office.pass_()
        places = (
            "SELECT l.epoch, l.uid, l.internal_date, l.first_seen, l.flags, m.digest, m.header"
            " FROM locations l JOIN messages m ON m.id = l.message ORDER BY 1, 2"
        )
        held, kept = office.rows_of(places), office.rows("marks", "passes", "mailboxes")
        said = (office.figures(), office.exchanges_at())
        self.before(office)
        with closing(sqlite3.connect(office.config.store_path)) as store:
            assert store.execute("SELECT count(*) FROM messages").fetchone() == (5,)
        assert (office.figures(), office.exchanges_at()) == said
        assert office.rows_of("SELECT count(*) FROM messages") == [(3,)]
        assert office.rows_of(places) == held
        assert office.rows("marks", "passes", "mailboxes") == kept
        assert office.rows_of("SELECT matched_by FROM exchanges") == [("mark",)]

    @staticmethod
    def much(office):
        """Take the store back, and give it many messages of which little is kept; says how many pages it has."""
        take_back(office.config.store_path, "0005_values")
        with closing(sqlite3.connect(office.config.store_path)) as store:
            for number in range(100, 400):
                raw = b"X-Mailer: %s\r\nSubject: %d\r\n\r\n" % (b"canary " * 300, number)
                store.execute("INSERT INTO messages VALUES (?, ?, ?)", [number, digest(raw), raw])
            store.commit()
            return store.execute("PRAGMA page_count").fetchone()[0]

    def test_no_page_is_left_half_empty(self, office):
        """Rows that were cut leave room between them, where no new one would ever be written."""
        before = self.much(office)
        with Database(office.config.store_path) as database:
            assert database.value("PRAGMA page_count") < before / 2
            assert database.value("PRAGMA freelist_count") == 0

    def test_where_there_is_no_room_to_write_them_anew_they_stay(self, office, monkeypatch):
        """The store is whole all the same, and nothing that was cut is left on them; some builds of SQLite leave it."""
        before = self.much(office)
        old = office.config.store_path.read_bytes()
        monkeypatch.setattr("replywatch.store.database._PRAGMAS", (*_PRAGMAS, "secure_delete = OFF"))
        old = office.config.store_path.read_bytes()
        for room in range(100_000, 3_000_000, 20_000):
            # Each time anew: what an attempt leaves to do for the next needs less room than writing the pages anew.
            office.config.store_path.write_bytes(old)
            with little_room(room), suppress(StoreError), Database(office.config.store_path):
                break
            with closing(sqlite3.connect(office.config.store_path)) as store:
                applied = store.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0]
            assert applied < len(schema.NAMES), "it could have been opened"
            # From the beginning: what one attempt has done would leave the next one more room than it needs.
            for path in office.config.store_path.parent.glob(f"{office.config.store_path.name}-*"):
                path.unlink()
            office.config.store_path.write_bytes(old)
        with Database(office.config.store_path) as database:
            assert database.value("PRAGMA page_count") >= before
            assert database.value("PRAGMA integrity_check") == "ok"
            headers = [header for (header,) in database.rows("SELECT header FROM messages WHERE id >= 100 ORDER BY id")]
        assert headers == [b"Subject: %d\n" % number for number in range(100, 400)]
        assert len(office.exchanges_at()) == 1
        for path in office.config.store_path.parent.iterdir():
            assert b"canary" not in path.read_bytes(), path.name

    def test_a_damaged_store_is_not_taken_for_one_without_room(self, office):
        """What no migration touched is read for the first time where the pages are written anew."""
        self.much(office)
        with closing(sqlite3.connect(office.config.store_path)) as store:
            page = store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'locations'").fetchone()[0]
            size = store.execute("PRAGMA page_size").fetchone()[0]
        with office.config.store_path.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        with pytest.raises(UnusableStoreError, match="is damaged"), Database(office.config.store_path):
            pass

    def test_one_that_fails_leaves_the_store_as_it_was(self, office, monkeypatch):
        self.before(office)
        with closing(sqlite3.connect(office.config.store_path)) as store:
            before = list(store.iterdump())
        with monkeypatch.context() as patch:
            patch.setattr("replywatch.store.headers.header_digest", fails_at(3))
            with pytest.raises(Killed), Database(office.config.store_path):
                pass
        with closing(sqlite3.connect(office.config.store_path)) as store:
            assert list(store.iterdump()) == before
        assert office.exchanges_at()


@contextmanager
def little_room(size):
    """Files can have so many octets, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def digest(header):
    return blake2b(header, digest_size=16).digest()


def change(store, message, header):
    store.execute("UPDATE messages SET digest = ?, header = ? WHERE id = ?", [digest(header), header, message])


def fails_at(number):
    """A digest that is computed so many times, and then no more."""
    left = [number]

    def compute(header):
        left[0] -= 1
        if not left[0]:
            raise Killed
        return digest(header)

    return compute


def test_what_was_taken_for_a_message_without_a_header_is_asked_for_again(tmp_path):
    """All such were one and the same, in however many places."""
    office, story = Office(tmp_path), Story()
    anna = story.inbound("anna", "03-02 09:00")
    story.outbound("xaver", "01-05 09:00")
    office.tell(story)
    office.pass_()
    store, source = office.config.store_path, office.sources["info"]
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript(
            "INSERT INTO messages VALUES (97, x'01', x''), (98, x'02', CAST('Precedence: list' AS BLOB));"
            "INSERT INTO locations (epoch, uid, message, flags, first_seen) SELECT id, uid, message, '', 1710000000"
            " FROM epochs JOIN (SELECT 7 AS uid, 97 AS message UNION SELECT 8, 97 UNION SELECT 9, 98)"
            " WHERE id = (SELECT min(id) FROM epochs);"
            "INSERT INTO locations (epoch, uid, message, flags, first_seen, gone)"
            " SELECT min(id), 6, 97, '', 1710000000, 1710000001 FROM epochs;"
        )
        kept = connection.execute("SELECT * FROM locations WHERE message < 97").fetchall()
    take_back(store, "0008_live")
    with Database(store):
        pass
    rows = office.rows("quarantine", "locations", "messages")
    assert [row[1] for row in rows["quarantine"]] == [7, 8, 9]
    assert [row[: len(kept[0])] for row in rows["locations"]] == kept
    assert [row[0] for row in rows["messages"]] == sorted(row[2] for row in kept)
    assert office.exchanges_at() == {anna.message_id: "never"}
    office.pass_()
    assert ("open", next(iter(source.boxes))) in source.asked, "though nothing seems changed"


class TestFlags:
    """Flags as an earlier release first saw them, all of them; the next pass reads those that tell something anew."""

    def test_of_all_only_what_tells_something_is_kept(self, tmp_path):
        office, anna = self.upgraded(tmp_path, "\\Seen nonjunk $label1 \\ANSWERED $JUNK \\Flagged \\Draft xJunk")
        with Database(office.config.store_path) as database:
            assert database.value("SELECT flags FROM locations WHERE uid = 1") == "\\Draft $Junk NonJunk"
            assert database.value("SELECT flags FROM locations WHERE uid = 2") == ""
        office.report()
        assert anna.message_id not in office.exchanges_at(), "a draft"

    @pytest.mark.parametrize("condstore", [True, False])
    def test_they_are_read_anew_though_nothing_changed(self, tmp_path, condstore):
        office, anna = self.upgraded(tmp_path, "\\Seen \\Deleted", condstore=condstore)
        office.pass_()
        assert office.rows_of("SELECT flags FROM locations") == [("",), ("$Junk",)]
        assert list(office.exchanges_at()) == [anna.message_id]
        assert office.rows_of("SELECT flags_read_at FROM epochs") == [(office.now,)]
        office.pass_()
        office.pass_()
        assert office.sources["info"].asked == ([] if condstore else [("open", "INBOX")]), "somebody waits"

    def upgraded(self, folder, flags, *, condstore=True):
        """A store of the release before, with a letter of Anna that bore these flags when it came, and one of Nora."""
        office, story = Office(folder), Story()
        anna, _ = story.inbound("anna", "03-19 09:00"), story.inbound("nora", "03-19 10:00")
        office.tell(story)
        office.sources["info"].condstore = condstore
        office.sources["info"].flag("INBOX", 2, "$Junk")
        office.pass_()
        take_back(office.config.store_path, "0008_live")
        with closing(sqlite3.connect(office.config.store_path)) as connection:
            connection.execute("UPDATE locations SET flags = CASE uid WHEN 1 THEN ? ELSE '\\Seen' END", [flags])
            connection.commit()
        return office, anna
