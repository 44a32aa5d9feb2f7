"""Clocks that nothing confirms: replies count from the one that is nearest to the truth, and a report says how many."""

from dataclasses import replace

import pytest

from office import Office
from replywatch.config.model import ImapAccount, MboxAccount
from replywatch.domain.results.warning import Code
from story import DAY, HOUR, Story, at, cases

MOVE = at("03-10 09:00")


def told(moved_ones, of=10, *, account="info", mailbox="Sent", apart=None):
    """Enquiries, each answered after an hour; of the first the reply was saved anew later, two in a second."""
    story = Story()
    for number in range(of):
        asked = story.inbound("anna", at("01-02 09:00") + number * DAY, subject=f"Offer {number}")
        sent = story.reply(asked, asked.when + HOUR, account=account, mailbox=mailbox)
        if number < moved_ones:
            saved = MOVE + number // 2 if apart is None else sent.when + apart
            sent.places[0] = replace(sent.places[0], internal_date=saved)
    return story


def report(office, story):
    office.tell(story)
    office.pass_()
    return office.report()


def warned(found):
    return [warning.values for warning in found.warnings if warning.code is Code.UNSURE_CLOCKS]


def test_a_part_that_was_moved_counts_by_date(tmp_path):
    """Ten of 35: no majority, and yet all ten would be answered months later."""
    found = report(Office(tmp_path), told(10, of=35))
    assert (found.summary.answered.n, found.summary.answered.max) == (35, HOUR)
    assert dict(found.doubts.by_reason) == {"answer_date": 10}
    assert warned(found) == [{"unsure": 10, "answered": 35, "reason": "answer_date"}]


ODD = [
    # story → waits, reasons
    ("none was moved", told(0), {HOUR}, {}),
    ("too few to tell of a move", told(9), {HOUR, None}, {"answer_internaldate": 9}),
    ("not sent mail", told(10, mailbox="Archive"), {HOUR}, {"answer_date": 10}),
    ("all saved three hours later", told(10, apart=3 * HOUR), {4 * HOUR}, {"answer_internaldate": 10}),
    ("all saved before they were written", told(10, apart=-5 * HOUR), {HOUR}, {"answer_date": 10}),
    ("all saved a year before", told(10, apart=-400 * DAY), {HOUR}, {"answer_date": 10}),
]


@cases("story", "waits", "reasons", rows=ODD)
def test_from_which_clock_replies_count(tmp_path, story, waits, reasons):
    office = Office(tmp_path)
    assert dict(report(office, story).doubts.by_reason) == reasons
    found = {wait for (wait,) in office.rows_of("SELECT answered_at - arrived_at FROM exchanges")}
    assert {wait if wait < DAY else None for wait in found} == waits


def test_the_time_of_a_file_decides_nothing(tmp_path):
    office = Office(tmp_path, ImapAccount("info"), MboxAccount("old"))
    found = report(office, told(10, account="old"))
    assert found.summary.answered.max == HOUR
    assert found.doubts.unsure == 0, "a Date of ours that has a zone is sure in files"


def test_moved_once_more_with_its_times_all_is_well(tmp_path):
    office = Office(tmp_path)
    story = told(10)
    assert warned(report(office, story))
    for mail in story.mails:
        if mail.places[0].mailbox == "Sent":
            again = replace(mail.places[0], internal_date=mail.when)
            office.sources["info"].deliver(mail, again)
    office.pass_()
    assert office.report().doubts.unsure == 0
    assert office.report().summary.answered.median == HOUR


@pytest.mark.parametrize("as_of", ["2026-01-05", "2026-01-20"])
def test_a_view_of_the_past_counts_what_was_answered_by_then(tmp_path, as_of):
    office = Office(tmp_path)
    assert report(office, told(10)).doubts.unsure == 10
    found = office.report(as_of=as_of)
    assert found.doubts.unsure == found.summary.answered.n
    assert (found.summary.answered.n == 10) == (as_of > "2026-01-11")


def test_unsure_is_an_answer_or_its_enquiry(tmp_path):
    """Of both, the arrival is named; who waits has no answer to doubt."""
    story = Story()
    imported = {"received": None, "internal": MOVE}
    both = story.inbound("anna", "02-01 09:00", **imported)
    story.reply(both, "02-01 10:00", internal=None, date=None)
    story.reply(story.inbound("carl", "02-02 09:00", **imported), "02-02 10:00")
    story.reply(story.inbound("dora", "02-03 09:00"), "02-03 10:00")
    story.inbound("emil", "02-04 09:00", **imported)
    found = report(Office(tmp_path), story)
    assert dict(found.doubts.by_reason) == {"arrival_date": 2}
    assert found.summary.answered.n == 3
