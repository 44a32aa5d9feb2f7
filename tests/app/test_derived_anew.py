"""A command that derives everything anew says so, and why: the rules are new, or the config is another."""

from dataclasses import replace

import pytest

from office import Office
from replywatch.app.deriving.erase import before, erase
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.store.database import Database
from story import Story, at, cases


class Heard(Silent):
    """What was said."""

    def __init__(self):
        self.said, self.noted = [], []

    def say(self, notice):
        self.said.append(notice.code)

    def note(self, notice):
        self.noted.append(notice.code)


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    story = Story()
    story.reply(story.inbound("anna", "03-02 09:00"), "03-02 10:00")
    office.tell(story)
    office.pass_()
    return office


def heard(office):
    """(said, noted) while a report is made."""
    progress = Heard()
    make_report(office.config, ReportQuery(since="all"), office.now, progress)
    return progress.said, progress.noted


def change(office, sql):
    with Database(office.config.store_path) as database:
        database.execute(sql)


@cases(
    *("sql", "said"),
    rows=[
        ("rules of an earlier release", f"rules_version = {RULES_VERSION - 1}, fingerprint = 'x'", ["new_rules"]),
        ("a release that did not note them", "rules_version = 0, fingerprint = ''", ["new_rules"]),
    ],
)
def test_new_rules_are_said_once(office, sql, said):
    change(office, f"UPDATE derivation SET {sql}")
    assert heard(office) == (said, [])
    assert heard(office) == ([], [])


def test_another_config_is_no_new_rules(office):
    office.config = replace(office.config, report=replace(office.config.report, new_enquiry_after=5))
    assert heard(office) == ([], ["config_changed"])
    assert heard(office) == ([], [])


def test_both_at_once_are_new_rules(office):
    change(office, "UPDATE derivation SET rules_version = rules_version - 1")
    office.config = replace(office.config, report=replace(office.config.report, new_enquiry_after=5))
    assert heard(office) == (["new_rules"], [])


def test_nothing_is_said_of_what_was_never_derived(office):
    """Neither the first time, nor when `forget` or `purge` dropped it all."""
    change(office, "DELETE FROM derivation")
    assert heard(office) == ([], [])


def test_erasing_derives_anew_for_a_reason_of_its_own(office):
    progress = Heard()
    erase(office.config, before(at("03-02 09:30")), office.now, progress)
    assert (progress.said, progress.noted) == ([], [])
