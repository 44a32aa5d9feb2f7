"""A person is forgotten, old mail is purged: every byte goes, nothing comes back, no other figure moves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from office import Office
from replywatch.app.deriving.erase import before, erase, extent, people
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.explaining.mark import mark, undo
from replywatch.app.progress import Silent
from replywatch.config.model import PrivacySettings
from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.mentions import naming
from replywatch.domain.judging.identity import known_by
from replywatch.domain.judging.reading import letter_of, person_key, read
from replywatch.domain.messages import Answered, Kind, NeedsNone, OfKind, ReplyOf
from replywatch.domain.results.extent import Extent
from replywatch.domain.results.notice import Notice
from replywatch.errors import ConnectError, LockedError, StoreError, UsageError
from replywatch.store.database import Database
from replywatch.store.erasure import Erasure
from replywatch.store.lock import writing
from replywatch.store.marks import Marks
from story import HOUR, INFO, Place, Story, at

ANNA = "anna@anna.example"
FORM = "mail@shop-service.example"
MOVE = at("03-10 09:00")
NOTHING = Extent(messages=0, places=0, conversations=0, people=0, texts=0, first=None, last=None)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def forget(office, *addresses):
    return erase(office.config, people(addresses or [ANNA], office.config.team), office.now, Silent())


def purge(office, moment):
    return erase(office.config, before(at(moment)), office.now, Silent())


def amounts(found):
    """How much was chosen: messages, places, conversations."""
    return found.messages, found.places, found.conversations


def left_over(office, text=ANNA):
    """The files of the store in which `text` is found, in any case."""
    folder = office.config.store_path.parent
    return [path.name for path in folder.iterdir() if text.lower().encode() in path.read_bytes().lower()]


def content_of(office):
    """All bytes of the store."""
    return b"".join(path.read_bytes() for path in office.config.store_path.parent.iterdir())


def traces(office, *keys):
    """Those of these digests that are found in the files of the store."""
    content = content_of(office)
    return [key for key in keys if key.to_bytes(8, "big", signed=True) in content]


def instants(office, *seconds):
    """Those of these instants that are found in the files of the store, where each takes four bytes."""
    content = content_of(office)
    return [second for second in seconds if second.to_bytes(4, "big") in content]


def counted_story():
    """Letters to three, one of them anna, and two visitors of one form, one of them anna."""
    s = Story()
    s.outbound("xaver", "01-05 09:00")
    s.inbound("carl", "03-01 09:00", subject="Invoice")
    for hour, person in enumerate(("anna", "bernd", "carl")):
        s.outbound(person, f"03-03 1{hour}:00", subject="Invoice")
    fields = "Reply-To: {0}@{0}.example"
    s.inbound(FORM, "03-04 09:00", subject="Question", fields=fields.format("carl"))
    s.inbound(FORM, "03-04 10:00", subject="Question")
    s.inbound(FORM, "03-05 09:00", subject="Call me", fields=fields.format("anna"))
    return s


def counted(office):
    """What is derived of the messages that other mail speaks of: form letters, and a relay's."""
    return office.rows_of(
        "SELECT r.identity, f.is_form FROM letters f JOIN readings r ON r.message = f.message UNION ALL"
        " SELECT r.identity, f.is_relayed FROM relays f JOIN readings r ON r.message = f.message ORDER BY 1"
    )


def moved_story():
    """Ten replies of ten days, each an hour after its enquiry, the first to anna; all saved within ten minutes."""
    s = Story()
    s.outbound("xaver", "01-05 09:00")
    for n, person in enumerate(("anna", *(f"bernd{n}" for n in range(1, 10)))):
        asked = s.inbound(person, f"02-{n + 1:02} 09:00:07", subject=f"Offer {n}")
        sent = s.reply(asked, asked.when + HOUR)
        sent.places[0] = replace(sent.places[0], internal_date=MOVE + 20 * n)
    return s


def late(office):
    """(saved at, Date) of the copies that are known to be moved, and the seconds that tell of moved ones erased."""
    copies = office.rows_of("SELECT saved_at, written_at FROM late_copies WHERE in_burst = 1 ORDER BY 1")
    return copies, [second for (second,) in office.rows_of("SELECT saved_at FROM moved_before ORDER BY 1")]


def full_story():
    """Mail of anna in all roles and many spellings, beside a conversation that has nothing to do with her."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00", fields="Return-Path: <Anna@ANNA.example>")
    r = s.reply(q, "03-02 10:30")
    s.answer(r, "03-02 12:00", by="anna")
    s.inbound("anna+shop@anna.example", "03-03 09:00", subject="Tagged")
    s.outbound(["anna", "carl"], "03-04 09:00", subject="To both")
    s.outbound("carl", "03-04 09:00", subject="Hidden", fields="Bcc: ANNA@anna.example")
    s.mail("ben", "03-04 10:00", "eva", subject="What anna@anna.example wanted", mailbox="INBOX")
    other = s.inbound("carl", "03-05 09:00")
    s.reply(other, "03-05 11:00")
    s.inbound("joanna@anna.example", "03-06 09:00", subject="Not me")
    return s


class TestForget:
    def test_every_byte_goes(self, office):
        s = full_story()
        office.tell(s)
        office.pass_()
        assert left_over(office)
        with Database(office.config.store_path) as database:
            identity = s.identity(s.mails[0])
            marks = Marks(database)
            marks.put(identity, NeedsNone(), office.now)
            marks.put(s.identity(s.mails[-2]), ReplyOf(identity), office.now)
        assert amounts(forget(office)) == (7, 7, 5)
        assert [name for name in left_over(office) if "joanna" not in name] == ["mail.db"]
        content = office.config.store_path.read_bytes().lower().replace(b"joanna@anna.example", b"")
        assert ANNA.encode() not in content
        assert b"tagged" not in content
        assert office.rows("marks")["marks"] == []

    @pytest.mark.parametrize("asked_for", ["anna.berg@gmail.com", "Anna.Berg+x@GoogleMail.com", "annaberg@gmail.com"])
    def test_in_every_spelling_that_reaches_her(self, office, asked_for):
        """No byte of any of them is left, wherever it stood; her namesakes stay."""
        s = Story()
        q = s.inbound("anna.berg@gmail.com", "03-02 09:00")
        s.reply(q, "03-02 10:30", to=["annaberg@gmail.com"])
        s.inbound("an.na.berg+7f3a9c2e51b04d@gmail.com", "03-03 09:00", subject="Token")
        s.outbound("carl", "03-04 09:00", fields="Bcc: Annaberg+shop@googlemail.com")
        for field in (
            "Return-Path: <bounces+Anna.Berg=googlemail.com@list.example>",
            "Return-Path: <SRS0=x7Fz=4Q=gmail.com=a.nnaberg@forwarder.example>",
            "Return-Path: <anna.berg+x=40gmail.com@dmarc.list.example>",
            "List-Unsubscribe: <https://x.example/?who=annaberg%2Bshop%40googlemail.com>",
            "X-Original-To: ANNABERG@googlemail.com",
            "X-Loop: =?utf-8?q?anna=2Eberg=40gmail=2Ecom?=",
        ):
            s.inbound("carl", "03-05 09:00", fields=field)
        others = ["anna-berg@gmail.com", "anna.berg@gmail.com.example", "hannaberg@gmail.com", "anna.berg@gmx.de"]
        for namesake in others:
            s.inbound(namesake, "03-06 09:00")
        office.tell(s)
        office.pass_()
        assert forget(office, asked_for).messages == len(s.mails) - len(others)
        content = office.config.store_path.read_bytes().lower()
        for namesake in others:
            assert namesake.encode() in content
            content = content.replace(namesake.encode(), b"")
        spelled = ("anna.berg", "annaberg", "an.na.berg", "a.nnaberg")
        for trace in (f"{name}{after}" for name in spelled for after in ("@gmail", "@google", "+", "=")):
            assert trace.encode() not in content
        for trace in (b"7f3a9c2e51b04d", b"googlemail", b"annaberg%2b", b"anna=2eberg"):
            assert trace not in content

    @pytest.mark.parametrize(
        ("asked_for", "stay"),
        [
            ("reply+7f3a9c2e51b04d@portal.example", ["reply+0b91e77ac4d2f8@portal.example", "reply@portal.example"]),
            ("reply@portal.example", []),
        ],
    )
    def test_a_relays_token_is_one_person_and_its_address_all_of_them(self, office, asked_for, stay):
        s = Story()
        for sender in ("reply+7f3a9c2e51b04d@portal.example", "reply+0b91e77ac4d2f8@portal.example"):
            s.inbound(sender, "03-02 09:00")
        s.inbound("reply@portal.example", "03-02 09:00")
        office.tell(s)
        office.pass_()
        assert forget(office, asked_for).messages == 3 - len(stay)
        assert [e for e in stay if not left_over(office, e)] == []
        assert bool(left_over(office, "portal.example")) is bool(stay)
        assert left_over(office, "7f3a9c2e51b04d") == []

    @pytest.mark.parametrize("checkpointed", [True, False])
    def test_also_what_was_deleted_before(self, office, checkpointed):
        """Free pages, and the journal of a store that another program holds open, keep what was there."""
        s = full_story()
        s.mails.pop()
        office.tell(s)
        office.pass_()
        with closing(sqlite3.connect(office.config.store_path, isolation_level=None)) as other:
            other.execute("PRAGMA secure_delete = OFF")
            other.execute("CREATE TABLE filler (text TEXT)")
            other.executemany("INSERT INTO filler VALUES (?)", [(f"{n} {ANNA}" * 50,) for n in range(2000)])
            other.execute("DROP TABLE filler")
            if checkpointed:
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert left_over(office)
            forget(office)
            assert left_over(office) == []

    def test_a_place_says_nothing_but_that_something_is_there(self, office):
        s = Story()
        q = s.inbound("anna", "03-02 09:00", thread="gmail:17")
        office.tell(s)
        office.sources["info"].answer("INBOX", 1)
        office.pass_()
        first_seen = office.now
        assert forget(office).places == 1
        place = [1, 1, None, None, None, "", None, first_seen, *[None] * 7]
        assert office.rows("locations")["locations"] == [tuple(place)]
        assert office.rows("erased")["erased"] == [(s.identity(q),)]

    def test_no_other_figure_moves(self, office):
        s = full_story()
        office.tell(s)
        office.pass_()
        exchanges_at = office.exchanges_at()
        forget(office)
        gone = {m.message_id for m in s.mails[:5]}
        assert office.exchanges_at() == {k: v for k, v in exchanges_at.items() if k not in gone}
        assert office.report().ledger.read == 3

    def test_what_was_counted_of_a_person_goes_too(self, office):
        s = counted_story()
        office.tell(s)
        office.pass_()
        invoice = letter_of(read(parse_header(s.mails[2].raw(s.mails[2].places[0])), s.team))
        digests = [person_key(ANNA), person_key("carl@carl.example"), invoice.subject]
        assert traces(office, *digests) == digests
        forget(office)
        assert traces(office, *digests) == digests[1:]
        forget(office, "carl@carl.example", "bernd@bernd.example")
        assert traces(office, *digests) == []
        rows = office.rows("letters", "relays", "counted_before")
        assert {table: len(found) for table, found in rows.items()} == {"letters": 1, "relays": 0, "counted_before": 0}

    def test_of_a_moved_mailbox_nothing_of_that_person_stays(self, office):
        """The others were moved, still; that is known by the seconds in which theirs was saved, and by none of hers."""
        s = moved_story()
        hers, *others = [(mail.places[0].internal_date, mail.when) for mail in s.mails[2::2]]
        office.tell(s)
        office.pass_()
        assert late(office) == ([hers, *others], [])
        assert instants(office, *hers) == list(hers)
        answered = office.exchanges_at()
        for _ in range(2):
            forget(office)
            assert late(office) == (others, [saved for saved, _ in others])
            assert instants(office, *hers) == []
            assert office.exchanges_at() == {k: v for k, v in answered.items() if k != s.mails[1].message_id}
            office.pass_()
        forget(office, "bernd4@bernd4.example")
        gone = others.pop(3)
        assert late(office) == (others, [saved for saved, _ in others])
        assert instants(office, *gone) == []
        forget(office, *(f"bernd{n}@bernd{n}.example" for n in range(1, 10)))
        assert late(office) == ([], [])

    def test_a_second_in_which_mail_of_another_was_saved_too_stays(self, office):
        s = moved_story()
        hers, beside = s.mails[2], s.mails[4]
        beside.places[0] = replace(beside.places[0], internal_date=hers.places[0].internal_date)
        office.tell(s)
        office.pass_()
        for gone in (ANNA, "bernd7@bernd7.example"):
            forget(office, gone)
            copies, seconds = late(office)
            assert (MOVE, beside.when) in copies
            assert MOVE in seconds
        assert instants(office, hers.when) == []
        assert office.rows_of("SELECT DISTINCT answered_at - arrived_at FROM exchanges") == [(HOUR,)]

    def test_nor_do_figures_of_others_that_count_with_it(self, office):
        """Two are left of three who got a letter, and of two visitors one; that they were more stays known."""
        s = counted_story()
        office.tell(s)
        office.pass_()
        asked = (s.mails[1].message_id, s.mails[5].message_id, s.mails[6].message_id)
        exchanges_at = office.exchanges_at()
        assert {exchanges_at[i] for i in asked} == {"never"}
        gone = {s.identity(s.mails[2]), s.identity(s.mails[7])}
        was_counted = [row for row in counted(office) if row[0] not in gone]
        assert {row[1] for row in was_counted} == {0, 1}
        for _ in range(2):
            forget(office)
            office.pass_()
            assert counted(office) == was_counted
            assert {i: office.exchanges_at()[i] for i in asked} == {i: exchanges_at[i] for i in asked}
        rebuild(office.config, Silent())
        assert counted(office) == was_counted

    def test_a_reply_to_two_people_keeps_answering_the_other(self, office):
        """The header names both, so it goes; that the other was answered, and when, stays as a mark."""
        s = Story()
        s.outbound("xaver", "01-05 09:00")
        q = s.inbound("carl", "03-05 09:00")
        s.reply(q, "03-05 11:00", to=["carl", "anna"])
        office.tell(s)
        office.pass_()
        before_it = office.figures()[0]
        assert forget(office).messages == 1
        assert office.figures()[0] == before_it
        with Database(office.config.store_path) as database:
            (row,) = database.rows("SELECT answered_at, matched_by, reply FROM exchanges")
        assert row == (at("03-05 11:00"), "mark", None)

    @pytest.mark.parametrize("undone", [True, False])
    def test_also_where_a_person_said_something_else_of_it(self, office, undone):
        s = Story()
        q = s.inbound("carl", "03-05 09:00", fields="Precedence: bulk" if not undone else "")
        s.reply(q, "03-05 11:00", to=["carl", "anna"])
        office.tell(s)
        office.pass_()
        mark(office.config, q.message_id, NeedsNone() if undone else OfKind(Kind.HUMAN), office.now, Silent())
        if undone:
            undo(office.config, q.message_id, office.now, Silent())
        assert office.exchanges_at() == {q.message_id: "answered"}
        forget(office)
        assert office.exchanges_at() == {q.message_id: "answered"}

    @pytest.mark.parametrize("when", ["03-05 10:30", "03-05 15:00"], ids=["before the reply", "after it"])
    def test_where_a_person_said_when_it_was_answered_that_stays(self, office, when):
        s = Story()
        q = s.inbound("carl", "03-05 09:00")
        s.reply(q, "03-05 11:00", to=["carl", "anna"])
        office.tell(s)
        office.pass_()
        mark(office.config, q.message_id, Answered(at(when)), office.now, Silent())
        marks = office.rows("marks")
        assert forget(office).messages == 1
        assert office.rows("marks") == marks
        assert office.rows_of("SELECT answered_at FROM exchanges") == [(at(when),)]

    def test_what_was_read_stays_read_however_often_somebody_is_forgotten(self, office):
        s = Story()
        s.outbound("anna", "01-05 09:00")
        s.outbound("carl", "02-01 09:00")
        s.outbound("dora", "02-10 09:00")
        office.tell(s)
        office.pass_()
        for gone in (ANNA, "carl@carl.example"):
            forget(office, gone)
            assert office.rows("covered_since")["covered_since"] == [("info", 1, at("01-05 09:00"))]
        older = s.outbound("emil", "2025-12-01 09:00")
        office.sources["info"].deliver(older, older.places[0])
        office.pass_()
        forget(office, "emil@emil.example")
        assert office.rows("covered_since")["covered_since"] == [("info", 1, at("2025-12-01 09:00"))]

    def test_an_unanswered_one_gets_no_mark(self, office):
        s = Story()
        s.outbound("xaver", "01-05 09:00")
        s.reply(s.inbound("anna", "03-05 09:00"), "03-05 10:00")
        waiting = s.inbound("carl", "03-19 09:00")
        office.tell(s)
        office.pass_()
        forget(office)
        assert office.rows("marks")["marks"] == []
        assert office.exchanges_at() == {waiting.message_id: "waiting"}

    def test_a_copy_without_the_address_goes_too(self, office):
        """The copy in Sent has Bcc, the one of the other recipient has not; it is one message."""
        s = Story()
        m = s.outbound("carl", "03-04 09:00", fields="Bcc: anna@anna.example")
        office.tell(s)
        bare = replace(m, header=m.header.replace("Bcc: anna@anna.example\n", ""))
        office.sources["info"].deliver(bare, Place("INBOX"))
        office.pass_()
        assert amounts(forget(office)) == (1, 2, 1)
        assert office.rows("messages")["messages"] == []

    def test_nobody_found_is_fine(self, office):
        office.tell(full_story())
        office.pass_()
        derived = office.rows()
        assert forget(office, "nobody@nowhere.example") == NOTHING
        assert office.rows() == derived

    def test_several_at_once(self, office):
        office.tell(full_story())
        office.pass_()
        assert forget(office, "Joanna@Anna.example", "carl@carl.example").messages == 5
        assert left_over(office, "carl@carl.example") == []

    @pytest.mark.parametrize("text", ["Anna", "anna@", "", "Anna <anna@anna.example>", "anna@anna@example"])
    def test_what_is_no_address_is_refused(self, text):
        with pytest.raises(UsageError, match="is no address"):
            people([text], Story().team)

    @pytest.mark.parametrize("text", ["info@example.com", "INFO+x@example.com", "info+7f3a9c2e51b04d@example.com"])
    def test_a_watched_address_is_refused(self, text):
        with pytest.raises(UsageError, match="watched address"):
            people([text], Story().team)

    def test_a_colleague_may_go(self, office):
        office.tell(full_story())
        office.pass_()
        forget(office, "ben@example.com")
        assert left_over(office, "ben@example.com") == []

    def test_looking_changes_nothing(self, office):
        office.tell(full_story())
        office.pass_()
        rows = office.rows()
        assert amounts(extent(office.config, people([ANNA], office.config.team), Silent())) == (7, 7, 5)
        assert office.rows() == rows

    def test_it_says_from_when_to_when_and_of_how_many(self, office):
        """By the clocks of what goes."""
        s = full_story()
        office.tell(s)
        office.pass_()
        found = extent(office.config, people([ANNA], office.config.team), Silent())
        assert (found.first, found.last) == (at("03-02 09:00"), at("03-04 10:00"))
        assert found.people == 2, "anna, and carl, to whom one of them is addressed"
        found = extent(office.config, before(at("03-03 08:00")), Silent())
        assert (found.first, found.last, found.people) == (at("03-02 09:00"), at("03-02 12:00"), 1)

    def test_two_spellings_of_an_address_are_one_person(self, office):
        s = Story()
        s.inbound("ann.a@gmail.com", "03-02 09:00")
        s.inbound("anna+shop@googlemail.com", "03-02 10:00")
        office.tell(s)
        office.pass_()
        assert extent(office.config, before(at("03-03 08:00")), Silent()).people == 1

    def test_what_is_no_mail_is_something_to_erase_too(self, office):
        office.tell(full_story())
        office.sources["info"].fails["INBOX"] = ConnectError("The connection to anna@anna.example broke")
        office.pass_()
        found = extent(office.config, people([ANNA], office.config.team), Silent())
        assert found.texts == 1
        assert not found.is_nothing
        assert NOTHING.is_nothing

    def test_names_of_mailboxes_are_said(self, office):
        s = Story()
        s.inbound("anna", "03-05 09:00", mailbox="Kunden/anna@anna.example")
        office.tell(s)
        office.pass_()
        said = []
        progress = Silent()
        progress.say = said.append
        erase(office.config, people([ANNA], office.config.team), office.now, progress)
        assert said == [Notice("name_stays", {"name": "Kunden/anna@anna.example"})]

    def test_a_mailbox_that_is_gone_loses_its_name(self, office):
        """As `forget` said, it was renamed on the server; a new row has the new name."""
        s = Story()
        s.inbound("anna", "03-05 09:00", mailbox="Kunden/anna@anna.example")
        s.inbound("carl", "03-05 09:00", mailbox="Kunden/anna@anna.example")
        office.tell(s)
        office.pass_()
        boxes = office.sources["info"].boxes
        boxes["Kunden/17"] = replace(boxes.pop("Kunden/anna@anna.example"), uidvalidity=7)
        for _ in range(3):
            office.pass_()
        said = []
        progress = Silent()
        progress.say = said.append
        exchanges_at = office.exchanges_at()
        erase(office.config, people([ANNA], office.config.team), office.now, progress)
        assert (left_over(office), said) == ([], [])
        exchanges_at.pop(s.mails[0].message_id)
        assert office.exchanges_at() == exchanges_at
        office.pass_()
        assert (left_over(office), office.exchanges_at()) == ([], exchanges_at)

    @pytest.mark.parametrize("with_mail", [True, False])
    def test_nor_is_the_person_named_in_what_went_wrong(self, office, with_mail):
        s = Story()
        if with_mail:
            s.inbound("anna", "03-05 09:00")
        s.inbound("carl", "03-05 09:00")
        office.tell(s)
        office.pass_()
        office.sources["info"].fails[""] = ConnectError("Mailbox 'To Anna@Anna.example' can't be read")
        office.pass_()
        assert left_over(office)
        forget(office)
        assert left_over(office) == []
        (account,) = office.report().coverage.accounts
        assert account.last_error
        assert account.last_complete < account.last_attempt, "it failed all the same"

    def test_what_went_wrong_with_others_stays(self, office):
        office.tell(full_story())
        office.pass_()
        office.sources["info"].fails[""] = ConnectError("Mailbox 'joanna@anna.example' can't be read")
        office.pass_()
        forget(office)
        (account,) = office.report().coverage.accounts
        assert "joanna@anna.example" in account.last_error

    def test_the_store_is_still_this_one(self, office):
        """Its random id tells it from others; who is erased has no part in it."""
        office.tell(full_story())
        office.pass_()
        before = office.rows("store")
        forget(office)
        assert office.rows("store") == before

    def test_not_while_a_poll_is_at_work(self, office):
        office.tell(full_story())
        office.pass_()
        with writing(office.config.store_path), pytest.raises(LockedError):
            forget(office)

    def test_a_reader_that_holds_the_journal_is_said(self, office, monkeypatch):
        monkeypatch.setattr("replywatch.store.database.BUSY_SECONDS", 0.05)
        office.tell(full_story())
        office.pass_()
        with closing(sqlite3.connect(office.config.store_path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM messages").fetchone()
            with pytest.raises(StoreError, match="another program"):
                forget(office, "carl@carl.example")
        assert forget(office, "carl@carl.example") == NOTHING
        assert left_over(office, "carl@carl.example") == []


class TestComingBack:
    """The mail is still on the server."""

    @pytest.fixture
    def forgotten(self, office):
        office.tell(full_story())
        office.pass_()
        forget(office)
        office.headers = len(office.rows("messages")["messages"])
        return office

    def quiet(self, office, passes=1):
        for _ in range(passes):
            assert office.one_pass().error is None
        assert len(office.rows("messages")["messages"]) == office.headers
        assert not naming([ANNA])(b"\n".join(row[2] for row in office.rows("messages")["messages"]))

    def test_nothing_is_even_asked_for(self, forgotten):
        self.quiet(forgotten)
        assert forgotten.sources["info"].asked == []

    def test_not_with_new_mail_beside_it(self, forgotten):
        new = Story().inbound("dora", "03-19 09:00", message_id="d1@dora.example")
        uid = forgotten.sources["info"].deliver(new, new.places[0])
        forgotten.headers += 1
        self.quiet(forgotten)
        assert [a for a in forgotten.sources["info"].asked if a[0] == "fetch"] == [("fetch", "INBOX", uid)]

    def test_not_by_a_new_numbering(self, forgotten):
        forgotten.sources["info"].renumber("INBOX")
        self.quiet(forgotten, 2)
        assert forgotten.sources["info"].asked == []

    def test_numbered_anew_in_every_pass_the_store_does_not_grow(self, forgotten):
        counts = set()
        for _ in range(4):
            forgotten.sources["info"].renumber("INBOX")
            self.quiet(forgotten, 1)
            counts.add(tuple(forgotten.rows_of("SELECT count(*), count(DISTINCT epoch) FROM locations")))
        assert len(counts) == 1

    def test_not_by_a_move(self, forgotten):
        forgotten.sources["info"].move("INBOX", 1, "Archive")
        self.quiet(forgotten, 4)
        assert forgotten.sources["info"].asked == []

    def test_gone_from_the_server_it_leaves_no_place(self, forgotten):
        """And the passes settle again."""
        forgotten.sources["info"].expunge("INBOX", 1)
        self.quiet(forgotten, 4)
        assert forgotten.sources["info"].asked == []

    def test_not_when_a_mailbox_changes_its_role(self, forgotten):
        forgotten.sources["info"].attributes["INBOX"] = ("\\archive",)
        self.quiet(forgotten, 2)

    def test_not_by_a_copy_that_went_another_way(self, forgotten):
        s = full_story()
        other = s.copy(s.mails[0], "INBOX", trace="Received: from elsewhere; Mon, 2 Mar 2026 09:00:01 +0000\n")
        forgotten.sources["info"].deliver(s.mails[0], other)
        self.quiet(forgotten)

    def test_its_uid_given_to_other_mail(self, forgotten):
        """A rewound UIDNEXT (GMX): the place is another message's now, and what was erased is gone from there."""
        box = forgotten.sources["info"].boxes["INBOX"]
        new = Story().inbound("dora", "03-19 09:00", message_id="d1@dora.example")
        box.messages.clear()
        box.uidnext = 1
        assert forgotten.sources["info"].deliver(new, new.places[0]) == 1
        forgotten.headers += 1
        self.quiet(forgotten, 4)
        assert forgotten.exchanges_at()[new.message_id] == "waiting"

    def test_a_uid_of_other_mail_given_to_it(self, forgotten):
        """What lay there is gone, and what was erased is not read."""
        box = forgotten.sources["info"].boxes["INBOX"]
        erased = box.messages[1]
        last = max(box.messages)
        box.messages.clear()
        box.messages[last] = erased._replace(uid=last)
        box.uidnext = last
        self.quiet(forgotten, 4)
        live = forgotten.rows_of("SELECT uid, message FROM locations WHERE epoch = 1 AND gone IS NULL")
        assert live == [(last, None)]

    def test_new_mail_of_that_person_is_read(self, forgotten):
        new = Story().inbound("anna", "03-19 09:00", message_id="new@anna.example")
        forgotten.sources["info"].deliver(new, new.places[0])
        assert forgotten.one_pass().messages == 1
        assert forgotten.exchanges_at()[new.message_id] == "waiting"
        assert forget(forgotten).messages == 1


HERS = """\
From: Anna <anna@anna.example>
To: info@example.com, Carl <carl@carl.example>
Cc: eva@example.com
Subject: Oak boards
Date: Mon, 2 Mar 2026 09:00:00 +0000
"""
"""Without a Message-ID, as scanners, forms and old programs write."""
SAME = [
    ("as it was", {}),
    ("another subject", {"Oak boards": "{Spam?} Beech"}),
    ("no subject", {"Subject: Oak boards\n": ""}),
    (
        "recipients in another order",
        {"info@example.com, Carl <carl@carl.example>": f"carl@carl.example,{INFO}"},
    ),
    ("Cc moved into To", {"\nCc: eva": ", eva"}),
    ("names and zone as a server writes them anew", {"Anna <": '"Anna" <', "09:00:00 +0000": "10:00:00 +0100"}),
    ("domains in capitals", {"@anna.example": "@ANNA.EXAMPLE"}),
    ("another letter of the same second to the same", {"Oak boards": "Something else"}),
]
OTHER = [
    ("another second", {"09:00:00": "09:00:01"}),
    ("another author", {"Anna <anna@": "Anna <lisa@"}),
    ("one recipient less", {", Carl <carl@carl.example>": ""}),
    ("one recipient more", {"Carl <": "dora@dora.example, Carl <"}),
    ("another one, and another subject", {"eva@": "ben@", "Oak": "Beech"}),
    ("with a Message-ID", {"Subject": "Message-ID: <1@anna.example>\nSubject"}),
]


class TestWithoutMessageId:
    """What names such a message rests on its subject, so it is known by something else, too."""

    @pytest.fixture(params=["forget", "purge"])
    def erased(self, office, request):
        """An office from which her mail was erased; Carl's stays."""
        s = Story()
        s.inbound("carl", "03-19 09:00")
        hers = replace(s.inbound("anna", "03-02 09:00", message_id=None), header=HERS)
        s.mails[1] = hers
        office.tell(s)
        office.pass_()
        assert (forget(office) if request.param == "forget" else purge(office, "03-10 00:00")).messages == 1
        return office

    def deliver(self, office, changes, mailbox="Kunden"):
        header = HERS
        for old, new in changes.items():
            assert old in header
            header = header.replace(old, new)
        mail = replace(Story().inbound("anna", "03-02 09:00"), header=header)
        office.sources["info"].deliver(mail, Place(mailbox, internal_date=at("03-02 09:00")))
        office.pass_()
        return len(office.rows("messages")["messages"])

    @pytest.mark.parametrize("subjects", [True, False])
    @pytest.mark.parametrize("changes", [c for _, c in SAME], ids=[name for name, _ in SAME])
    def test_it_does_not_come_back(self, erased, changes, subjects):
        erased.config = replace(erased.config, privacy=PrivacySettings(subjects=subjects))
        assert self.deliver(erased, changes) == 1
        assert left_over(erased) == []

    @pytest.mark.parametrize("changes", [c for _, c in OTHER], ids=[name for name, _ in OTHER])
    def test_other_mail_is_read(self, erased, changes):
        assert self.deliver(erased, changes) == 2

    def test_subjects_come_and_go(self, office):
        """Each moment may have stored it under another identity."""
        for subjects in (False, True, False):
            office.config = replace(office.config, privacy=PrivacySettings(subjects=subjects))
            assert self.deliver(office, {}, f"Box {subjects}") == (0 if office.rows("erased")["erased"] else 1)
            forget(office)

    @pytest.mark.parametrize("missing", ["Date: Mon, 2 Mar 2026 09:00:00 +0000\n", "From: Anna <anna@anna.example>\n"])
    def test_where_date_or_author_is_missing_the_subject_tells(self, office, missing):
        changes = {missing: "", "Carl <carl@carl.example>": ANNA}
        assert self.deliver(office, changes) == 1
        forget(office)
        assert self.deliver(office, changes, "Moved") == 0
        assert self.deliver(office, changes | {"Oak boards": "Beech"}, "Further") == 1


class TestPurge:
    def test_conversations_go_as_a_whole_or_stay_as_a_whole(self, office):
        s = Story()
        old = s.inbound("anna", "01-02 09:00", subject="Old")
        s.reply(old, "01-03 09:00")
        long = s.inbound("carl", "01-02 09:00", subject="Long")
        last = s.reply(long, "02-02 09:00")
        new = s.inbound("dora", "03-02 09:00", subject="New")
        office.tell(s)
        office.pass_()
        assert amounts(purge(office, "02-02 09:00")) == (2, 2, 1)
        assert left_over(office) == []
        assert set(office.exchanges_at()) == {long.message_id, new.message_id}
        office.pass_()
        assert office.sources["info"].asked == []
        assert purge(office, "02-02 09:01").messages == 2, f"before includes {last.when}"
        assert set(office.exchanges_at()) == {new.message_id}

    def test_nothing_that_stays_is_judged_otherwise(self, office):
        s = Story()
        s.outbound("xaver", "01-01 09:00")
        for day in range(1, 28):
            q = s.inbound("anna" if day % 2 else "carl", f"02-{day:02} 09:00", subject=f"Offer {day % 5}")
            if day % 3:
                s.reply(q, f"02-{day:02} 12:00")
        office.tell(s)
        office.pass_()
        kept = {row[0]: row for row in office.rows("exchanges")["exchanges"]}
        columns = [c for _, c, *_ in office.rows_of("PRAGMA table_info(exchanges)")]
        purge(office, "02-15 00:00")
        after = {row[0]: row for row in office.rows("exchanges")["exchanges"]}
        assert 0 < len(after) < len(kept)
        cluster = columns.index("cluster")
        for identity, row in after.items():
            old = kept[identity]
            assert row[:cluster] + row[cluster + 1 :] == old[:cluster] + old[cluster + 1 :]

    def test_what_was_counted_of_old_mail_goes_too_and_no_figure_moves(self, office):
        """The letter to carl, who thanked for it, is the last of three."""
        s = counted_story()
        s.answer(s.mails[4], "03-09 09:00", by="carl")
        office.tell(s)
        office.pass_()
        (carl,) = [row for row in counted(office) if row[0] == s.identity(s.mails[4])]
        exchanges_at = office.exchanges_at()
        assert traces(office, person_key(ANNA), person_key("bernd@bernd.example"))
        purge(office, "03-06 00:00")
        assert traces(office, person_key(ANNA), person_key("bernd@bernd.example")) == []
        assert counted(office) == [carl]
        assert carl[1] == 1
        assert office.exchanges_at().items() <= exchanges_at.items()

    def test_of_a_moved_mailbox_nothing_of_what_is_old_stays(self, office):
        s = moved_story()
        saved = [(mail.places[0].internal_date, mail.when) for mail in s.mails[2::2]]
        gone, others = saved[:2], saved[2:]
        office.tell(s)
        office.pass_()
        exchanges_at = office.exchanges_at()
        erased = [second for pair in gone for second in pair]
        assert instants(office, *erased) == erased
        for _ in range(2):
            purge(office, "02-03 00:00")
            assert late(office) == (others, [second for second, _ in others])
            assert instants(office, *erased) == []
            assert len(office.exchanges_at()) == len(others)
            assert office.exchanges_at().items() <= exchanges_at.items()
            office.pass_()
        purge(office, "02-04 00:00")
        gone, *others = others
        assert late(office) == (others, [second for second, _ in others])
        assert instants(office, *gone) == []

    def test_what_was_read_stays_read(self, office):
        """Coverage begins with the oldest sent mail; that it is gone makes no enquiry unknown."""
        s = Story()
        s.outbound("xaver", "01-05 09:00")
        never = s.inbound("anna", "02-02 09:00")
        s.outbound("xaver", "02-05 09:00", subject="Later")
        office.tell(s)
        office.pass_()
        assert office.exchanges_at() == {never.message_id: "never"}
        for moment in ("02-01 00:00", "02-01 12:00"):
            purge(office, moment)
            assert office.exchanges_at() == {never.message_id: "never"}

    def test_what_is_not_judged_goes_by_the_mailbox(self, office):
        s = Story()
        s.inbound("anna", "01-02 09:00", draft=True)
        s.inbound("anna", "03-02 09:00", draft=True, subject="Later")
        office.tell(s)
        office.pass_()
        assert amounts(purge(office, "02-01 00:00")) == (1, 1, 0)
        assert len(office.rows("messages")["messages"]) == 1


class TestInterrupted:
    def test_a_killed_erasure_goes_on_with_the_next_command(self, office):
        """Whatever comes after the one transaction only derives and compacts."""
        s = full_story()
        office.tell(s)
        office.pass_()
        with writing(office.config.store_path), Database(office.config.store_path) as database:
            erasure = Erasure(database)
            people([ANNA], office.config.team)(erasure, Silent())
            erasure.erase(office.now, known_by)
        assert office.report().ledger.read == 3
        assert forget(office) == NOTHING
        assert "mail.db-wal" not in {p.name for p in office.config.store_path.parent.iterdir()}
