"""What only stands where a message should be is not taken for one, and much of anything is read in parts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from zoneinfo import ZoneInfo

import pytest

from replywatch.app.deriving import derive as deriving
from replywatch.app.polling import mailbox as module
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import Config, MaildirAccount, ReportSettings
from replywatch.domain.judging.stand_in import holds_stand_in
from replywatch.sources.local.maildir import MaildirSettings, MaildirSource
from replywatch.store.facts import Facts
from replywatch.store.schema import _LIVE
from story import DAY, Story, at

STAND_IN = (
    b'Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nFrom: "Microsoft Exchange Server" <>\r\nTo: info@example.com\r\n'
    b"Subject: Retrieval using the IMAP4 protocol failed for the following message: 205\r\n\r\n"
)
LETTER = (
    b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nFrom: anna@anna.test\r\nTo: info@example.com\r\n"
    b"Message-ID: <a%d@anna.test>\r\nSubject: Oak\r\n\r\n"
)


class Office:
    """A Maildir that is polled once a day."""

    def __init__(self, folder):
        self.inbox = folder / "mail"
        for name in ("cur", "new", "tmp"):
            (self.inbox / name).mkdir(parents=True)
        self.store = folder / "mail.db"
        account = MaildirAccount("info", path=self.inbox)
        self.config = Config(Story().team, (account,), ReportSettings(ZoneInfo("UTC")), self.store)
        self.now = at("03-20 12:00")

    def put(self, name, header):
        (self.inbox / "cur" / f"{name}:2,S").write_bytes(header)

    def poll(self):
        self.now += DAY

        def source(_):
            return MaildirSource(MaildirSettings(self.inbox))

        (outcome,) = poll(self.config, source, lambda: self.now, Silent())
        return outcome

    def rows(self, sql):
        with closing(sqlite3.connect(self.store)) as connection:
            return sorted(connection.execute(sql).fetchall())

    def contacts(self):
        return [contact for (contact,) in self.rows("SELECT contact FROM (SELECT DISTINCT id, contact FROM exchanges)")]


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


class TestStandIns:
    def test_in_a_maildir(self, office):
        office.put("1.a.h", STAND_IN)
        office.put("2.b.h", LETTER % 2)
        for _ in range(2):
            outcome = office.poll()
            assert (outcome.error, outcome.unread) == (None, 1)
            assert office.contacts() == ["anna@anna.test"]
        office.put("1.a.h", LETTER % 1)
        outcome = office.poll()
        assert (outcome.error, outcome.unread, len(office.contacts())) == (None, 0, 2)

    def test_that_an_earlier_release_stored(self, office, monkeypatch):
        """It is a notification at once, and counts as lacking something, so that it is asked for again."""
        office.put("1.a.h", STAND_IN)
        office.put("2.b.h", LETTER % 2)
        with monkeypatch.context() as patch:
            patch.setattr(module, "holds_stand_in", lambda _: False)
            assert office.poll().unread == 0
        assert office.contacts() == ["anna@anna.test"]
        assert ("notification", "stand-in") in office.rows("SELECT kind, rule FROM judgements")
        with closing(sqlite3.connect(office.store)) as connection, connection:
            for statement in _LIVE:
                if "IMAP4" in str(statement):
                    connection.execute(statement)
        assert len(office.rows("SELECT uid FROM locations WHERE size IS NULL")) == 1
        assert holds_stand_in(STAND_IN)


class TestInParts:
    def test_a_batch_is_stored_in_parts(self, office, monkeypatch):
        added = []
        add_batch = Facts.add_batch

        def noted(facts, epoch, incoming, *more):
            added.append((len(incoming), more[1] > 0))
            return add_batch(facts, epoch, incoming, *more)

        monkeypatch.setattr(Facts, "add_batch", noted)
        monkeypatch.setattr(module, "AT_ONCE", 2 * len(LETTER))
        for number in range(7):
            office.put(f"{number}.x.h", LETTER % number)
        assert office.poll().messages == 7
        of_these = [(size, cursor) for size, cursor in added if size]
        assert sum(size for size, _ in of_these) == 7
        assert len(of_these) > 1
        assert max(size for size, _ in of_these) <= 3
        assert [cursor for _, cursor in of_these] == [False] * (len(of_these) - 1) + [True], (
            "the last one has the cursor"
        )
        assert len(office.contacts()) == 7

    def test_headers_are_read_in_parts(self, office, monkeypatch):
        for number in range(7):
            office.put(f"{number}.x.h", LETTER % number)
        monkeypatch.setattr(deriving, "OCTETS_AT_ONCE", 1)
        read = []
        read_batch = deriving._read_batch

        def noted(derived, batch, *more):
            read.append(len(batch))
            read_batch(derived, batch, *more)

        monkeypatch.setattr(deriving, "_read_batch", noted)
        office.poll()
        assert read == [1] * 7
        assert len(office.contacts()) == 7


def test_a_mailbox_of_which_nothing_can_be_read(office):
    office.put("1.a.h", STAND_IN)
    assert office.poll().error is None, "a single message may be the one that is damaged"
    office.put("2.b.h", STAND_IN)
    error = office.poll().error
    assert error is not None
    assert "none of the 2 messages" in error.text
    office.put("3.c.h", LETTER % 3)
    outcome = office.poll()
    assert (outcome.error, outcome.unread) == (None, 2)
