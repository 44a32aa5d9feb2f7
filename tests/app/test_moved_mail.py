"""Sent mail that was moved without its times: a report says that its figures are of the day of the move."""

from dataclasses import replace
from datetime import date

import pytest

from office import Office
from replywatch.config.model import ImapAccount, MboxAccount
from replywatch.domain.results.warning import Code
from story import DAY, HOUR, Story, at

MOVE = at("03-10 09:00")


def told(moved_ones, of=10, *, account="info", mailbox="Sent", apart=None, begin="02-01 09:00"):
    """Enquiries, each answered after an hour; of the first the reply was saved anew later."""
    story = Story()
    for number in range(of):
        asked = story.inbound("anna", at(begin) + number * DAY, subject=f"Offer {number}")
        sent = story.reply(asked, asked.when + HOUR, account=account, mailbox=mailbox)
        if number < moved_ones:
            saved = MOVE if apart is None else sent.when + apart
            sent.places[0] = replace(sent.places[0], internal_date=saved)
    return story


def warned(office, story):
    office.tell(story)
    office.pass_()
    return shifted(office)


def shifted(office):
    return [warning for warning in office.report().warnings if warning.code is Code.SENT_DATES_SHIFTED]


def test_how_many_and_when(tmp_path):
    office = Office(tmp_path)
    (warning,) = warned(office, told(8))
    assert warning.account == "info"
    assert warning.values == {"count": 8, "known": 10, "most_on": date(2026, 3, 10)}
    assert office.report().summary.answered.median > 2 * DAY, "the figures themselves follow the rule: INTERNALDATE"


@pytest.mark.parametrize(
    ("story", "why"),
    [
        (told(0), "none was moved"),
        (told(5), "half is not most"),
        (told(4, of=4), "too few to tell"),
        (told(10, apart=DAY), "a day may pass between writing and sending"),
        (told(10, apart=-400 * DAY), "a clock that is wrong is no move"),
        (told(10, mailbox="Archive"), "not sent mail"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_otherwise_nothing_is_said(tmp_path, story, why):
    assert warned(Office(tmp_path), story) == [], why


def test_the_time_of_a_file_counts_less_anyway(tmp_path):
    accounts = (ImapAccount("info"), MboxAccount("old"))
    office = Office(tmp_path, *accounts)
    assert warned(office, told(10, account="old")) == []
    assert office.report().summary.answered.median == HOUR


def test_each_account_for_itself(tmp_path):
    office = Office(tmp_path, ImapAccount("info"), ImapAccount("anna"), ImapAccount("ben"))
    office.tell(told(0, account="anna"))
    (warning,) = warned(office, told(9, account="ben", begin="02-01 10:30"))
    assert (warning.account, warning.values["count"], warning.values["known"]) == ("ben", 9, 10)


def test_moved_once_more_with_its_times_all_is_well(tmp_path):
    office = Office(tmp_path)
    story = told(10)
    assert warned(office, story)
    for mail in story.mails:
        if mail.places[0].mailbox == "Sent":
            again = replace(mail.places[0], internal_date=mail.when)
            office.sources["info"].deliver(mail, again)
    office.pass_()
    assert shifted(office) == []
    assert office.report().summary.answered.median == HOUR
