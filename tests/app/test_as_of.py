"""The moment a report speaks of (what is counted, point 10)."""

from dataclasses import replace

import pytest

from office import NOW, Office
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.model import ImapAccount, MaildirAccount, MboxAccount
from replywatch.errors import ConnectError, ReplywatchError
from story import HOUR, Story, at, cases

FIRST, SECOND = NOW + HOUR, NOW + 2 * HOUR
NEWEST = at("03-10 10:00")
"""When the newest message of the story was written."""

ACCOUNTS = [
    # accounts, which of them fails in the second pass → as_of
    ("both complete", (ImapAccount("info"), ImapAccount("eva")), "", SECOND),
    ("one failed since", (ImapAccount("info"), ImapAccount("eva")), "eva", FIRST),
    ("the other failed since", (ImapAccount("info"), ImapAccount("eva")), "info", FIRST),
    ("a Maildir failed since", (ImapAccount("info"), MaildirAccount("eva")), "eva", FIRST),
    ("an mbox file holds nothing back", (ImapAccount("info"), MboxAccount("eva")), "eva", SECOND),
    ("mbox files alone", (MboxAccount("info"), MboxAccount("eva")), "", NEWEST),
]


@cases("accounts", "failing", "as_of", rows=ACCOUNTS)
def test_the_earliest_of_the_last_complete_passes(tmp_path, accounts, failing, as_of):
    office = told(tmp_path, *accounts)
    office.pass_()
    if failing:
        office.sources[failing].fails[""] = ConnectError("it hung up")
    office.pass_()
    assert office.report().as_of == as_of


def test_an_account_that_is_retired_holds_nothing_back(tmp_path):
    office = told(tmp_path, ImapAccount("info"), ImapAccount("eva"))
    office.pass_()
    info, eva = office.config.accounts
    office.config = replace(office.config, accounts=(info, replace(eva, enabled=False)))
    office.pass_()
    assert office.report().as_of == SECOND


def test_mail_dated_after_the_pass_moves_no_moment(tmp_path):
    office = told(tmp_path, MboxAccount("info"))
    story = Story()
    story.inbound("carl", "2031-01-01 09:00")
    office.tell(story)
    office.pass_()
    assert office.report().as_of == NEWEST


def test_of_files_that_failed_since_nothing_newer_counts(tmp_path):
    """What the other file got since then may be an answer to what the failing one holds."""
    office = told(tmp_path, MboxAccount("info"), MboxAccount("eva"))
    office.pass_()
    story = Story()
    story.inbound("carl", FIRST + 60)
    office.tell(story)
    office.sources["eva"].fails[""] = ConnectError("it hung up")
    office.pass_()
    assert office.report().as_of == NEWEST


def test_no_figures_without_a_complete_pass(tmp_path):
    office = told(tmp_path, ImapAccount("info"))
    office.sources["info"].fails[""] = ConnectError("it hung up")
    office.pass_()
    with pytest.raises(ReplywatchError, match="no account has been read completely"):
        make_report(office.config, ReportQuery(), office.now, Silent())


def told(folder, *accounts):
    """An office with an answered enquiry in its first account."""
    office, story = Office(folder, *accounts), Story()
    story.reply(story.inbound("anna", "03-10 09:00"), "03-10 10:00")
    office.tell(story)
    return office
