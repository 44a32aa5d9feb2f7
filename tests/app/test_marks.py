"""Corrections by hand: what they change, and that nothing takes them away."""

import pytest

from office import NOW, Office, exported
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.explaining.mark import mark, undo
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.config.model import ImapAccount
from replywatch.domain.messages import Answered, Kind, NeedsNone, OfKind, ReplyOf, Rung
from replywatch.domain.results.marked import Reason, Unchanged
from replywatch.errors import UsageError
from replywatch.store.database import Database
from story import HOUR, Story, at, elapsed

DERIVED = ("readings", "judgements", "exchanges", "written", "evidence")


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


def put(office, mail, correction):
    return mark(office.config, mail.message_id, correction, office.now, Silent())


def take_back(office, mail):
    return undo(office.config, mail.message_id, office.now, Silent())


def exchanges(office):
    return {
        s.exchange.message_id: s.exchange for s in exported(office.config, ReportQuery(since="all", first_only=False))
    }


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
        put(office, never, Answered(at("01-10 11:00")))
        exchange = exchanges(office)[never.message_id]
        assert (elapsed(exchange), exchange.matched_by, exchange.reply) == (2 * HOUR, Rung.MARK, None)
        assert exchange.marked
        assert dict(office.figures()[0]) == {"under_24h": 2}

    def test_an_answer_after_the_next_mail_keeps_that_a_reminder(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        story.inbound("nora", "03-02 09:00", replies=asked)
        poll(office, story)
        put(office, asked, Answered(at("03-03 09:00")))
        (exchange,) = exchanges(office).values()
        assert (exchange.messages, elapsed(exchange)) == (2, 48 * HOUR)

    def test_an_answer_before_the_next_mail_makes_that_a_later_turn(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        again = story.inbound("nora", "03-02 09:00", replies=asked)
        poll(office, story)
        put(office, asked, Answered(at("03-01 10:00")))
        found = exchanges(office)
        assert (elapsed(found[asked.message_id]), found[again.message_id].ordinal) == (HOUR, 2)

    def test_it_wins_over_a_reply_that_was_found(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        story.reply(asked, "03-01 10:00")
        poll(office, story)
        put(office, asked, Answered(at("03-01 15:00")))
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
            put(office, never, Answered(at(moment)))
        assert exchanges(office) == before
        put(office, never, Answered(at("01-10 09:00")))
        assert elapsed(exchanges(office)[never.message_id]) == 0


class TestOthers:
    def test_no_reply_needed_leaves_the_figures(self, office, never):
        put(office, never, NeedsNone())
        assert never.message_id not in exchanges(office)
        account = office.figures()[1]
        assert (account.set_aside, account.counted, account.closes) == (1, 1, True)

    @pytest.mark.parametrize("kind", [Kind.NEWSLETTER, Kind.SPAM, Kind.AUTO_REPLY])
    def test_a_kind_other_than_human_is_set_aside(self, office, never, kind):
        put(office, never, OfKind(kind))
        assert never.message_id not in exchanges(office)
        assert office.figures()[1].set_aside == 1

    def test_mail_taken_for_automatic_can_be_made_human(self, office, story):
        taken = story.inbound("nora", "03-01 09:00", fields="Auto-Submitted: auto-generated\n")
        poll(office, story)
        assert taken.message_id not in exchanges(office)
        put(office, taken, OfKind(Kind.HUMAN))
        assert exchanges(office)[taken.message_id].marked

    def test_a_reply_of_another_kind_answers_nothing(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        machine = story.reply(asked, "03-01 09:01")
        poll(office, story)
        put(office, machine, OfKind(Kind.AUTO_REPLY))
        exchange = exchanges(office)[asked.message_id]
        assert (exchange.answered_at, exchange.acknowledged_at) == (None, at("03-01 09:01"))

    def test_a_reply_found_elsewhere_is_tied_by_hand(self, office, never, story):
        reply = story.outbound("nora.private", "01-12 09:00", subject="Ganz anders")
        poll(office, story)
        put(office, reply, ReplyOf(never.message_id))
        exchange = exchanges(office)[never.message_id]
        assert (elapsed(exchange), exchange.matched_by) == (48 * HOUR, Rung.MARK)
        assert exchange.reply_message_id == reply.message_id

    def test_a_reply_tied_by_hand_answers_nothing_else(self, office, never, story):
        other = story.inbound("bert", "03-01 09:00")
        reply = story.reply(other, "03-01 10:00")
        poll(office, story)
        put(office, reply, ReplyOf(never.message_id))
        found = exchanges(office)
        assert found[other.message_id].answered_at is None
        assert found[other.message_id].ordinal == 1
        assert found[never.message_id].reply_message_id == reply.message_id
        take_back(office, reply)
        assert elapsed(exchanges(office)[other.message_id]) == HOUR


MACHINE = "Auto-Submitted: auto-generated"


class TestHumanByMark:
    """A machine's mail that a person calls human is treated as a person's, in every respect."""

    def test_the_reply_without_ids_is_found_by_subject(self, office, story):
        asked = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        story.outbound("nora", "03-01 10:00", subject="Re: Offer for oak boards")
        poll(office, story)
        put(office, asked, OfKind(Kind.HUMAN))
        exchange = exchanges(office)[asked.message_id]
        assert (elapsed(exchange), exchange.matched_by) == (HOUR, Rung.SUBJECT)

    def test_a_reply_of_ours_that_was_taken_for_a_machines_answers(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        reply = story.outbound(
            "nora",
            "03-01 10:00",
            subject="Re: Offer for oak boards",
            fields="Content-Type: text/calendar; method=REPLY",
        )
        poll(office, story)
        assert exchanges(office)[asked.message_id].answered_at is None
        put(office, reply, OfKind(Kind.HUMAN))
        assert exchanges(office)[asked.message_id].reply_message_id == reply.message_id

    def test_another_kind_collects_no_later_mail_by_subject(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        again = story.inbound("nora", "03-04 09:00", subject="Re: Offer for oak boards")
        poll(office, story)
        assert list(exchanges(office)) == [asked.message_id]
        put(office, asked, OfKind(Kind.NEWSLETTER))
        found = exchanges(office)
        assert list(found) == [again.message_id]
        assert found[again.message_id].conversation == found[again.message_id].id

    @pytest.mark.parametrize("kinds", [[Kind.HUMAN], [Kind.HUMAN, Kind.BOUNCE], [Kind.NEWSLETTER, Kind.HUMAN]])
    def test_taken_back_one_by_one_it_stands_as_it_stood_row_for_row(self, office, story, kinds):
        asked = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        story.outbound("nora", "03-01 10:00", subject="Re: Offer for oak boards")
        story.inbound("nora", "03-02 09:00", subject="Re: Offer for oak boards")
        poll(office, story)
        found = [exchanges(office)]
        for kind in kinds:
            put(office, asked, OfKind(kind))
            found.append(exchanges(office))
        for expected in found[-2::-1]:
            take_back(office, asked)
            assert exchanges(office) == expected
            rows = office.rows(*DERIVED)
            rebuild(office.config, Silent())
            assert office.rows(*DERIVED) == rows


class TestThreeAspects:
    def test_of_one_aspect_the_latest_holds(self, office, never):
        put(office, never, NeedsNone())
        put(office, never, Answered(at("01-10 11:00")))
        assert exchanges(office)[never.message_id].matched_by is Rung.MARK

    def test_kind_and_what_became_of_it_hold_together(self, office, story):
        taken = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        poll(office, story)
        put(office, taken, OfKind(Kind.HUMAN))
        put(office, taken, Answered(at("03-01 11:00")))
        exchange = exchanges(office)[taken.message_id]
        assert (elapsed(exchange), exchange.matched_by) == (2 * HOUR, Rung.MARK)
        put(office, taken, NeedsNone())
        assert taken.message_id not in exchanges(office)

    def test_kind_and_what_it_replies_to_hold_together(self, office, never, story):
        automatic = "Auto-Submitted: auto-replied"
        reply = story.outbound("nora.private", "01-12 09:00", subject="Ganz anders", fields=automatic)
        poll(office, story)
        put(office, reply, ReplyOf(never.message_id))
        assert exchanges(office)[never.message_id].answered_at is None
        put(office, reply, OfKind(Kind.HUMAN))
        assert exchanges(office)[never.message_id].reply_message_id == reply.message_id

    def test_undo_takes_back_the_latest_and_again_the_one_before(self, office, story):
        taken = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        poll(office, story)
        wanted = [
            *(OfKind(Kind.HUMAN), Answered(at("03-01 11:00")), OfKind(Kind.NEWSLETTER), OfKind(Kind.HUMAN)),
            *(Answered(at("03-01 15:00")), NeedsNone()),
        ]
        stood = [exchanges(office)]
        for correction in wanted:
            put(office, taken, correction)
            stood.append(exchanges(office))
        for correction, before in zip(wanted[::-1], stood[-2::-1], strict=True):
            assert take_back(office, taken).correction == correction
            assert exchanges(office) == before
        with pytest.raises(UsageError, match="no mark"):
            take_back(office, taken)

    def test_after_undo_a_new_mark_is_the_next_to_be_taken_back(self, office, never):
        put(office, never, NeedsNone())
        put(office, never, OfKind(Kind.SPAM))
        take_back(office, never)
        put(office, never, OfKind(Kind.BOUNCE))
        assert [take_back(office, never).correction for _ in range(2)] == [OfKind(Kind.BOUNCE), NeedsNone()]

    def test_undo_as_an_earlier_release_wrote_it_ends_all_before_it(self, office, never):
        before = office.figures()
        put(office, never, NeedsNone())
        put(office, never, OfKind(Kind.SPAM))
        with Database(office.config.store_path) as database:
            database.execute(
                "INSERT INTO marks (identity, made_at, kind, value) SELECT identity, 0, 'undo', '' FROM marks LIMIT 1"
            )
        rebuild(office.config, Silent())
        assert office.figures() == before
        put(office, never, Answered(at("01-10 11:00")))
        assert elapsed(exchanges(office)[never.message_id]) == 2 * HOUR
        take_back(office, never)
        with pytest.raises(UsageError, match="no mark"):
            take_back(office, never)

    def test_what_holds_already_is_not_put_on_record_again(self, office, never):
        put(office, never, Answered(at("01-10 11:00")))
        put(office, never, OfKind(Kind.HUMAN))
        put(office, never, Answered(at("01-10 11:00")))
        assert len(office.rows("marks")["marks"]) == 2
        assert take_back(office, never).correction == OfKind(Kind.HUMAN)


def effect(office, mail, correction):
    """What a mark says that it did: whose waits changed, whose lines, or why nothing."""
    found = put(office, mail, correction).effect
    if isinstance(found, Unchanged):
        return found.reason
    exchanges = [tuple(found and found.exchange.answered_at for found in change) for change in found.exchanges]
    return exchanges, [(c.before.disposition.value, c.after.disposition.value) for c in found.messages]


class TestItSaysWhatItDid:
    @pytest.fixture
    def asked(self, office, story):
        """Nora's enquiry, answered an hour later."""
        asked = story.inbound("nora", "03-01 09:00")
        story.reply(asked, "03-01 10:00")
        poll(office, story)
        return asked

    def test_an_answer(self, office, never):
        told = at("01-10 11:00")
        assert effect(office, never, Answered(told)) == ([(None, told)], [])
        assert effect(office, never, Answered(told)) is Reason.SAME
        assert effect(office, never, OfKind(Kind.HUMAN)) is Reason.JUDGED_SO

    def test_an_answer_at_the_time_of_the_reply(self, office, asked):
        assert effect(office, asked, Answered(at("03-01 10:00"))) is Reason.COUNTED_SO

    def test_no_reply_needed(self, office, never):
        put_once = put(office, never, NeedsNone()).effect
        assert [(c.before.exchange.message_id, c.after) for c in put_once.exchanges] == [(never.message_id, None)]
        assert [(c.before.disposition, c.after.disposition) for c in put_once.messages] == [("counted", "set_aside")]
        back = take_back(office, never).effect
        assert [(c.before, c.after.exchange.message_id) for c in back.exchanges] == [(None, never.message_id)]

    @pytest.mark.parametrize("said", [{"fields": MACHINE}, {"to": "eva"}], ids=["machine", "not watched"])
    def test_an_answer_to_what_opens_nothing(self, office, story, said):
        mail = story.inbound("nora", "03-01 09:00", **said)
        poll(office, story)
        assert effect(office, mail, Answered(at("03-01 10:00"))) is Reason.NOBODY_WAITS
        assert take_back(office, mail).effect.reason is Reason.NO_FIGURE

    def test_an_answer_to_what_was_thrown_away(self, office, story):
        """Answered and thrown away is answered."""
        mail = story.inbound("nora", "03-01 09:00", mailbox="Trash")
        poll(office, story)
        told = at("03-01 10:00")
        assert effect(office, mail, Answered(told)) == ([(None, told)], [("set_aside", "counted")])
        assert office.report().put_away == 1

    def test_what_was_set_aside_before(self, office, story):
        mail = story.inbound("nora", "03-01 09:00", mailbox="Trash")
        poll(office, story)
        assert effect(office, mail, NeedsNone()) is Reason.NOBODY_WAITS
        assert effect(office, mail, OfKind(Kind.SPAM)) is Reason.NOBODY_WAITS

    def test_a_kind_that_the_rules_found_but_set_aside(self, office, story):
        mail = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        poll(office, story)
        assert effect(office, mail, OfKind(Kind.NOTIFICATION)) == ([], [("excluded_kind", "set_aside")])

    def test_a_machines_mail_of_ours_that_ends_no_wait(self, office, story):
        ours = story.outbound("nora", "03-01 09:00")
        poll(office, story)
        assert effect(office, ours, OfKind(Kind.NEWSLETTER)) == ([], [("outbound", "outbound")])
        assert effect(office, ours, OfKind(Kind.BOUNCE)) is Reason.NO_FIGURE

    def test_mail_among_colleagues(self, office, story):
        note = story.outbound("eva", "03-01 09:00")
        poll(office, story)
        assert effect(office, note, OfKind(Kind.NEWSLETTER)) is Reason.NO_FIGURE

    def test_a_reply_that_was_one_already(self, office, story, asked):
        assert effect(office, story.mails[-1], ReplyOf(asked.message_id)) is Reason.COUNTED_SO

    def test_a_reply_by_subject_counts_down_to_stricter_rungs_now(self, office, story):
        asked = story.inbound("nora", "03-01 09:00")
        reply = story.outbound("nora", "03-01 10:00", subject="Re: Offer for oak boards")
        poll(office, story)
        found = put(office, reply, ReplyOf(asked.message_id)).effect
        assert (found.exchanges, found.messages, found.stricter) == ((), (), True)

    def test_a_reply_after_the_wait_had_ended(self, office, story, asked):
        second = story.outbound("nora.private", "03-02 10:00", subject="Ganz anders")
        poll(office, story)
        assert effect(office, second, ReplyOf(asked.message_id)) is Reason.NOTHING_OPEN

    def test_a_reply_to_what_opens_nothing(self, office, story):
        news = story.inbound("nora", "03-01 09:00", fields=MACHINE)
        reply = story.outbound("nora", "03-02 10:00", subject="Ganz anders")
        poll(office, story)
        assert effect(office, reply, ReplyOf(news.message_id)) is Reason.NOBODY_WAITS

    def test_a_machines_reply(self, office, never, story):
        machine = story.outbound("nora.private", "01-12 09:00", fields="Content-Type: text/calendar; method=REPLY")
        poll(office, story)
        assert effect(office, machine, ReplyOf(never.message_id)) is Reason.NOT_PERSONAL

    def test_both_conversations_that_a_reply_tied_by_hand_changes(self, office, never, story):
        other = story.inbound("bert", "03-01 09:00")
        reply = story.reply(other, "03-01 10:00")
        poll(office, story)
        answered = at("03-01 10:00")
        assert effect(office, reply, ReplyOf(never.message_id)) == ([(None, answered), (answered, None)], [])
        assert take_back(office, reply).effect.exchanges[0].before.exchange.answered_at == answered

    def test_a_message_whose_message_id_is_anothers_identity(self, office, never, story):
        """Hostile: the mail that is marked is still the one that is told of."""
        identity = story.identity(never)
        story.inbound("mallory", "03-01 09:00", message_id=identity, subject="Oak")
        poll(office, story)
        assert effect(office, never, NeedsNone())[1] == [("counted", "set_aside")]


class TestTheyStay:
    def test_through_a_rebuild_and_a_new_numbering_and_a_second_account(self, tmp_path, story):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("colleague", watched=False))
        asked = story.inbound("nora", "03-01 09:00")
        poll(office, story)
        put(office, asked, Answered(at("03-01 11:00")))
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
        put(office, reply, ReplyOf(never.message_id))
        take_back(office, reply)
        before = office.rows(*DERIVED)
        rebuild(office.config, Silent())
        assert office.rows(*DERIVED) == before


class TestNonsense:
    def test_a_reply_is_ours_and_answers_somebody_outside(self, office, never, story):
        sent = story.outbound("xaver", "01-03 09:00")
        poll(office, story)
        with pytest.raises(UsageError, match="no reply of ours"):
            put(office, never, ReplyOf(sent.message_id))
        with pytest.raises(UsageError, match="nobody waits"):
            put(office, sent, ReplyOf(sent.message_id))
        with pytest.raises(UsageError, match="nobody waits"):
            put(office, sent, NeedsNone())


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
        office.pass_()  # looks once more whether it is so
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
