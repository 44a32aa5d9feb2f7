"""When mail was read too long ago, and what an alarm makes of it."""

from dataclasses import replace

import pytest

from office import Office
from replywatch.app.polling.poll import Choice, poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.app.reporting.view import viewed
from replywatch.app.reporting.waiting import WaitingQuery, waiting
from replywatch.config.model import ImapAccount, MboxAccount
from replywatch.domain.results.waiting import Verdict
from replywatch.errors import LoginError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from story import DAY, HOUR, Story, cases


def office_with(folder, *accounts):
    office = Office(folder, *accounts)
    story = Story()
    account = office.config.accounts[0].name
    enquiry = story.inbound("anna", office.now - 30 * DAY, account=account)
    story.reply(enquiry, office.now - 29 * DAY, account=account)
    office.tell(story)
    return office


def codes(office, later):
    report = make_report(office.config, ReportQuery(since="all"), office.now + later, Silent())
    return [warning.code.value for warning in report.warnings]


@pytest.mark.parametrize(("every", "stale"), [(1, DAY), (12, 36 * HOUR), (24, 3 * DAY), (7 * 24, 21 * DAY)])
def test_a_pass_is_old_after_three_times_the_usual_distance_but_not_within_a_day(tmp_path, every, stale):
    office = office_with(tmp_path)
    for _ in range(4):
        office.pass_(every)
    assert codes(office, stale - 1) == []
    assert codes(office, stale) == ["read_long_ago"]


def test_what_the_config_says_of_it_holds(tmp_path):
    office = office_with(tmp_path)
    office.pass_()
    report = replace(office.config.report, stale_after=2 * HOUR)
    office.config = replace(office.config, report=report)
    assert codes(office, 2 * HOUR - 1) == []
    assert codes(office, 2 * HOUR) == ["read_long_ago"]


def test_one_pause_of_a_week_does_not_make_a_week_usual(tmp_path):
    office = office_with(tmp_path)
    for hours in (1, 1, 1, 7 * 24, 1, 1):
        office.pass_(hours)
    assert codes(office, DAY) == ["read_long_ago"]


def test_an_archive_that_was_just_read_is_not_old(tmp_path):
    """Its mail ends years ago; that is said, and nobody is told to poll."""
    office = office_with(tmp_path, MboxAccount("archive"))
    office.pass_()
    assert codes(office, HOUR) == ["archive_ends"]
    assert codes(office, DAY) == ["read_long_ago", "archive_ends"]


def told(office, older_than, later=0):
    return waiting(office.config, WaitingQuery(older_than=older_than, alarm=True), office.now + later, Silent())


def one_who_waits(folder, hours, *, reads_sent=True, accounts=()):
    """Somebody wrote so many hours before the first pass."""
    office = Office(folder, *accounts)
    story = Story()
    if reads_sent:
        story.outbound("xaver", office.now - 60 * DAY)
    story.inbound("anna", office.now + HOUR - hours * HOUR)
    office.tell(story)
    office.pass_()
    return office


ALARMS = [
    # hours: that she waits at the pass, that are asked for, since the pass; sent mail is read; verdict
    ("longer than asked for", (5, 4, 0), True, Verdict.BREACH),
    ("not so long", (3, 4, 0), True, Verdict.FINE),
    ("not so long then, but by now", (3, 4, 2), True, Verdict.BREACH),
    ("known, though read too long ago", (3, 4, 48), True, Verdict.BREACH),
    ("nobody, but read too long ago", (3, 100, 48), True, Verdict.CANT_SAY),
    ("nobody, read a moment ago", (3, 100, 0), True, Verdict.FINE),
    ("without sent mail nobody can say", (5, 4, 0), False, Verdict.CANT_SAY),
    ("without sent mail, but not so long", (3, 4, 0), False, Verdict.FINE),
    ("without sent mail, not so long then, but by now", (3, 4, 2), False, Verdict.CANT_SAY),
]


@cases("hours", "reads_sent", "verdict", rows=ALARMS)
def test_what_an_alarm_says(tmp_path, hours, reads_sent, verdict):
    waits, asked_for, later = hours
    office = one_who_waits(tmp_path, waits, reads_sent=reads_sent)
    found = told(office, asked_for * HOUR, later * HOUR)
    assert found.verdict(turns=False) is verdict
    assert len(found.rows) == (verdict is Verdict.BREACH)


def test_rows_that_are_dropped_meanwhile_are_no_silence(tmp_path):
    """Another program derives all anew, since the config changed, or drops an account."""
    office = one_who_waits(tmp_path, 10)
    with viewed(office.config, ReportQuery(), office.now, Silent()) as view:
        with Database(office.config.store_path) as other:
            Derived(other).restart("", 0)
        assert [found.status.value for found in view.exchanges()] == ["waiting"]
    office.derive_anew()
    assert len(told(office, 0).rows) == 1


def test_a_wrong_password_is_no_silence(tmp_path):
    office = one_who_waits(tmp_path, 3)
    office.sources["info"].fails[""] = LoginError("the login was refused")
    office.pass_()
    assert told(office, 100 * HOUR).verdict(turns=False) is Verdict.CANT_SAY
    assert told(office, 2 * HOUR).verdict(turns=False) is Verdict.BREACH


def test_an_account_that_is_new_in_the_config_is_none_that_nobody_wrote_to(tmp_path):
    office = one_who_waits(tmp_path, 3)
    office.config = replace(office.config, accounts=(*office.config.accounts, ImapAccount("anna")))
    assert told(office, 100 * HOUR).verdict(turns=False) is Verdict.CANT_SAY


def test_who_wrote_to_an_account_that_was_read_since_others_were_may_wait(tmp_path):
    """The answer may lie where nobody looked; that there is somebody is known."""
    office = one_who_waits(tmp_path, 1, accounts=(ImapAccount("info"), ImapAccount("anna", watched=False)))
    story = Story()
    story.inbound("late", office.now + 5 * HOUR)
    story.reply(story.inbound("done", office.now + 5 * HOUR), office.now + 6 * HOUR)
    office.tell(story)
    office.now += 10 * HOUR
    sources, clock = office.sources, office.now
    poll(office.config, lambda a: sources[a.name], lambda: clock, Silent(), choice=Choice(("info",)))
    found = told(office, 4 * HOUR)
    assert [row.exchange.contact for row in found.rows] == ["anna@anna.example"]
    assert [row.exchange.contact for row in found.may_wait] == ["late@late.example"]
    assert set(found.short_ids) == {row.exchange.id for row in (*found.rows, *found.may_wait)}
    assert told(office, 6 * HOUR).may_wait == []
    office.pass_(0)
    assert len(told(office, 4 * HOUR).rows) == 2


def test_later_turns_count_where_they_are_asked_for(tmp_path):
    office = Office(tmp_path)
    story = Story()
    first = story.inbound("anna", office.now - 3 * DAY)
    story.answer(story.reply(first, office.now - 2 * DAY), office.now - DAY)
    office.tell(story)
    office.pass_()
    found = told(office, HOUR)
    assert [row.exchange.ordinal for row in found.rows] == [2]
    assert found.verdict(turns=True) is Verdict.BREACH
    assert found.verdict(turns=False) is Verdict.FINE


def test_who_may_wait_is_no_silence_however_short_the_period_is(tmp_path):
    office = one_who_waits(tmp_path, 10 * 24, reads_sent=False)
    office.config = replace(office.config, report=replace(office.config.report, period="3d"))
    assert told(office, HOUR).verdict(turns=False) is Verdict.CANT_SAY
    asked = WaitingQuery(since="3d", alarm=True)
    assert waiting(office.config, asked, office.now, Silent()).verdict(turns=False) is Verdict.FINE


def test_who_waits_is_listed_however_short_the_period_is(tmp_path):
    office = one_who_waits(tmp_path, 10 * 24)
    office.config = replace(office.config, report=replace(office.config.report, period="3d"))
    assert len(told(office, HOUR).rows) == 1
    asked = WaitingQuery(since="3d")
    assert waiting(office.config, asked, office.now, Silent()).rows == []
