"""A clock that was wrong and is set right: nothing of what was found in between makes nonsense of the figures."""

from itertools import count

import pytest

from office import NOW, Office
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import ImapAccount
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.errors import ConnectError
from story import HOUR, Story, at, cases

YEAR = 365 * 24
"""Hours of one."""


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def told(office, **said):
    """An answered and a waiting enquiry."""
    story = Story()
    story.reply(story.inbound("anna", "03-02 09:00"), "03-02 10:30")
    waiting = story.inbound("will", "03-19 09:00", **said)
    office.tell(story)
    return story, waiting


WRONG = [
    # hours by which the clock is wrong in one pass
    ("a year ahead", YEAR),
    ("a year behind", -YEAR),
    ("an hour behind", -1),
]


@cases("off", rows=WRONG)
def test_as_of_is_the_start_of_the_pass_that_was_last(office, off):
    """Not the latest instant: that of the wrong clock would hold for a year, and everybody would wait for ever."""
    told(office)
    office.pass_()
    right = office.figures()
    office.pass_(hours=off)
    assert office.report().as_of == office.now
    office.pass_(hours=1 - off)
    assert office.report().as_of == office.now
    assert office.figures() == right


def test_a_failed_pass_under_a_wrong_clock_moves_nothing(tmp_path):
    office = Office(tmp_path, ImapAccount("info"), ImapAccount("eva"))
    told(office)
    office.pass_()
    as_of = office.now
    office.sources["eva"].fails[""] = ConnectError("it hung up")
    office.pass_(hours=-5)
    assert office.report().as_of == office.now, "that of info, which was read last"
    office.pass_(hours=10)
    assert office.report().as_of == as_of - 5 * HOUR, "that of eva, read up to there at least"


def test_mail_keeps_its_own_clocks(office):
    """When it was found under a wrong clock says nothing of its arrival, if anything else does."""
    told(office)
    office.now += YEAR * HOUR
    office.pass_()
    office.now -= YEAR * HOUR
    office.pass_()
    assert office.rows_of("SELECT arrived_at FROM exchanges ORDER BY arrived_at") == [
        (at("03-02 09:00"),),
        (at("03-19 09:00"),),
    ]


@cases("off", rows=WRONG)
def test_which_place_it_left_last_decides(office, off):
    """Moved to the trash, and deleted there: it was put away, whatever the clock said of both."""

    def put_away():
        return office.rows_of("SELECT count(*) FROM judgements WHERE disposition = 'set_aside'") == [(1,)]

    told(office)
    office.pass_()
    source = office.sources["info"]
    uid = source.move("INBOX", 2, "Trash")
    office.pass_(hours=off)
    office.pass_()
    assert put_away()
    source.expunge("Trash", uid)
    office.pass_(hours=-off)
    office.pass_()
    assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(2,)]
    assert put_away()


@cases("off", rows=WRONG)
def test_an_answer_that_the_server_tells_of(office, off):
    """Between which moments it was given: never the later one first, and no moment that is still to come."""
    _, waiting = told(office)
    office.pass_()
    office.pass_(hours=off)
    office.sources["info"].answer("INBOX", 2)
    office.pass_(hours=1 - off)
    ((since, found),) = office.rows_of("SELECT unanswered_at, answered_at FROM locations WHERE answered_at IS NOT NULL")
    assert found == office.now
    assert since is None or since <= found
    assert office.exchanges_at()[waiting.message_id] == "answered_time_unknown"


def test_found_for_the_first_time_under_a_clock_ahead_and_answered_since(office):
    office.now += YEAR * HOUR
    _, waiting = told(office)
    office.pass_()
    office.sources["info"].answer("INBOX", 2)
    office.pass_(hours=-YEAR)
    assert office.rows_of("SELECT unanswered_at, answered_at FROM locations WHERE answered_at IS NOT NULL") == [
        (None, office.now)
    ]
    assert office.exchanges_at()[waiting.message_id] == "answered_time_unknown"


def test_deleted_mail_is_gone_after_two_passes_whatever_the_clock_says(office):
    told(office)
    office.pass_()
    office.sources["info"].expunge("INBOX", 1)
    for hours in (1, -YEAR, 1):
        office.pass_(hours=hours)
    assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(1,)]
    office.pass_()
    assert office.sources["info"].asked == [], "it is settled"


def test_numbered_anew_under_a_clock_set_back(office):
    told(office)
    office.pass_()
    before = office.figures()
    office.sources["info"].renumber("INBOX")
    office.pass_(hours=-YEAR)
    office.pass_(hours=YEAR)
    assert office.figures() == before
    office.pass_()
    assert office.sources["info"].asked == []


def test_a_report_says_when_it_speaks_of_a_moment_to_come(office):
    told(office)
    office.pass_(hours=YEAR)
    office.now = NOW
    (warning,) = office.report().warnings
    assert warning == Warning(Code.READ_IN_FUTURE, values={"last_read_at": at("2027-03-20 12:00")})
    office.now += YEAR * HOUR
    assert office.report().warnings == ()


def test_a_poll_that_takes_its_time_knows_of_answers_as_of_its_beginning(tmp_path):
    """Figures speak of the beginning of the poll; flags that it finds while it reads must not lie after that."""
    office, story = Office(tmp_path, ImapAccount("info"), ImapAccount("shop")), Story()
    mails = [
        story.inbound(sender, "03-02 09:00", account=account)
        for account, sender in (("info", "anna"), ("info", "will"), ("shop", "nora"), ("shop", "carl"))
    ]
    office.tell(story)
    anna, will, nora, carl = mails

    def slow_poll():
        clock = count(office.now)
        poll(office.config, lambda a: office.sources[a.name], lambda: next(clock), Silent())

    office.sources["info"].answer("INBOX", 1)
    office.sources["shop"].answer("INBOX", 1)
    slow_poll()
    unanswered = {will.message_id: "unknown", carl.message_id: "unknown"}
    answered = {anna.message_id: "answered_time_unknown", nora.message_id: "answered_time_unknown"}
    assert office.exchanges_at() == answered | unanswered
    office.sources["info"].answer("INBOX", 2)
    office.sources["shop"].answer("INBOX", 2)
    office.now += HOUR
    slow_poll()
    assert office.exchanges_at() == answered | dict.fromkeys(unanswered, "answered_time_unknown")
