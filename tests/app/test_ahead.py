"""Instants that lie ahead of the last pass are read as now, and set right once a pass comes after them."""

from __future__ import annotations

import pytest

from office import NOW, Office
from replywatch.config.model import MboxAccount
from story import DAY, HOUR, MINUTE, Story


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path, MboxAccount("info"))


def arrivals(office):
    return office.rows_of("SELECT arrived_at, arrival_source, arrival_sure FROM exchanges")


def told(office, when, **said):
    story = Story(archives=["info"])
    mail = story.inbound("anna", when, received=None, internal=None, **said)
    office.tell(story)
    return story, mail


def rebuilt(office):
    tables = ("judgements", "exchanges")
    before = office.rows(*tables)
    office.derive_anew()
    return office.rows(*tables) == before


def test_a_computer_whose_clock_runs_ahead(office):
    """It was read two hours before it says that it was written; three passes later that has come."""
    sent = NOW + 3 * HOUR
    told(office, sent)
    office.pass_()
    first = office.now
    assert arrivals(office) == [(first, "first_seen", 0)]
    assert rebuilt(office)
    office.pass_()
    assert arrivals(office) == [(first, "first_seen", 0)], "it doesn't move along with the passes"
    office.pass_()
    assert arrivals(office) == [(sent, "date", 0)]
    assert rebuilt(office)


def test_a_date_in_some_other_century(office):
    told(office, NOW + 36_000 * DAY)
    office.pass_()
    first = office.now
    for _ in range(3):
        office.pass_()
    assert arrivals(office) == [(first, "first_seen", 0)]
    assert office.report().summary.total == 1, "somebody waits"


def test_read_by_a_machine_whose_clock_was_behind(office):
    """Everything lies ahead of that pass; the next one knows better."""
    _, mail = told(office, NOW - HOUR)
    office.pass_(hours=-365 * 24)
    assert arrivals(office) == [(office.now, "first_seen", 0)]
    office.pass_(hours=365 * 24)
    assert arrivals(office) == [(mail.when, "date", 0)]
    assert rebuilt(office)


def test_read_by_a_machine_whose_clock_was_ahead(office):
    """When it was first seen is all that is known; that moment is still to come."""
    told(office, NOW, date=None)
    office.pass_(hours=365 * 24)
    office.pass_(hours=-365 * 24)
    assert arrivals(office) == [(office.now, "first_seen", 0)]
    assert rebuilt(office)


def test_a_reply_from_such_a_computer(office):
    """In a file nothing confirms its Date: it is sure only once it is past."""
    story, mail = told(office, NOW)
    reply = story.reply(mail, NOW + HOUR + 5 * MINUTE, internal=None)
    office.sources["info"].deliver(reply, reply.places[0])
    office.pass_()
    answers = "SELECT answered_at, answer_source, answer_sure FROM exchanges"
    assert office.rows_of(answers) == [(office.now, "first_seen", 0)]
    office.pass_()
    assert office.rows_of(answers) == [(reply.when, "date", 1)]
    assert rebuilt(office)


def test_a_clock_that_is_set_back(office):
    """What was past is ahead once more; until the clock has come there again."""
    _, mail = told(office, NOW - HOUR)
    office.pass_()
    assert arrivals(office) == [(mail.when, "date", 0)]
    office.pass_(hours=-5)
    assert arrivals(office) == [(office.now, "first_seen", 0)]
    assert rebuilt(office)
    office.pass_(hours=5)
    assert arrivals(office) == [(mail.when, "date", 0)]
    assert rebuilt(office)
