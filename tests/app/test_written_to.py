"""People who never got an answer, but were written to in another conversation afterwards."""

import pytest

from office import Office, exported
from replywatch.app.explaining.mark import mark
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.domain.messages import Kind, OfKind, ReplyOf
from story import Story, at, cases


@pytest.fixture
def office(tmp_path):
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    for name, written in (("nora", "02-20 09:00"), ("ida", "03-10 09:00"), ("hugo", None), ("otto", "01-09 09:00")):
        story.inbound(name, "01-10 09:00", subject=f"Oak for {name}")
        if written:
            story.outbound(name, written, subject="Something else")
    office.tell(story)
    office.pass_()
    return office


@pytest.mark.parametrize(
    ("as_of", "names"),
    [(None, {"nora", "ida"}), ("2026-03-01", {"nora"}), ("2026-02-01", set())],
)
def test_report_and_export_agree(office, as_of, names):
    query = ReportQuery(since="all", as_of=as_of)
    found = {s.exchange.contact for s in exported(office.config, query) if s.contact_written_to_at}
    assert {contact.partition("@")[0] for contact in found} == names
    assert office.report(as_of=as_of).contact_written_to == len(names)


@pytest.mark.parametrize(
    ("contact", "written", "count"),
    [
        ("nora.holm@gmail.com", "noraholm@googlemail.com", 1),
        ("nora+shop@nora.example", "nora@nora.example", 1),
        ("nora.holm@gmx.de", "noraholm@gmx.de", 0),
    ],
)
def test_she_may_be_written_to_in_another_spelling(tmp_path, contact, written, count):
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    story.inbound(contact, "01-10 09:00", subject="Oak")
    story.outbound(written, "02-20 09:00", subject="Something else")
    office.tell(story)
    office.pass_()
    assert office.report().contact_written_to == count
    (found,) = exported(office.config, ReportQuery(since="all"))
    assert bool(found.contact_written_to_at) is bool(count)
    assert found.exchange.contact == contact.replace("+shop", "")


@cases(
    *("sent", "count"),
    rows=[
        ("a letter to her alone", [("nora", "Your garden")], 1),
        ("a letter to two", [("nora", "Our summer"), ("ida", "Our summer")], 1),
        ("a form letter", [("nora", "Our summer"), ("ida", "Our summer"), ("hugo", "Our summer")], 0),
        (
            "a form letter, and a letter",
            [("nora", "Our summer"), ("ida", "Our summer"), ("hugo", "Our summer"), ("nora", "Your garden")],
            1,
        ),
    ],
)
def test_a_form_letter_is_nothing_personal(tmp_path, sent, count):
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    story.inbound("nora", "01-10 09:00", subject="Oak")
    for to, subject in sent:
        story.outbound(to, "02-20 09:00", subject=subject)
    office.tell(story)
    office.pass_()
    assert office.report().contact_written_to == count
    (found,) = exported(office.config, ReportQuery(since="all"))
    assert bool(found.contact_written_to_at) is bool(count)


def test_it_ceases_to_be_personal_once_a_third_went_out(tmp_path):
    """Nothing ties the third letter to the first, whose row goes all the same, as if all had come at once."""
    office, story, third = Office(tmp_path), Story(), Story()
    story.outbound("first", "01-02 09:00")
    story.inbound("nora", "01-10 09:00", subject="Oak")
    for who in ("nora", "ida"):
        story.outbound(who, "02-20 09:00", subject="Our summer")
    third.outbound("hugo", "02-21 09:00", subject="Our summer", message_id="third@example.com")
    counts = []
    for told in (story, third):
        office.tell(told)
        office.pass_()
        counts.append(office.report().contact_written_to)
    assert counts == [1, 0]
    rows = office.rows("written")
    office.derive_anew()
    assert office.rows("written") == rows


def test_a_form_letter_that_somebody_calls_a_reply_is_personal(tmp_path):
    """A mark says which mail it answers; that was another one than the one that waits."""
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    story.inbound("nora", "01-10 09:00", subject="Oak")
    again = story.inbound("nora", "02-19 09:00", subject="Beech")
    letter, *_ = [story.outbound(who, "02-20 09:00", subject="Our summer") for who in ("nora", "ida", "hugo")]
    office.tell(story)
    office.pass_()
    assert office.report().contact_written_to == 0
    mark(office.config, letter.message_id, ReplyOf(story.identity(again)), office.now, Silent())
    assert office.report().contact_written_to == 1


@cases(
    *("seconds", "marked", "count"),
    rows=[("a template at once", 9, False, 0), ("a minute later", 60, False, 1), ("marked as a person's", 9, True, 1)],
)
def test_what_left_within_seconds_is_nothing_personal(tmp_path, seconds, marked, count):
    """Her first enquiry was never answered, her second one acknowledged at once."""
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    story.inbound("nora", "01-10 09:00", subject="Oak")
    again = story.inbound("nora", "02-20 09:00", subject="Beech")
    template = story.reply(again, at("02-20 09:00") + seconds)
    office.tell(story)
    office.pass_()
    if marked:
        mark(office.config, template.message_id, OfKind(Kind.HUMAN), office.now, Silent())
    assert office.report().contact_written_to == count


def test_a_conversation_that_went_on_after_as_of_is_counted_as_it_stood(tmp_path):
    """Its stored rows know of the answer; at that moment there was none."""
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    asked = story.inbound("nora", "01-10 09:00", subject="Oak")
    story.outbound("nora", "02-20 09:00", subject="Something else")
    story.reply(asked, "03-10 09:00")
    office.tell(story)
    office.pass_()
    assert office.report().contact_written_to == 0
    assert office.report(as_of="2026-03-01").contact_written_to == 1


def test_what_was_written_in_the_same_conversation_is_no_other(tmp_path):
    """A thank-you got no answer; the contact's next enquiry, in the same conversation, did."""
    office, story = Office(tmp_path), Story()
    story.outbound("first", "01-02 09:00")
    reply = story.reply(story.inbound("nora", "01-10 09:00"), "01-10 10:00")
    story.answer(reply, "01-10 11:00")
    story.reply(story.answer(reply, "02-20 09:00"), "02-20 10:00")
    office.tell(story)
    office.pass_()
    assert office.report(first_only=False).summary.counts["never"] == 1
    assert office.report(first_only=False).contact_written_to == 0
    found = exported(office.config, ReportQuery(since="all", first_only=False))
    assert [s.contact_written_to_at for s in found] == [None, None, None]
