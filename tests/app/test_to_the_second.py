"""Where a period, a moment and what was read begin and end, to the second."""

from datetime import UTC, datetime

import pytest

from office import NOW, Office, exported
from replywatch.app.deriving.erase import before, erase
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.waiting import WaitingQuery, waiting
from replywatch.config.model import MboxAccount
from story import HOUR, Story, at, cases

ARRIVED = at("03-10 09:00")
ANSWERED = ARRIVED + HOUR


def iso(moment):
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


def told(folder, *, answered):
    """An enquiry and mail of ours from an unknown address in one second; with `answered` there is an answer later."""
    office, story = Office(folder), Story()
    story.outbound("xaver", "01-05 09:00")
    asked = story.inbound("anna", ARRIVED)
    if answered:
        story.reply(asked, ANSWERED)
    story.mail("sales@example.net", ARRIVED, "carl", subject="Beech", mailbox="Sent", received=None)
    office.tell(story)
    office.pass_()
    return office


@pytest.fixture(params=[False, True], ids=["as it is stored", "derived again, since it went on later"])
def office(tmp_path, request):
    return told(tmp_path, answered=request.param)


PERIODS = [
    # since, until, as_of: seconds from the arrival; and whether the enquiry is there
    ("as_of the second of its arrival", None, None, 0, True),
    ("as_of the second before", None, None, -1, False),
    ("since the second of its arrival", 0, None, 60, True),
    ("since the second after", 1, None, 60, False),
    ("until the second of its arrival, which is left out", None, 0, 60, False),
    ("until the second after", None, 1, 60, True),
]


@cases("since", "until", "as_of", "there", rows=PERIODS)
def test_an_enquiry_that_arrives_at_an_edge(office, since, until, as_of, there):
    moments = [None if seconds is None else iso(ARRIVED + seconds) for seconds in (since, until, as_of)]
    query = {"since": moments[0] or "all", "until": moments[1], "as_of": moments[2]}
    report = office.report(**query)
    assert report.summary.total == report.summary.counts["waiting"] == there
    assert [person.waiting_seconds for person in report.oldest_waiting] == [as_of] * there
    found_at = exported(office.config, ReportQuery(**({"since": "all"} | query), first_only=False))
    assert [found.exchange.arrived_at for found in found_at] == [ARRIVED] * there
    assert report.ledger.counted == there
    assert report.ledger.foreign == there
    assert report.coverage.senders_not_ours == (("sales@example.net", 1),) * there


def test_exported_in_the_order_of_arrival_whether_stored_or_derived_again(tmp_path):
    office, story = Office(tmp_path), Story()
    for hour in range(6):
        asked = story.inbound(f"c{hour}", ARRIVED + hour * HOUR)
        if hour % 2:
            story.reply(asked, ARRIVED + 9 * HOUR)
    office.tell(story)
    office.pass_()
    query = ReportQuery(since="all", as_of=iso(ARRIVED + 8 * HOUR))
    found_at = exported(office.config, query)
    assert [found.exchange.contact.partition("@")[0] for found in found_at] == [f"c{hour}" for hour in range(6)]


@pytest.mark.parametrize(("as_of", "row"), [(ANSWERED - 1, "waiting"), (ANSWERED, "under_24h")])
def test_an_answer_counts_from_the_second_on_in_which_it_was_sent(tmp_path, as_of, row):
    report = told(tmp_path, answered=True).report(as_of=iso(as_of))
    assert {key: count for key, count in report.summary.counts.items() if count} == {row: 1}


class TestWrittenElsewhere:
    WRITTEN = at("02-20 09:00")

    def told(self, folder, *written):
        office, story = Office(folder), Story()
        story.outbound("xaver", "01-02 09:00")
        story.inbound("nora", "01-10 09:00", subject="Oak")
        for number, moment in enumerate(written):
            story.outbound("nora", moment, subject=f"Something else {number}")
        office.tell(story)
        office.pass_()
        return office

    def known(self, office, as_of):
        query = {"since": "all", "until": "2026-01-31", "as_of": iso(as_of)}
        (found,) = exported(office.config, ReportQuery(**({"since": "all"} | query)))
        assert office.report(**query).contact_written_to == (found.contact_written_to_at is not None)
        return found.contact_written_to_at

    def test_at_as_of_it_has_happened(self, tmp_path):
        office = self.told(tmp_path, self.WRITTEN)
        assert self.known(office, self.WRITTEN) == self.WRITTEN
        assert self.known(office, self.WRITTEN - 1) is None

    def test_in_the_second_of_the_arrival_it_is_not_afterwards(self, tmp_path):
        office = self.told(tmp_path, "01-10 09:00:00")
        assert self.known(office, None) is None

    def test_the_first_time_is_said(self, tmp_path):
        office = self.told(tmp_path, "03-01 09:00", self.WRITTEN, "01-10 09:00")
        assert self.known(office, None) == self.WRITTEN


def test_the_newest_message_of_files_may_be_written_in_the_second_of_the_pass(tmp_path):
    office, story = Office(tmp_path, MboxAccount("info")), Story()
    story.inbound("anna", "03-10 09:00")
    story.inbound("carl", NOW + HOUR)
    office.tell(story)
    office.pass_()
    assert office.report().as_of == NOW + HOUR


class TestCovered:
    """From the oldest mail of ours on, be it in Sent or in an archive."""

    def told(self, office, *mails):
        """Mail of ours: (moment, mailbox, subject); those of one subject and person are of one cluster."""
        story = Story()
        for moment, mailbox, subject in mails:
            story.outbound("xaver", moment, mailbox=mailbox, subject=subject)
        office.tell(story)
        office.pass_()
        (account,) = office.report().coverage.accounts
        return account.covered_from

    @pytest.mark.parametrize(
        "mails",
        [
            [("01-05 09:00", "Sent", "Oak"), ("02-05 09:00", "Sent", "Oak"), ("03-05 09:00", "Sent", "Oak")],
            [("03-05 09:00", "Sent", "Oak"), ("01-05 09:00", "Sent", "Oak"), ("02-05 09:00", "Sent", "Oak")],
            [("02-05 09:00", "Sent", "Oak"), ("01-05 09:00", "Sent", "Beech"), ("03-05 09:00", "Sent", "Ash")],
            [("01-05 09:00", "Archive", "Oak"), ("03-05 09:00", "Archive", "Beech")],
            [("01-05 09:00", "Archive", "Oak"), ("03-05 09:00", "Sent", "Beech")],
            [("03-05 09:00", "Archive", "Oak"), ("01-05 09:00", "Sent", "Beech")],
        ],
        ids=["one cluster", "in no order", "many clusters", "an archive", "archive first", "Sent first"],
    )
    def test_from_the_oldest(self, tmp_path, mails):
        assert self.told(Office(tmp_path), *mails) == at("01-05 09:00")

    @pytest.mark.parametrize(
        ("found_later", "begins"), [("03-05 09:00", "01-05 09:00"), ("01-02 09:00", "01-02 09:00")]
    )
    def test_from_the_oldest_that_was_purged_unless_older_mail_is_found(self, tmp_path, found_later, begins):
        office = Office(tmp_path)
        self.told(office, ("01-05 09:00", "Sent", "Oak"), ("02-05 09:00", "Sent", "Beech"))
        erase(office.config, before(at("01-20 00:00")), office.now, Silent())
        assert self.told(office, (found_later, "Sent", "Ash")) == at(begins)


def test_who_waits_exactly_so_long_is_on_the_list(tmp_path):
    office = told(tmp_path, answered=False)
    as_of = office.report().as_of
    age = as_of - ARRIVED
    assert len(waiting(office.config, WaitingQuery(older_than=age), as_of, Silent()).rows) == 1
    assert len(waiting(office.config, WaitingQuery(older_than=age + 1), as_of, Silent()).rows) == 0
