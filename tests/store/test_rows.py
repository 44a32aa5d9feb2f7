"""Values survive the store as they were."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.classify import fired
from replywatch.domain.judging.reading import read
from replywatch.domain.mailboxes.fetched import FetchedMessage, Listing, MailboxState
from replywatch.domain.messages import RUNG_BITS, Because, Exchange, Kind, Reading, Rung, Shown, Verdict
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.derived_rows import DerivedRows, Standing
from replywatch.store.facts import Facts
from replywatch.store.flags import Look
from replywatch.store.queries import Queries
from replywatch.store.readings import decode_reading, encode_reading
from replywatch.store.vanished import Vanished
from story import Story, cases

HOSTILE = (
    b"From: =?utf-8?q?M=C3=BCller_=22x=22?= <m@m.example>\r\nTo: info@example.com, =?x?q?=ff?= <y@y.example>\r\n"
    b"Subject: =?utf-8?b?8J+YgCDvv70=?= \xff\xfe \x00 '; DROP TABLE exchanges; --\r\nMessage-ID: <a'b@c>\r\n"
    b"References: <1@x> <2@x>\r\nIn-Reply-To: <2@x>\r\nDate: Mon, 4 Mar 2024 08:00:00 +0100\r\nPrecedence: list\r\n\r\n"
)


@given(st.binary(max_size=300))
def test_any_reading_survives(noise):
    reading = read(parse_header(b"From: a@b.example\r\nSubject: " + noise + b"\r\n\r\n"), Story().team)
    assert decode_reading(encode_reading(reading)) == reading


def test_a_hostile_reading_survives_in_all_its_types():
    reading = read(parse_header(HOSTILE), Story().team)
    found = decode_reading(encode_reading(reading))
    assert found == reading
    for field in fields(Reading):
        assert type(getattr(found, field.name)) is type(getattr(reading, field.name)), field.name


def test_a_reason_survives_in_all_its_types(database):
    header = (
        b"From: Max via Oak <MAILER-DAEMON@x.example>\nSubject: Read: Oak\nIn-Reply-To: <a@b>\n"
        b"X-Original-Sender: m@m.example\n\n"
    )
    reading = read(parse_header(header), Story().team)
    reading = replace(reading, verdict=fired(parse_header(header), reading.parties, Story().team)[-1])
    found = decode_reading(encode_reading(reading))
    assert found.verdict == Verdict(
        Kind.RECEIPT, Because("subject.receipt", "Subject", "Read: Oak", (Shown("In-Reply-To"),))
    )
    assert found.parties.contact_because == Because("contact.rewritten", "X-Original-Sender", "mailer-daemon@x.example")
    assert type(found.verdict.kind) is Kind
    assert {type(b) for b in (found.verdict.because, found.parties.contact_because)} == {Because}
    assert {type(shown) for shown in found.verdict.because.beside} == {Shown}


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ("", ("human", "human", "", "", None)),
        ("X-Failed-Recipients: a@b", ("bounce", "failed-recipients", "X-Failed-Recipients", "a@b", None)),
        (
            "Thread-Topic: Oak",
            ("receipt", "subject.receipt", "Subject", "Read: Oak", '[["Thread-Topic", "Oak"]]'),
        ),
    ],
)
def test_a_judgement_is_stored_in_values(database, fields, row):
    story = Story()
    story.inbound("anna", "03-02 09:00", subject="Read: Oak", fields=fields)
    (message,) = story.messages()
    rows = DerivedRows()
    rows.add_message(7, message, Standing(message.identity, None))
    Derived(database).replace([7], rows)
    assert list(database.rows("SELECT kind, rule, field, value, beside FROM judgements")) == [row]


def test_what_a_mail_tells_of_mail_that_is_not_there_is_stored(database):
    story = Story()
    for who in ("anna", "carl", "eric"):
        story.inbound(who, "03-02 09:00")
    rows = DerivedRows()
    flags = {"anna": (True, False), "carl": (False, True), "eric": (False, False)}
    for message in story.messages():
        standing = Standing(message.identity, None, *flags[message.contact.partition("@")[0]])
        rows.add_message(7, message, standing)
    Derived(database).replace([7], rows)
    found = database.rows("SELECT contact, goes_on, answers_missing FROM judgements")
    assert {contact.partition("@")[0]: tuple(map(bool, said)) for contact, *said in found} == flags


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "mail.db", create=True) as database:
        yield database


@pytest.mark.parametrize("answered", [True, False])
def test_an_exchange_survives(database, answered):
    reply = {
        "answered_at": 200,
        "reply": "r",
        "reply_message_id": "r@x",
        "matched_by": Rung.SUBJECT,
    }
    exchange = Exchange(
        id="e",
        conversation="c",
        ordinal=1,
        address="info@example.com",
        contact="a@b.example",
        contact_name="Ä \ufffd",
        message_id=None,
        subject="'; --",
        arrived_at=100,
        arrival_source="internaldate",
        arrival_sure=False,
        messages=2,
        acknowledged_at=150,
        answered_after=None,
        answered_before=None,
        ended_at=None,
        marked=answered,
        **(reply if answered else dict.fromkeys(reply)),
    )
    rows = DerivedRows()
    rows.add_exchange(7, exchange, RUNG_BITS[Rung.SUBJECT])
    Derived(database).replace([7], rows)
    found = Queries(database).exchanges_by_id(["e"], RUNG_BITS[Rung.SUBJECT])
    assert found == {"e": exchange}
    assert {type(found["e"].arrival_sure), type(found["e"].marked)} == {bool}
    assert Queries(database).exchanges_by_id(["e"], RUNG_BITS[Rung.REFERENCES] & ~RUNG_BITS[Rung.SUBJECT]) == {}


def fetched(uid, header=b"From: a@b.example\r\n\r\n", **said):
    return FetchedMessage(uid, header, **({"internal_date": 5, "size": None} | said))


class TestFacts:
    @pytest.fixture
    def facts(self, database):
        return Facts(database)

    @pytest.fixture
    def epoch(self, facts):
        mailbox = facts.mailbox(facts.account("info"), Listing("INBOX", "/", ("\\hasnochildren",)))
        return facts.epoch(mailbox, MailboxState(7, 4, 3), 100)

    def test_names_are_kept_apart(self, facts):
        assert facts.account("info") == facts.account("info") != facts.account("Info")
        box = Listing("Entwürfe/日本", "/", ("\\drafts",))
        number = facts.mailbox(1, box)
        assert facts.mailbox(1, box) == number
        assert facts.mailboxes(1) == {number: box}
        assert facts.mailboxes(2) == {}

    def test_the_same_header_is_stored_once(self, facts, epoch, database):
        facts.add_batch(epoch.id, [fetched(1), fetched(2), fetched(3, b"From: c@d.example\r\n\r\n")], (), 3, 100)
        assert database.value("SELECT count(*) FROM messages") == 2
        assert facts.uids(epoch.id, (1, 9)) == [1, 2, 3]
        assert facts.count(epoch.id) == 3

    def test_headers_are_kept_byte_for_byte(self, facts, epoch, database):
        facts.add_batch(epoch.id, [fetched(1, HOSTILE)], (), 1, 100)
        assert database.value("SELECT header FROM messages") == HOSTILE

    def test_the_cursor_never_goes_back(self, facts, epoch):
        facts.add_batch(epoch.id, [fetched(9)], (), 9, 100)
        facts.add_batch(epoch.id, [fetched(2)], (), 2, 100)
        assert facts.present_epoch(epoch.mailbox).scanned_to == 9

    def test_a_batch_is_all_or_nothing(self, facts, epoch, database):
        with pytest.raises(Exception, match="reported"):
            facts.add_batch(epoch.id, [fetched(1), fetched(2, internal_date="soon")], (3,), 3, 100)
        assert database.value("SELECT count(*) FROM messages") == 0
        assert facts.present_epoch(epoch.mailbox).scanned_to == 0
        assert facts.quarantined(epoch.id) == []

    def test_quarantine_counts_as_there(self, facts, epoch):
        facts.add_batch(epoch.id, [fetched(1)], (2, 3), 3, 100)
        assert facts.quarantined(epoch.id) == [2, 3]
        assert facts.count(epoch.id) == 3
        assert facts.unread(1) == 2
        facts.add_batch(epoch.id, [fetched(2)], (3,), 3, 200)
        assert facts.quarantined(epoch.id) == [3]

    def test_states_are_remembered_once_read_to_the_end(self, facts, epoch):
        assert not facts.present_epoch(epoch.mailbox).complete
        state = MailboxState(7, 4, 3, 99, "token")
        facts.finish_mailbox(epoch, state, 200)
        found = facts.present_epoch(epoch.mailbox)
        assert (found.state, found.complete) == (state, True)
        facts.add_batch(epoch.id, [fetched(4)], (), 4, 300)
        assert not facts.present_epoch(epoch.mailbox).complete

    @cases(
        *("first_seen", "since", "unanswered_at"),
        rows=[
            ("known when the server was last asked", 100, 200, 200),
            ("found since", 250, 200, 250),
            ("the server was never asked", 100, None, 100),
            ("asked in this very second, which tells nothing", 100, 300, None),
            ("found in this very second, which tells nothing", 300, 200, None),
        ],
    )
    def test_until_when_a_message_had_no_flag(self, database, epoch, first_seen, since, unanswered_at):
        facts = Facts(database)
        facts.add_batch(epoch.id, [fetched(1)], (), 1, first_seen)
        for look in (Look(300, since, None), Look(400, 300, None)):
            facts.flag(epoch.id, facts.bearers(epoch.id, (1, 1)), {1: frozenset(["\\Answered"])}, look)
            flag = "SELECT unanswered_at, answered_at FROM locations"
            assert database.row(flag) == (unanswered_at, 300), "what was said first holds"

    def test_when_a_message_went_stays_when_its_number_goes_to_another(self, facts, epoch, database):
        facts.add_batch(epoch.id, [fetched(1)], (), 1, 100)
        vanished = Vanished(database)
        vanished.note(epoch.id, [1])
        for now in (200, 250):
            vanished.miss(epoch.id, now)
        facts.add_batch(epoch.id, [fetched(1, b"From: c@d.example\r\n\r\n")], (), 1, 300)
        assert list(database.rows("SELECT uid, first_seen, gone FROM locations")) == [(-1, 100, 250), (1, 300, None)]

    @cases(
        *("old", "new", "answered", "expected"),
        rows=[
            ("found before", 100, 200, False, (100, None, None)),
            ("found later: the clock was set back", 200, 100, False, (100, None, None)),
            ("answered meanwhile", 100, 200, True, (100, 100, 200)),
            ("answered in the second in which it was found", 200, 200, True, (200, None, 200)),
        ],
    )
    def test_under_a_new_number_it_is_the_same_message(self, database, old, new, answered, expected):
        facts = Facts(database)
        mailbox = facts.mailbox(facts.account("info"), Listing("INBOX", "/"))
        before = facts.epoch(mailbox, MailboxState(7, 2, 1), 50)
        facts.add_batch(before.id, [fetched(1)], (), 1, old)
        after = facts.epoch(mailbox, MailboxState(8, 2, 1), 50)
        facts.add_batch(after.id, [fetched(1, flags=("\\Answered",) if answered else ())], (), 1, new)
        Vanished(database).let_go(before.id, after.id, 300)
        places = list(database.rows("SELECT epoch, first_seen, unanswered_at, answered_at FROM locations"))
        assert places == [(after.id, *expected)]

    def test_since_when_a_mailbox_is_held(self, epoch, database):
        vanished = Vanished(database)
        assert [vanished.hold(epoch.id, now) for now in (300, 400)] == [300, 300]
