"""Corrections by hand: what they change, and that nothing takes them away."""

import pytest

from office import NOW, Office
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.explaining.mark import mark
from replywatch.app.progress import Silent
from replywatch.app.reporting.export import export
from replywatch.app.reporting.report import ReportQuery
from replywatch.config.model import ImapAccount
from replywatch.domain.messages import Mark, MarkKind, Rung
from replywatch.errors import UsageError
from story import HOUR, Story, at, elapsed


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def story():
    return Story()


def poll(office, story):
    """What is new in the story arrives where it lies, and is polled."""
    told = office.__dict__.setdefault("told", set())
    for mail in story.mails:
        for place in mail.places if id(mail) not in told else ():
            office.sources[place.account].deliver(mail, place)
        told.add(id(mail))
    office.pass_()


def put(office, mail, kind, value=""):
    return mark(office.config, mail.message_id, Mark(kind, value), office.now, Silent())


def undo(office, mail):
    return mark(office.config, mail.message_id, None, office.now, Silent())


def exchanges(office):
    return {s.exchange.message_id: s.exchange for s in export(office.config, ReportQuery(first_only=False), Silent())}


@pytest.fixture
def never(office, story):
    """An enquiry that nobody answered, beside an answered one."""
    story.outbound("xaver", "01-02 09:00")
    asked = story.inbound("nora", "01-10 09:00")
    other = story.inbound("anna", "01-11 09:00")
    story.reply(other, "01-11 10:00")
    poll(office, story)
    return asked


class TestAnswered:
    def test_it_is_an_ordinary_answer(self, office, never):
        put(office, never, MarkKind.ANSWERED, str(at("01-10 11:00")))
        exchange = exchanges(office)[never.message_id]
        assert (elapsed(exchange), exchange.matched_by, exchange.reply) == (2 * HOUR, Rung.MARK, None)
        assert exchange.marked
        assert dict(office.figures()[0]) == {"under_24h": 2}

    def test_an_answer_after_the_next_mail_keeps_that_a_reminder(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        story.inbound("nora", "03-02 09:00", replies=asked)
        poll(office, story)
        put(office, asked, MarkKind.ANSWERED, str(at("03-03 09:00")))
        (exchange,) = exchanges(office).values()
        assert (exchange.messages, elapsed(exchange)) == (2, 48 * HOUR)

    def test_an_answer_before_the_next_mail_makes_that_a_later_turn(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        again = story.inbound("nora", "03-02 09:00", replies=asked)
        poll(office, story)
        put(office, asked, MarkKind.ANSWERED, str(at("03-01 10:00")))
        found = exchanges(office)
        assert (elapsed(found[asked.message_id]), found[again.message_id].ordinal) == (HOUR, 2)

    def test_it_wins_over_a_reply_that_was_found(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        story.reply(asked, "03-01 10:00")
        poll(office, story)
        put(office, asked, MarkKind.ANSWERED, str(at("03-01 15:00")))
        exchange = exchanges(office)[asked.message_id]
        assert (elapsed(exchange), exchange.matched_by) == (6 * HOUR, Rung.MARK)

    @pytest.mark.parametrize(
        ("moment", "told"),
        [
            ("01-10 08:59", "before the message arrived"),
            ("01-10 00:00", "before"),
            ("2027-01-01 00:00", "in the future"),
        ],
    )
    def test_a_time_at_which_nobody_can_have_answered_is_refused(self, office, never, moment, told):
        before = exchanges(office)
        with pytest.raises(UsageError, match=told):
            put(office, never, MarkKind.ANSWERED, str(at(moment)))
        assert exchanges(office) == before
        put(office, never, MarkKind.ANSWERED, str(at("01-10 09:00")))
        assert elapsed(exchanges(office)[never.message_id]) == 0


class TestOthers:
    def test_no_reply_needed_leaves_the_figures(self, office, never):
        put(office, never, MarkKind.NO_REPLY_NEEDED)
        assert never.message_id not in exchanges(office)
        account = office.figures()[1]
        assert (account.set_aside, account.counted, account.closes) == (1, 1, True)

    @pytest.mark.parametrize("kind", ["newsletter", "spam", "auto_reply"])
    def test_a_kind_other_than_human_is_set_aside(self, office, never, kind):
        put(office, never, MarkKind.KIND, kind)
        assert never.message_id not in exchanges(office)
        assert office.figures()[1].set_aside == 1

    def test_mail_taken_for_automatic_can_be_made_human(self, office, story):
        taken = story.inbound("nora", "03-01 09:00", fields="Auto-Submitted: auto-generated\n")
        poll(office, story)
        assert taken.message_id not in exchanges(office)
        put(office, taken, MarkKind.KIND, "human")
        assert exchanges(office)[taken.message_id].marked

    def test_a_reply_of_another_kind_answers_nothing(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        machine = story.reply(asked, "03-01 09:01")
        poll(office, story)
        put(office, machine, MarkKind.KIND, "auto_reply")
        exchange = exchanges(office)[asked.message_id]
        assert (exchange.answered_at, exchange.acknowledged_at) == (None, at("03-01 09:01"))

    def test_a_reply_found_elsewhere_is_tied_by_hand(self, office, never, story):
        reply = story.outbound("nora.private", "01-12 09:00", subject="Ganz anders")
        poll(office, story)
        put(office, reply, MarkKind.REPLY_OF, never.message_id)
        exchange = exchanges(office)[never.message_id]
        assert (elapsed(exchange), exchange.matched_by) == (48 * HOUR, Rung.MARK)
        assert exchange.reply_message_id == reply.message_id

    def test_a_reply_tied_by_hand_answers_nothing_else(self, office, never, story):
        other = story.inbound("bert", "03-01 09:00")
        reply = story.reply(other, "03-01 10:00")
        poll(office, story)
        put(office, reply, MarkKind.REPLY_OF, never.message_id)
        found = exchanges(office)
        assert found[other.message_id].answered_at is None
        assert found[other.message_id].ordinal == 1
        assert found[never.message_id].reply_message_id == reply.message_id
        undo(office, reply)
        assert elapsed(exchanges(office)[other.message_id]) == HOUR


class TestTheyStay:
    def test_the_latest_mark_wins_and_undo_takes_it_back(self, office, never):
        before = office.figures()
        put(office, never, MarkKind.NO_REPLY_NEEDED)
        put(office, never, MarkKind.ANSWERED, str(at("01-10 11:00")))
        assert exchanges(office)[never.message_id].matched_by is Rung.MARK
        undo(office, never)
        assert office.figures() == before
        with pytest.raises(UsageError, match="no mark"):
            undo(office, never)

    def test_through_a_rebuild_and_a_new_numbering_and_a_second_account(self, tmp_path, story):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("colleague", watched=False))
        asked = story.inbound("nora", "03-01 09:00")
        poll(office, story)
        put(office, asked, MarkKind.ANSWERED, str(at("03-01 11:00")))
        marked = exchanges(office)
        rebuild(office.config, Silent())
        assert exchanges(office) == marked
        office.sources["info"].renumber("INBOX")
        office.pass_()
        assert exchanges(office) == marked
        office.sources["colleague"].deliver(asked, story.copy(asked, "INBOX", "colleague", trace="Received: by other"))
        office.pass_()
        assert exchanges(office) == marked

    def test_derived_rows_equal_a_rebuild_after_marks_were_undone(self, office, never, story):
        reply = story.outbound("nora.private", "01-12 09:00", subject="Ganz anders")
        poll(office, story)
        put(office, reply, MarkKind.REPLY_OF, never.message_id)
        undo(office, reply)
        before = office.rows("readings", "judgements", "exchanges", "written", "evidence")
        rebuild(office.config, Silent())
        assert office.rows("readings", "judgements", "exchanges", "written", "evidence") == before


class TestNonsense:
    def test_a_reply_is_ours_and_answers_somebody_outside(self, office, never, story):
        sent = story.outbound("xaver", "01-03 09:00")
        poll(office, story)
        with pytest.raises(UsageError, match="no reply of ours"):
            put(office, never, MarkKind.REPLY_OF, sent.message_id)
        with pytest.raises(UsageError, match="nobody waits"):
            put(office, sent, MarkKind.REPLY_OF, sent.message_id)
        with pytest.raises(UsageError, match="nobody waits"):
            put(office, sent, MarkKind.NO_REPLY_NEEDED)


class TestTheServerSaysAnswered:
    def flagged(self, tmp_path, *, condstore=True):
        office, story = Office(tmp_path), Story()
        office.sources["info"].condstore = condstore
        story.outbound("xaver", "01-02 09:00")
        asked = story.inbound("nora", "03-19 09:00")
        poll(office, story)
        first = office.now
        office.sources["info"].answer("INBOX", 1)
        office.pass_()
        return office, story, asked, first

    @pytest.mark.parametrize("condstore", [True, False])
    def test_it_lies_between_two_passes(self, tmp_path, condstore):
        office, _, asked, first = self.flagged(tmp_path, condstore=condstore)
        exchange = exchanges(office)[asked.message_id]
        assert (exchange.answered_after, exchange.answered_before) == (first, office.now)
        assert exchange.answered_at is None
        assert dict(office.figures()[0]) == {"answered_time_unknown": 1}

    def test_seen_at_first_only_the_arrival_bounds_it(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        office.tell(story)
        office.sources["info"].answer("INBOX", 1)
        office.pass_()
        exchange = exchanges(office)[asked.message_id]
        assert (exchange.answered_after, exchange.answered_before) == (at("03-01 09:00"), office.now)

    def test_the_reply_itself_says_more(self, tmp_path):
        office, story, asked, _ = self.flagged(tmp_path)
        reply = story.reply(asked, "03-20 12:30")
        office.sources["info"].deliver(reply, reply.places[0])
        office.pass_()
        assert exchanges(office)[asked.message_id].answered_at == at("03-20 12:30")

    def test_a_mail_that_came_after_it_is_a_later_turn(self, tmp_path):
        office, story, asked, _ = self.flagged(tmp_path)
        again = story.inbound("nora", NOW + 10 * HOUR, replies=asked, subject=asked.subject)
        office.sources["info"].deliver(again, again.places[0])
        office.pass_(hours=12)
        found = exchanges(office)
        assert found[again.message_id].ordinal == 2
        assert found[asked.message_id].answered_before is not None

    def test_before_it_was_seen_nobody_knew(self, tmp_path):
        office, *_ = self.flagged(tmp_path)
        report = office.report(as_of="2026-03-20T13:30:00Z")
        assert report.as_of < office.now
        assert {row.bucket.key: row.count for row in report.buckets if row.count} == {"waiting": 1}

    def test_it_is_asked_only_of_open_exchanges_and_fetches_nothing(self, tmp_path):
        office, *_ = self.flagged(tmp_path, condstore=False)
        office.pass_()
        assert [a for a in office.sources["info"].asked if a[0] == "fetch"] == []
        assert ("open", "INBOX") not in office.sources["info"].asked

    def test_a_new_numbering_keeps_the_bounds(self, tmp_path):
        office, _, asked, _ = self.flagged(tmp_path)
        before = exchanges(office)[asked.message_id]
        office.sources["info"].renumber("INBOX")
        office.pass_()
        assert exchanges(office)[asked.message_id] == before

    def test_a_later_turn_that_a_new_enquiry_ended_was_answered_all_the_same(self, office, story):
        asked = story.inbound("nora", "01-02 09:00")
        reply = story.reply(asked, "01-02 10:00")
        again = story.answer(reply, "01-03 09:00")
        story.answer(again, "03-10 09:00", by="nora")
        for mail in story.mails:
            uid = office.sources["info"].deliver(mail, mail.places[0])
            if mail is again:
                office.sources["info"].answer("INBOX", uid)
        office.pass_()
        exchange = exchanges(office)[again.message_id]
        assert (exchange.ordinal, exchange.answered_before) == (2, office.now)
        assert exchange.ended_at == at("03-10 09:00")
