"""Who waits may have been answered in another conversation: `explain` names the mail, and the mark that says so."""

import pytest

from office import Office, exported
from replywatch.app.explaining.explain import COULD_BE, explain_message
from replywatch.app.explaining.mark import mark
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.domain.messages import Kind, OfKind, ReplyOf, Status
from replywatch.store.database import Database
from replywatch.store.queries import Queries
from story import DAY, Story, at, cases


class Asked(Office):
    """An office to which Nora wrote on 10 February, and nobody replied."""

    def __init__(self, folder, contact="nora"):
        super().__init__(folder)
        self.story = Story()
        self.story.outbound("first", "01-02 09:00")
        self.asked = self.story.inbound(contact, "02-10 09:00", subject="Oak")

    def found(self):
        """Subjects of the mail that could be the answer, and how many more there are."""
        if not self.sources["info"].asked:
            self.tell(self.story)
            self.pass_()
        e = explain_message(self.config, self.asked.message_id, self.now, Silent())
        (found,) = e.could_be_answers.values() or [None]
        return None if found is None else ([mail.subject for mail in found.nearest], found.more)


@pytest.fixture
def office(tmp_path):
    return Asked(tmp_path)


@cases(
    *("mails", "found"),
    rows=[
        ("nobody wrote", [], None),
        ("a new subject", [("nora", "02-12 09:00", "Your garden")], ["Your garden"]),
        ("before she asked", [("nora", "02-09 09:00", "Your garden")], None),
        ("in the second of her mail", [("nora", at("02-10 09:00"), "Your garden")], None),
        ("a second later", [("nora", at("02-10 09:00") + 1, "Your garden")], ["Your garden"]),
        ("to somebody else", [("ida", "02-12 09:00", "Your garden")], None),
        ("with a tag", [("nora+shop@nora.example", "02-12 09:00", "Your garden")], ["Your garden"]),
        (
            "the nearest first",
            [("nora", "02-14 09:00", "Elm"), ("nora", "02-12 09:00", "Ash")],
            ["Ash", "Elm"],
        ),
        ("a form letter", [(who, "02-12 09:00", "Our summer") for who in ("nora", "ida", "hugo")], None),
    ],
)
def test_mail_of_ours_to_her_in_another_conversation(office, mails, found):
    for to, when, subject in mails:
        office.story.outbound(to, when, subject=subject)
    assert office.found() == (found and (found, 0))


def test_a_machine_of_ours_answers_nobody(office):
    office.story.outbound("nora", "02-12 09:00", subject="Your order", fields="Auto-Submitted: auto-generated")
    assert office.found() is None


def test_the_nearest_five_are_named_and_the_others_counted(office):
    for day in range(COULD_BE + 2):
        office.story.outbound("nora", at("02-12 09:00") + day * DAY, subject=f"Letter {day}")
    assert office.found() == ([f"Letter {day}" for day in range(COULD_BE)], 2)


def test_other_spellings_are_she(tmp_path):
    office = Asked(tmp_path, "nora.holm@gmail.com")
    office.story.outbound("noraholm@googlemail.com", "02-12 09:00", subject="Your garden")
    assert office.found() == (["Your garden"], 0)
    (found,) = exported(office.config, ReportQuery(since="all"))
    (explained,) = explain_message(office.config, office.asked.message_id, office.now, Silent()).exchanges_at
    assert explained.contact_written_to_at == found.contact_written_to_at == at("02-12 09:00")


def test_none_once_it_is_answered(office):
    office.story.outbound("nora", "02-12 09:00", subject="Your garden")
    office.story.reply(office.asked, "02-13 09:00")
    office.tell(office.story)
    office.pass_()
    assert explain_message(office.config, office.asked.message_id, office.now, Silent()).could_be_answers == {}


def test_the_mark_makes_it_the_answer(office):
    letter = office.story.outbound("nora", "02-12 09:00", subject="Your garden")
    assert office.found() == (["Your garden"], 0)
    ids = [office.story.identity(mail) for mail in (letter, office.asked)]
    mark(office.config, ids[0], ReplyOf(ids[1]), office.now, Silent())
    e = explain_message(office.config, office.asked.message_id, office.now, Silent())
    assert [x.status for x in e.exchanges_at] == [Status.ANSWERED]
    assert e.could_be_answers == {}


def test_what_lies_in_her_conversation_is_told_there(office):
    reply = office.story.reply(office.asked, "02-12 09:00")
    fields = "Content-Type: multipart/report; report-type=delivery-status\nX-Failed-Recipients: nora@nora.example"
    subject = "Undelivered Mail Returned to Sender"
    office.story.inbound("mailer-daemon@mx.example", "02-12 09:01", replies=reply, subject=subject, fields=fields)
    assert office.found() is None
    (exchange_at,) = explain_message(office.config, office.asked.message_id, office.now, Silent()).exchanges_at
    assert (exchange_at.status, exchange_at.exchange.bounced_reply) == (Status.NEVER, office.story.identity(reply))


def test_the_last_second_counts_and_what_comes_later_does_not(office):
    sent = office.story.outbound("nora", "02-12 09:00", subject="Your garden").when
    assert office.found() == (["Your garden"], 0)
    with Database(office.config.store_path) as database:
        for until, count in ((sent - 1, 0), (sent, 1)):
            rows, all_of_them = Queries(database).written_elsewhere("nora@nora.example", 0, until, "x", 5)
            assert len(rows) == all_of_them == count


def test_what_it_answers_already_is_told(office):
    again = office.story.inbound("nora", "02-11 09:00", subject="Elm")
    office.story.reply(again, "02-12 09:00")
    office.tell(office.story)
    office.pass_()
    e = explain_message(office.config, office.asked.message_id, office.now, Silent())
    ((mail,),) = [found.nearest for found in e.could_be_answers.values()]
    assert (mail.subject, mail.answers) == ("Re: Elm", office.story.identity(again))


def test_a_mark_on_a_letter_counts(office):
    letter = office.story.outbound("nora", "02-12 09:00", subject="Your garden")
    assert office.found() == (["Your garden"], 0)
    mark(office.config, office.story.identity(letter), OfKind(Kind.NOTIFICATION), office.now, Silent())
    assert office.found() is None


def test_no_walk_through_all_mail(office):
    assert office.found() is None
    with Database(office.config.store_path) as database:
        said = []
        rows = database.rows
        database.rows = lambda sql, values=(): said.append(sql) or rows(sql, values)
        Queries(database).written_elsewhere("nora@nora.example", 0, 2**40, "x", 5)
        (sql,) = said
        plan = [row[3] for row in rows(f"EXPLAIN QUERY PLAN {sql}", ["x", 0, 1, "x", 5])]
    assert any("SEARCH w USING PRIMARY KEY (contact=? AND sent_at>? AND sent_at<?)" in line for line in plan), plan
    assert not [line for line in plan if "SCAN" in line or "TEMP" in line], plan
