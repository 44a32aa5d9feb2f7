"""Sent mail that begins late is said where it makes a difference, and nowhere else."""

import pytest

from office import NOW, Office
from story import DAY, Story

BEGINS = NOW - 30 * DAY


def codes(office, **query):
    return [warning.code.value for warning in office.report(**query).warnings]


@pytest.mark.parametrize(
    ("days", "answered", "query", "said"),
    [
        (40, False, {}, True),
        (40, True, {}, False),
        (20, False, {}, False),
        (40, False, {"since": "90d"}, True),
        (40, False, {"since": "35d"}, False),
        (40, False, {"until": "35d"}, True),
        (40, False, {"until": "60d"}, False),
    ],
)
def test_only_where_mail_before_it_has_no_answer(tmp_path, days, answered, query, said):
    office = Office(tmp_path)
    story = Story()
    story.outbound("xaver", BEGINS)
    enquiry = story.inbound("anna", NOW - days * DAY)
    if answered:
        story.reply(enquiry, NOW - 2 * DAY)
    office.tell(story)
    office.pass_()
    assert ("sent_begins_late" in codes(office, **query)) is said
    assert office.report(**query).summary.counts["unknown"] == said
