"""This machine's own clock: a pass, or several, while it was wrong, and what is left of that once it is right again."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from office import NOW, Office
from replywatch.app.progress import Silent
from replywatch.app.reporting.status import status
from replywatch.app.reporting.waiting import WaitingQuery, waiting
from replywatch.config.model import ImapAccount, MboxAccount
from replywatch.domain.messages import Answered
from replywatch.domain.results.warning import Code
from replywatch.errors import ConnectError, LoginError
from replywatch.store.database import Database
from replywatch.store.marks import Marks
from replywatch.store.own_clock import FIRST, INSTANTS, set_right
from replywatch.store.schema import DERIVED_TABLES
from story import DAY, HOUR, Story, at, cases

AHEAD = [("three days ahead", 3 * DAY), ("a hundred days ahead", 100 * DAY), ("ten years ahead", 3_652 * DAY)]
MAIL = frozenset({("covered_since", "clock"), ("locations", "internal_date"), ("moved_before", "saved_at")})
"""Columns of facts with instants that are mail's, and not ours."""


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def told(office, **said):
    """An answered and a waiting enquiry."""
    story = Story()
    story.reply(story.inbound("anna", "03-02 09:00"), "03-02 10:30")
    mail = story.inbound("will", "03-19 09:00", **said)
    office.tell(story)
    return story, mail


def wrong_pass(office, off):
    """A pass while the clock is off; then it is right again, an hour later."""
    office.now += HOUR + off
    for source in office.sources.values():
        source.asked.clear()
    outcomes = office.pass_(hours=0)
    office.now -= off
    return outcomes


def ahead(office):
    """Instants of ours that lie ahead: table, column, how many."""
    found = []
    for table, column, _ in INSTANTS:
        ((count,),) = office.rows_of(f"SELECT count(*) FROM {table} WHERE {column} > {office.now}")
        found += [(table, column, count)] if count else []
    return found


def judged(office):
    """All that is derived of messages."""
    return office.rows("judgements", "exchanges", "written", "evidence")


def assert_as_rebuilt(office):
    before = judged(office)
    office.derive_anew()
    assert judged(office) == before


def test_every_instant_of_ours_is_known(office):
    """A column that comes to the facts has to be here: what becomes of it if the clock was wrong?"""
    office.pass_()
    named = {(instant.table, instant.column) for instant in INSTANTS} | {
        ("refusals", "refused_at"),
        ("refusals", "until"),
    }
    tables = {name for (name,) in office.rows_of("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    facts = {name for name in tables.difference(DERIVED_TABLES) if not name.startswith(("_", "sqlite"))}
    assert facts > {"locations", "passes", "unopened"}
    found = set()
    for table in facts:
        for (column,) in office.rows_of(f"SELECT name FROM pragma_table_info('{table}') WHERE type = 'INTEGER'"):
            if re.search(r"_at$|seen$|^gone$|^until$|^read_to$|date$|clock$", column):
                found.add((table, column))
    assert found - MAIL == named


class TestAhead:
    @cases("off", rows=AHEAD)
    def test_nothing_is_left_of_it(self, office, off):
        """Mail is found, missed, answered and read to the end under the wrong clock."""
        story, _ = told(office)
        office.pass_()
        for number in range(30):
            mail = story.inbound(f"p{number}", at("03-20 09:00") + number)
            office.sources["info"].deliver(mail, mail.places[0])
        wrong_pass(office, off)
        office.sources["info"].answer("INBOX", 2)
        office.sources["info"].expunge("INBOX", 1)
        office.sources["info"].never.add(("INBOX", 20))
        wrong_pass(office, off + HOUR)
        assert {table for table, *_ in ahead(office)} == {"passes", "epochs", "locations"}
        office.pass_()
        assert ahead(office) == []
        assert_as_rebuilt(office)
        office.pass_()
        assert ahead(office) == []
        assert_as_rebuilt(office)

    @cases("off", rows=AHEAD)
    def test_figures_are_as_if_nothing_had_been(self, tmp_path, off):
        """Mail that tells nothing of its time apart, which was first seen when nobody knew when that was."""

        def lived(folder, *, off):
            office = Office(folder)
            story, _ = told(office)
            wrong_pass(office, off)
            source = office.sources["info"]
            later = story.reply(story.mails[-1], "03-20 13:30")
            source.deliver(later, later.places[0])
            trashed = source.move("INBOX", 1, "Trash")
            wrong_pass(office, off)
            wrong_pass(office, off)
            source.expunge("Trash", trashed)
            wrong_pass(office, off)
            between = office.figures()
            office.pass_()
            office.pass_()
            return between, office.figures(), judged(office)

        for folder in ("wrong", "right"):
            (tmp_path / folder).mkdir()
        assert lived(tmp_path / "wrong", off=off) == lived(tmp_path / "right", off=0)

    @cases("off", rows=AHEAD)
    def test_a_report_before_the_next_pass_speaks_of_now(self, office, off):
        told(office, date=None, received=None, internal=None)
        wrong_pass(office, off)
        report = office.report()
        assert report.as_of == office.now
        assert [person.contact for person in report.oldest_waiting] == ["will@will.example"]
        assert [warning.code for warning in report.warnings] == [Code.READ_IN_FUTURE]
        assert report.coverage.accounts[0].last_complete == office.now
        office.pass_()
        assert office.report().warnings == ()

    @cases("off", rows=AHEAD)
    def test_an_alarm_before_the_next_pass(self, office, off):
        """Who waits is listed; that nobody else does is not said."""
        told(office)
        wrong_pass(office, off)
        found = waiting(office.config, WaitingQuery(alarm=True), office.now, Silent())
        assert [row.exchange.contact for row in found.rows] == ["will@will.example"]
        assert (found.as_of, found.read_at, found.counted_to) == (office.now, office.now, office.now)
        assert Code.READ_IN_FUTURE in {warning.code for warning in found.warnings}

    @cases("off", rows=AHEAD)
    def test_status_before_the_next_pass(self, office, off):
        told(office)
        wrong_pass(office, off)
        found = status(office.config, office.now)
        assert (found.accounts[0].last_complete, found.accounts[0].last_attempt) == (office.now, office.now)
        assert [warning.code for warning in found.warnings] == [Code.READ_IN_FUTURE]

    @cases("off", rows=AHEAD)
    def test_it_hides_no_mail_that_was_read_too_long_ago(self, office, off):
        """Nor by the distance of two passes, which would tell how often this account is read."""
        told(office)
        office.pass_()
        wrong_pass(office, off)
        office.pass_()
        office.now += DAY + HOUR
        assert [warning.code for warning in office.report().warnings] == [Code.READ_LONG_AGO]

    @cases("off", rows=AHEAD)
    def test_of_an_account_that_fails_since_no_more_is_claimed_than_is_known(self, tmp_path, off):
        """It was read after the last pass under a right clock: up to there at least."""
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("eva"))
        told(office)
        office.pass_()
        right = office.now
        wrong_pass(office, off)
        office.sources["eva"].fails[""] = ConnectError("it hung up")
        office.pass_()
        assert office.report().as_of == right

    @cases("off", rows=AHEAD)
    def test_an_answer_that_was_seen_then(self, office, off):
        """It was given after the last look under a right clock, and by now."""
        _, mail = told(office)
        office.pass_()
        right = office.now
        wrong_pass(office, off)
        office.sources["info"].answer("INBOX", 2)
        wrong_pass(office, off)
        office.pass_()
        bounds = "SELECT unanswered_at, answered_at FROM locations WHERE answered_at IS NOT NULL"
        assert office.rows_of(bounds) == [(right, office.now)]
        assert office.exchanges_at()[mail.message_id] == "answered_time_unknown"

    def test_when_it_left_which_place_stays_in_order(self, office):
        """INBOX, then the trash: it was put away, and both are gone under the wrong clock."""
        told(office)
        office.pass_()
        source = office.sources["info"]
        uid = source.move("INBOX", 2, "Trash")
        for _ in range(2):
            wrong_pass(office, 10 * DAY)
        source.expunge("Trash", uid)
        for _ in range(2):
            wrong_pass(office, 90 * DAY)
        office.pass_()
        ((first, second),) = office.rows_of("SELECT min(gone), max(gone) FROM locations WHERE gone IS NOT NULL")
        assert first < second <= office.now
        assert office.rows_of("SELECT count(*) FROM judgements WHERE disposition = 'set_aside'") == [(1,)]

    def test_a_refusal_of_then_is_over(self, office):
        office.sources["info"].fails[""] = LoginError("wrong password")
        wrong_pass(office, 3_652 * DAY)
        del office.sources["info"].fails[""]
        assert office.one_pass().error is None
        assert office.rows("refusals") == {"refusals": []}

    def test_marks_hold_in_the_order_in_which_they_were_made(self, office):
        _, mail = told(office)
        office.pass_()
        with Database(office.config.store_path) as database:
            ((identity,),) = database.rows("SELECT id FROM exchanges WHERE message_id = ?", [mail.message_id])
            for off, answered in ((100 * DAY, mail.when + 60), (0, mail.when + 120)):
                Marks(database).put(identity, Answered(answered), office.now + off)
        office.pass_()
        assert office.rows_of("SELECT answered_at FROM exchanges WHERE marked") == [(mail.when + 120,)]
        assert ahead(office) == []

    def test_a_pass_that_was_killed_under_it(self, office):
        """Only what it had stored until then tells of it."""
        told(office)
        office.pass_()
        with Database(office.config.store_path) as database:
            database.execute("UPDATE passes SET finished_at = NULL")
            database.execute("UPDATE locations SET first_seen = ?", [office.now + 900 * DAY])
        office.pass_()
        assert ahead(office) == []
        assert_as_rebuilt(office)

    def test_the_first_pass_of_all(self, office):
        told(office, date=None, received=None, internal=None)
        wrong_pass(office, 3_652 * DAY)
        office.pass_()
        assert ahead(office) == []
        assert office.rows_of("SELECT arrived_at FROM exchanges ORDER BY 1 DESC LIMIT 1") == [(office.now,)]


class TestBehind:
    def busy(self, office):
        """Mail of many people, saved by a server when they wrote it."""
        story = Story()
        for number in range(5):
            story.inbound(f"p{number}", at("03-19 09:00") + number * HOUR)
        office.tell(story)
        return story

    @cases("off", rows=[("a month", 30 * DAY), ("some years", 2_000 * DAY), ("since it lost its battery", NOW)])
    def test_mail_knows_better(self, office, off):
        """Nothing that was said before is touched; time stands still until the clock is right."""
        story = self.busy(office)
        office.pass_()
        right = office.now
        before = office.rows("locations", "passes")
        silent = story.inbound("will", "03-20 13:00", date=None, received=None, internal=None)
        office.sources["info"].deliver(silent, silent.places[0])
        wrong_pass(office, -off)
        assert [row for row in office.rows("locations")["locations"] if row in before["locations"]] == before[
            "locations"
        ]
        assert office.rows("passes")["passes"][0] == before["passes"][0]
        office.pass_()
        assert office.rows_of("SELECT arrived_at FROM exchanges ORDER BY 1 DESC LIMIT 1") == [(right,)]
        assert_as_rebuilt(office)

    @cases(
        *("people", "changed"),
        rows=[
            ("two people", 2, {}),
            ("whose own clocks don't say so", 5, {"internal": at("03-19 09:00") + 20 * DAY}),
            ("in files, whose times anybody makes", 5, {"account": MboxAccount("info")}),
        ],
    )
    def test_too_little_to_go_by(self, tmp_path, people, changed):
        """Then it is the clock of now that counts."""
        account = changed.pop("account", ImapAccount("info"))
        office, story = Office(tmp_path, account), Story()
        for number in range(people):
            story.inbound(f"p{number}", at("03-19 09:00") + number * HOUR, **changed)
        office.tell(story)
        office.pass_()
        with Database(office.config.store_path) as database:
            assert set_right(database, office.now - 2 * DAY) == office.now - 2 * DAY

    def test_a_clock_without_a_battery_at_the_first_pass(self, office):
        told(office, date=None, received=None, internal=None)
        wrong_pass(office, -NOW)
        assert office.rows_of("SELECT max(first_seen) < 86400 FROM locations") == [(1,)]
        office.pass_()
        assert office.rows_of("SELECT min(first_seen), min(started_at) FROM locations, passes") == [(office.now,) * 2]
        assert office.rows_of("SELECT arrived_at FROM exchanges ORDER BY 1 DESC LIMIT 1") == [(office.now,)]
        assert_as_rebuilt(office)
        assert at("2020-01-01") == FIRST


OFFSETS = st.sampled_from([0, 0, 3 * DAY, 100 * DAY, 3_652 * DAY])
DEEDS = st.sampled_from(["mail", "reply", "answer", "trash", "delete", "nothing"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(OFFSETS, DEEDS), min_size=1, max_size=6), st.integers(0, 9))
def test_any_clock_ahead_and_then_two_right_passes(tmp_path_factory, passes, seed):
    """The store says what one says whose clock was right, but for the bounds of answers, which are wider.

    A clock that is off by less than the time to the next right pass can be told by nothing.
    """

    def lived(*, right):
        office, dice = Office(tmp_path_factory.mktemp("lived")), random.Random(seed)
        story, _ = told(office)
        for number, (off, deed) in enumerate(passes):
            source, inbox = office.sources["info"], office.sources["info"].boxes["INBOX"].messages
            uid = dice.choice([*inbox, 0])
            when = at("03-20 12:00") + number * HOUR
            match deed:
                case "mail":
                    mail = story.inbound(f"p{number}", when)
                    source.deliver(mail, mail.places[0])
                case "reply":
                    mail = story.reply(story.mails[-1] if story.mails[-1].message_id else story.mails[0], when + 60)
                    source.deliver(mail, mail.places[0])
                case "answer" if uid:
                    source.answer("INBOX", uid)
                case "trash" if uid:
                    source.move("INBOX", uid, "Trash")
                case "delete" if trash := source.boxes.get("Trash"):
                    trash.messages.clear()
            wrong_pass(office, 0 if right else off)
        office.pass_()
        office.pass_()
        return office

    wrong, right = lived(right=False), lived(right=True)
    assert ahead(wrong) == []
    assert_as_rebuilt(wrong)
    assert wrong.figures() == right.figures()
    assert wrong.exchanges_at() == right.exchanges_at()
    bounds = "SELECT id, answered_after, answered_before FROM exchanges WHERE answered_before IS NOT NULL ORDER BY id"
    for (one, after, before), (other, since, until) in zip(wrong.rows_of(bounds), right.rows_of(bounds), strict=True):
        assert one == other
        assert (after or 0) <= (since or 0) or since is None
        assert before >= until
    assert wrong.rows("judgements", "written", "evidence") == right.rows("judgements", "written", "evidence")
