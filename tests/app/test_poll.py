"""Passes over sources in memory that change, lie and break between and within passes."""

import os
from dataclasses import replace

import pytest

from office import NOW, Killed, Office, Watched, exported
from replywatch.app.polling import mailbox as module
from replywatch.app.polling.mailbox import ASKED_FOR
from replywatch.app.polling.patience import Patience
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.config.model import ImapAccount
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.errors import ConnectError, LockedError, MailboxError, StoreError
from replywatch.store.lock import writing
from story import HOUR, Story


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def three_letters():
    """An answered, a waiting and a never answered enquiry, in the order of their UIDs."""
    story = Story()
    never = story.inbound("nora", "01-10 09:00")
    story.outbound("xaver", "01-05 09:00")
    answered = story.inbound("anna", "03-02 09:00")
    story.reply(answered, "03-02 10:30")
    waiting = story.inbound("will", "03-19 09:00")
    return story, never, answered, waiting


class TestIncremental:
    def test_a_first_pass_reads_everything_and_says_so(self, office):
        story, never, answered, waiting = three_letters()
        office.tell(story)
        outcome = office.one_pass()
        assert (outcome.messages, outcome.mailboxes, outcome.error, outcome.lacks_sent) == (5, 2, None, False)
        assert office.exchanges_at() == {
            never.message_id: "never",
            answered.message_id: "answered",
            waiting.message_id: "waiting",
        }

    def test_a_pass_without_news_opens_and_writes_nothing(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        before = office.rows()
        assert office.one_pass().messages == 0
        assert office.sources["info"].asked == []
        after = office.rows()
        assert after.pop("derivation") != before.pop("derivation")
        assert after == before
        assert len(office.rows("passes")["passes"]) == 2

    def test_a_later_pass_opens_only_what_changed_and_fetches_only_what_is_new(self, office):
        story, *_, waiting = three_letters()
        office.tell(story)
        office.pass_()
        reply = story.reply(waiting, "03-20 10:00")
        uid = office.sources["info"].deliver(reply, reply.places[0])
        assert office.one_pass().messages == 1
        assert office.sources["info"].asked == [("open", "Sent"), ("fetch", "Sent", uid)]
        assert office.exchanges_at()[waiting.message_id] == "answered"

    def test_as_of_is_the_start_of_the_pass(self, office):
        office.tell(three_letters()[0])
        ticks = iter(range(NOW, NOW + 10_000))
        poll(office.config, lambda a: office.sources[a.name], lambda: next(ticks), Silent())
        office.now += HOUR
        assert office.report().as_of == NOW + 1, "the poll itself began a second before"

    def test_many_batches_and_windows(self, office, monkeypatch):
        monkeypatch.setattr(module, "BATCH", 2)
        monkeypatch.setattr(module, "WINDOW", 3)
        story = Story()
        for day in range(1, 20):
            story.inbound(f"p{day}", f"03-{day:02} 08:00")
        office.tell(story)
        assert office.one_pass().messages == 19
        assert len(office.exchanges_at()) == 19


class TestMoved:
    @pytest.mark.parametrize(
        ("target", "put_away"),
        [("Archive/2026", False), ("Kunden", False), ("Trash", True), ("Junk", True), ("Papierkorb", True)],
    )
    def test_the_figures_follow_once_the_old_place_is_gone(self, office, target, put_away):
        story, *_, waiting = three_letters()
        office.tell(story)
        office.pass_()
        before = office.figures()
        office.sources["info"].move("INBOX", 3, target)
        office.pass_()
        assert office.figures() == before, "missed once proves nothing yet"
        office.pass_()
        assert office.report().ledger.set_aside == int(put_away)
        assert (waiting.message_id in office.exchanges_at()) != put_away
        assert (office.figures() == before) != put_away

    def test_back_from_the_trash(self, office):
        story, *_ = three_letters()
        office.tell(story)
        office.pass_()
        before = office.figures()
        uid = office.sources["info"].move("INBOX", 3, "Trash")
        office.pass_()
        office.pass_()
        office.sources["info"].move("Trash", uid, "INBOX")
        office.pass_()
        assert office.figures() == before

    def test_what_is_read_in_junk_only_is_set_aside(self, office):
        story = Story()
        story.inbound("anna", "03-02 09:00", mailbox="Junk")
        office.tell(story)
        office.pass_()
        assert office.exchanges_at() == {}
        assert office.report().ledger.set_aside == 1


class TestExpunged:
    def test_gone_after_two_passes_and_still_counted(self, office):
        story, *_ = three_letters()
        office.tell(story)
        office.pass_()
        before = office.figures()

        def gone():
            return [at for (at,) in office.rows_of("SELECT gone FROM locations WHERE gone IS NOT NULL")]

        office.sources["info"].expunge("INBOX", 3)
        office.pass_()
        assert gone() == []
        office.pass_()
        assert gone() == [office.now]
        office.pass_()
        assert office.figures() == before
        office.pass_()
        assert office.sources["info"].asked == [], "it is settled"

    def test_missed_once_and_back_is_not_gone(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        message = office.sources["info"].expunge("INBOX", 3)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages[3] = message
        office.pass_()
        office.sources["info"].expunge("INBOX", 3)
        office.pass_()
        assert office.rows_of("SELECT uid FROM locations WHERE gone IS NOT NULL") == []

    @pytest.mark.parametrize(("error", "counts"), [(ConnectError, False), (MailboxError, True)])
    def test_what_a_pass_misses_that_is_cut_off_proves_nothing(self, office, error, counts):
        """A mailbox that fails, on the other hand, must not keep the others from being known."""
        office.tell(three_letters()[0])
        office.pass_()
        source = office.sources["info"]
        source.expunge("INBOX", 3)
        source.fails["Sent"] = error("Sent can't be read", transient=True)
        source.boxes["Sent"].uidnext += 1
        assert isinstance(office.one_pass().error, error)
        missed = "SELECT missed_at FROM locations WHERE missed_at IS NOT NULL"
        assert office.rows_of(missed) == [(office.now,)] * counts
        del source.fails["Sent"]
        office.pass_()
        gone = "SELECT gone FROM locations WHERE gone IS NOT NULL"
        assert office.rows_of(gone) == [(office.now,)] * counts
        office.pass_()
        assert len(office.rows_of(gone)) == 1

    @pytest.mark.parametrize("breaks_off", [False, True])
    def test_what_an_attempt_missed_proves_nothing_once_a_later_one_breaks_off(self, office, breaks_off):
        class Passing(Watched):
            attempts = 0

            def __enter__(self):
                self.attempts += 1
                if breaks_off and self.attempts == 2:
                    raise ConnectError("the line is dead")
                return self

        office.tell(three_letters()[0])
        office.pass_()
        source, boxes = Passing(), office.sources["info"].boxes
        office.sources["info"], source.boxes = source, boxes
        source.expunge("INBOX", 3)
        source.fails["Sent"] = MailboxError("not now", transient=True)
        boxes["Sent"].uidnext += 1
        patience = Patience(attempts=2, pause=lambda _: None)
        office.now += HOUR
        (outcome,) = poll(office.config, lambda a: office.sources[a.name], lambda: office.now, Silent(), patience)
        assert (outcome.error.text, source.attempts) == ("the line is dead" if breaks_off else "not now", 2)
        missed = office.rows_of("SELECT missed_at FROM locations WHERE missed_at IS NOT NULL")
        assert missed == ([] if breaks_off else [(office.now,)])

    def test_gone_and_back_lives_again(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        message = office.sources["info"].expunge("INBOX", 3)
        office.pass_()
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages[3] = message
        office.pass_()
        assert office.rows_of("SELECT uid FROM locations WHERE gone IS NOT NULL") == []
        office.pass_()
        assert office.sources["info"].asked == [], "it is settled"


class TestMailboxesComeAndGo:
    def test_a_mailbox_that_disappears_takes_its_messages_along_after_two_passes(self, office):
        story = Story()
        story.inbound("anna", "03-02 09:00", mailbox="Kunden")
        copied = story.inbound("berta", "03-02 09:00", mailbox="Kunden")
        story.copy(copied, "Trash")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        before = office.figures()
        del office.sources["info"].boxes["Kunden"]
        assert office.one_pass().error is None
        assert office.figures() == before
        office.pass_()
        assert office.exchanges_at() == {"anna.1@anna.example": "never"}, "the other one lies in the trash alone"
        assert office.report().ledger.set_aside == 1

    @pytest.mark.parametrize("passes", [1, 2, 3])
    def test_a_mailbox_that_comes_back_as_it_was(self, office, passes):
        story = Story()
        mail = story.inbound("anna", "03-18 09:00", mailbox="Kunden")
        story.copy(mail, "Trash")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        before = office.figures()
        box = office.sources["info"].boxes.pop("Kunden")
        for _ in range(passes):
            office.pass_()
        office.sources["info"].boxes["Kunden"] = box
        office.pass_()
        assert office.figures() == before
        assert office.rows_of("SELECT answered_at, gone FROM locations ORDER BY epoch, uid")[0] == (None, None)

    def test_a_mailbox_that_gets_another_role(self, office):
        story = Story()
        story.inbound("anna", "03-02 09:00", mailbox="Weg")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        assert office.report().ledger.set_aside == 0
        office.sources["info"].attributes["Weg"] = ("\\trash",)
        office.pass_()
        assert office.report().ledger.set_aside == 1

    def test_drafts_are_not_read(self, office):
        story = Story()
        story.inbound("anna", "03-02 09:00")
        story.mail("ben", "03-02 10:00", "anna", mailbox="Drafts")
        story.mail("ben", "03-02 10:00", "anna", mailbox="Entwürfe")
        office.tell(story)
        outcome = office.one_pass()
        assert (outcome.mailboxes, outcome.messages) == (1, 1)
        assert office.sources["info"].asked == [("open", "INBOX"), ("fetch", "INBOX", 1)]


class TestRoles:
    @pytest.mark.parametrize("role", [Role.SENT, Role.JUNK, Role.SKIP])
    def test_a_mailbox_that_the_config_names_is_missing(self, tmp_path, role):
        office = Office(tmp_path, ImapAccount("info", roles=Roles((("Gesendet 2026", role), ("INBOX", Role.INBOX)))))
        story, *_ = three_letters()
        office.tell(story)
        outcome = office.one_pass()
        assert isinstance(outcome.error, MailboxError)
        assert "Gesendet 2026" in outcome.error.text
        assert f"{role} = " in outcome.error.hint
        assert outcome.messages == 5, "the rest is read all the same"

    def test_names_are_as_on_the_server(self, tmp_path):
        office = Office(tmp_path, ImapAccount("info", roles=Roles((("inbox", Role.INBOX), ("Sent", Role.SENT)))))
        office.tell(three_letters()[0])
        assert office.one_pass().error is None

    def test_a_name_above_mailboxes_is_there_too(self, tmp_path):
        """A parent that holds no mail itself isn't listed, and hands its role down."""
        office = Office(tmp_path, ImapAccount("info", roles=Roles((("Privat", Role.SKIP),))))
        story, *_ = three_letters()
        story.inbound("paula", "03-02 09:00", mailbox="Privat/Paula")
        office.tell(story)
        outcome = office.one_pass()
        assert (outcome.error, outcome.messages) == (None, 5)

    def test_no_mailbox_for_sent_mail_is_said(self, office):
        story = Story()
        story.inbound("anna", "03-19 09:00")
        office.tell(story)
        outcome = office.one_pass()
        assert outcome.lacks_sent
        assert outcome.error is None
        assert set(office.exchanges_at().values()) == {"unknown"}
        assert office.report().warnings[0] == Warning(Code.NO_SENT_MAILBOX, "info")

    def test_a_sent_mailbox_that_is_there_no_more(self, office):
        """Replies are not seen from then on, so no figure may say that they were not written."""
        story, *_ = three_letters()
        office.tell(story)
        office.pass_()
        as_of = office.report().as_of
        office.sources["info"].boxes["Neu"] = office.sources["info"].boxes.pop("Sent")
        outcome = office.one_pass()
        assert isinstance(outcome.error, MailboxError)
        assert "'Sent'" in outcome.error.text
        assert 'sent = ["…"]' in outcome.error.hint
        assert office.report().as_of == as_of
        account = replace(office.config.accounts[0], roles=Roles((("Neu", Role.SENT),)))
        office.config = replace(office.config, accounts=(account,))
        assert office.one_pass().error is None
        assert office.report().as_of == office.now

    def test_a_sent_mailbox_with_another_name_that_tells(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        office.sources["info"].boxes["Gesendete Elemente"] = office.sources["info"].boxes.pop("Sent")
        assert office.one_pass().error is None


class TestRenumbered:
    def test_no_figure_moves(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        before, exchanges_at = office.figures(), office.exchanges_at()
        for mailbox in ("INBOX", "Sent", "INBOX"):
            office.sources["info"].renumber(mailbox)
            office.pass_()
            assert (office.figures(), office.exchanges_at()) == (before, exchanges_at)
        places = office.rows_of("SELECT uid FROM locations WHERE gone IS NULL")
        assert len(places) == 5

    @pytest.mark.parametrize("fetched", range(6))
    def test_nor_in_the_middle_of_a_killed_reading(self, office, monkeypatch, fetched):
        monkeypatch.setattr(module, "BATCH", 1)
        office.tell(three_letters()[0])
        office.pass_()
        before, source = office.figures(), office.sources["info"]
        source.renumber("INBOX")
        source.renumber("Sent")
        source.fetches_left = fetched
        if fetched < 5:
            with pytest.raises(Killed):
                office.pass_()
        else:
            office.pass_()
        assert office.figures() == before
        source.fetches_left = None
        office.pass_()
        assert office.figures() == before

    def test_back_to_an_old_numbering(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        before, source = office.figures(), office.sources["info"]
        old = source.boxes["INBOX"]
        source.renumber("INBOX")
        office.pass_()
        source.boxes["INBOX"] = old
        for _ in range(3):
            office.pass_()
            assert office.figures() == before
        assert source.asked == [], "it is settled"

    @pytest.mark.parametrize("spoilt", [None, "quarantine", "disconnected"])
    def test_again_and_again_does_not_fill_the_store(self, office, monkeypatch, spoilt):
        """Also if no pass comes to the end of the mailbox."""
        monkeypatch.setattr(module, "BATCH", 1)
        story, *_ = three_letters()
        story.inbound("pia", "03-19 10:00")
        office.tell(story)
        office.pass_()
        source, before = office.sources["info"], office.figures()
        sizes = []
        for _ in range(6):
            source.renumber("INBOX")
            if spoilt == "quarantine":
                source.never.add(("INBOX", 2))
            elif spoilt == "disconnected":
                source.breaks_at = 2
            office.pass_()
            sizes.append([len(office.rows(t)[t]) for t in ("epochs", "locations", "quarantine", "messages")])
            assert office.figures() == before
        assert sizes[2:] == [sizes[2]] * 4
        assert sizes[2][1] <= 9, "at most two places of each message in INBOX"

    def test_what_the_new_numbering_lacks_is_gone(self, office):
        story, *_ = three_letters()
        story.copy(story.mails[-1], "Trash")
        office.tell(story)
        office.pass_()
        source = office.sources["info"]
        source.expunge("INBOX", 3)
        source.renumber("INBOX")
        office.pass_()
        assert office.report().ledger.set_aside == 1

    def test_when_it_was_first_found_is_kept(self, office):
        """Of a message without any date that is all one knows of its arrival."""
        story = Story()
        story.inbound("anna", "03-02 09:00", date=None, received=None, internal=None)
        office.tell(story)
        office.pass_()
        first = office.rows("exchanges")["exchanges"]
        office.sources["info"].renumber("INBOX")
        office.pass_()
        assert office.rows("exchanges")["exchanges"] == first


@pytest.mark.parametrize(("age", "asked"), [(ASKED_FOR, True), (ASKED_FOR + 1, False)])
def test_how_long_the_server_is_asked_for_an_answer_in_every_pass(office, age, asked):
    """Where flags change unseen; later they are looked at once a day, or when anything else happens there."""
    office.sources["info"].condstore = False
    story = Story()
    story.outbound("xaver", "01-05 09:00")
    mail = story.inbound("anna", "03-02 09:00")
    office.tell(story)
    office.pass_()
    office.now = mail.when + age - 2 * HOUR
    office.pass_()
    office.sources["info"].answer("INBOX", 1)
    office.pass_()
    found = office.now
    assert found - mail.when == age
    assert office.rows_of("SELECT answered_at FROM locations WHERE epoch = 1") == [(found if asked else None,)]
    office.pass_(hours=24)
    seen = found if asked else office.now
    assert office.rows_of("SELECT answered_at FROM locations WHERE epoch = 1") == [(seen,)]


class TestOddSources:
    def test_a_message_that_never_comes_is_asked_for_in_every_pass(self, office):
        story, never, answered, waiting = three_letters()
        office.tell(story)
        source = office.sources["info"]
        source.never.add(("INBOX", 2))
        assert office.one_pass().error is None
        assert office.exchanges_at() == {never.message_id: "never", waiting.message_id: "waiting"}
        assert [row[1] for row in office.rows("quarantine")["quarantine"]] == [2]
        for _ in range(2):
            office.pass_()
            assert ("fetch", "INBOX", 2) in source.asked
            assert ("fetch", "INBOX", 1) not in source.asked
        source.never.clear()
        office.pass_()
        assert office.exchanges_at()[answered.message_id] == "answered"
        assert office.rows("quarantine")["quarantine"] == []
        office.pass_()
        assert source.asked == []

    def test_how_many_never_came_is_said(self, office):
        office.tell(three_letters()[0])
        office.sources["info"].never |= {("INBOX", 2), ("Sent", 1)}
        assert office.one_pass().unread == 2
        assert office.one_pass().unread == 2
        office.sources["info"].never.clear()
        assert office.one_pass().unread == 0

    def test_a_message_that_never_came_and_is_deleted(self, office):
        office.tell(three_letters()[0])
        office.sources["info"].never.add(("INBOX", 2))
        office.pass_()
        office.sources["info"].expunge("INBOX", 2)
        office.pass_()
        assert office.rows("quarantine")["quarantine"] == []

    @pytest.mark.parametrize(
        "twist", [lambda u: u[::-1], lambda u: u * 2, lambda u: [*u, 77, 78], lambda u: u[1:] + u[:1]]
    )
    def test_uids_unsorted_twice_or_too_many(self, tmp_path, monkeypatch, twist):
        class Twisted(Watched):
            def uids(self, first, last):
                return twist(super().uids(first, last))

        monkeypatch.setattr(module, "BATCH", 2)
        office, straight = Office(tmp_path / "a"), Office(tmp_path / "b")
        office.sources["info"] = Twisted()
        for one in (office, straight):
            story, *_ = three_letters()
            one.tell(story)
            one.pass_()
            one.pass_()
        assert office.exchanges_at() == straight.exchanges_at()
        assert office.figures() == straight.figures()

    def test_messages_nobody_asked_for(self, office):
        class Chatty(Watched):
            def fetch(self, uids):
                everything = [m for n in ("INBOX", "Sent") for m in self.boxes[n].messages.values()]
                return iter([*everything, *super().fetch(uids), *everything])

        office.sources["info"] = Chatty()
        office.tell(three_letters()[0])
        office.pass_()
        assert sorted((r[0], r[1]) for r in office.rows("locations")["locations"]) == [
            (1, 1),
            (1, 2),
            (1, 3),
            (2, 1),
            (2, 2),
        ]

    @pytest.mark.parametrize("off", [-2, 3])
    def test_a_count_that_is_wrong(self, office, off):
        class Wrong(Watched):
            def status(self, name, known):
                state = super().status(name, known)
                return replace(state, exists=max(0, state.exists + off))

        office.sources["info"] = Wrong()
        office.tell(three_letters()[0])
        office.pass_()
        before = office.figures()
        office.pass_()
        assert office.figures() == before
        assert not [asked for asked in office.sources["info"].asked if asked[0] == "fetch"]
        assert len(office.exchanges_at()) == 3

    def test_no_uidnext(self, office):
        class Terse(Watched):
            def status(self, name, known):
                return replace(super().status(name, known), uidnext=None)

        office.sources["info"] = Terse()
        story, *_, waiting = three_letters()
        office.tell(story)
        office.pass_()
        reply = story.reply(waiting, "03-20 10:00")
        office.sources["info"].deliver(reply, reply.places[0])
        office.pass_()
        assert office.exchanges_at()[waiting.message_id] == "answered"

    def test_a_uid_that_is_not_for_good(self, office):
        """Courier: new mail has one only after somebody opened the mailbox for writing."""

        class Unsettled(Watched):
            def open(self, name, known):
                return replace(super().open(name, known), uidnext=None, unsettled_from=3)

        source = office.sources["info"] = Unsettled()
        story, *_, waiting = three_letters()
        office.tell(story)
        assert office.one_pass().messages == 5
        source.asked.clear()
        assert office.one_pass().messages == 0
        assert [asked for asked in source.asked if asked[0] == "fetch"] == [("fetch", "INBOX", 3)]
        other = story.inbound("one", "03-19 10:00")
        source.expunge("INBOX", 3)
        source.boxes["INBOX"].uidnext = 3
        source.deliver(other, other.places[0])
        assert office.one_pass().messages == 1
        assert {office.exchanges_at()[mail.message_id] for mail in (waiting, other)} == {"waiting"}

    def test_mail_that_arrives_during_the_pass_is_left_for_the_next(self, office):
        story, *_ = three_letters()
        office.tell(story)
        late = story.inbound("lara", "03-20 13:00")
        source = office.sources["info"]

        class Growing(Watched):
            def open(self, name, known):
                state = super().open(name, known)
                if name == "INBOX" and 4 not in self.boxes[name].messages:
                    self.deliver(late, late.places[0])
                return state

        growing = Growing()
        growing.boxes = source.boxes
        office.sources["info"] = growing
        office.pass_()
        assert late.message_id not in office.exchanges_at()
        office.pass_()
        assert office.exchanges_at()[late.message_id] == "waiting"


class TestKilled:
    def test_the_lock_ends_with_the_pass(self, office):
        office.tell(three_letters()[0])
        office.sources["info"].fetches_left = 0
        with pytest.raises(Killed):
            office.pass_()
        with writing(office.config.store_path):
            pass


class TestAccounts:
    def test_the_same_message_in_two_accounts_counts_once(self, tmp_path):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("eva", watched=False))
        story = Story()
        mail = story.inbound("anna", "03-02 09:00", cc="eva")
        story.copy(mail, "INBOX", "eva", later=-60, trace="X-Spam-Score: 0\n")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        assert office.report().summary.total == 1
        (exchange_at,) = exported(office.config, ReportQuery(since="all"))
        assert exchange_at.exchange.arrived_at == mail.when, "the earliest arrival in a watched account"

    def test_a_reply_in_the_mailbox_of_a_colleague(self, tmp_path):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("eva", watched=False))
        story = Story()
        story.outbound("xaver", "01-05 09:00")
        asked = story.inbound("anna", "03-02 09:00")
        private = story.inbound("paula", "03-02 09:00", to="eva", account="eva")
        story.reply(asked, "03-02 09:30", by="eva", account="eva")
        office.tell(story)
        office.pass_()
        assert office.exchanges_at() == {asked.message_id: "answered"}
        assert office.report().ledger.not_watched == 1
        assert private.message_id not in office.exchanges_at()

    def test_one_fails_and_the_other_is_read(self, tmp_path):
        office = Office(tmp_path, ImapAccount("broken"), ImapAccount("info"))
        office.tell(three_letters()[0])
        office.sources["broken"].fails[""] = ConnectError("no answer", "look")
        broken, info = office.pass_()
        assert (broken.error.text, broken.messages) == ("no answer", 0)
        assert (info.error, info.messages) == (None, 5)
        assert Warning(Code.NEVER_READ_COMPLETELY, "broken", {"error": "no answer"}) in office.report().warnings

    def test_a_failed_pass_moves_as_of_not(self, office):
        office.tell(three_letters()[0])
        office.pass_()
        as_of = office.report().as_of
        office.sources["info"].fails["INBOX"] = MailboxError("INBOX can't be opened", "look")
        office.sources["info"].boxes["INBOX"].uidnext += 1
        outcome = office.one_pass()
        assert "INBOX can't be opened" in outcome.error.text
        assert office.report().as_of == as_of
        assert "INBOX can't be opened" in [w.values.get("error") for w in office.report().warnings]

    def test_a_mailbox_that_fails_keeps_none_of_the_others_from_being_read(self, office):
        office.tell(three_letters()[0])
        office.sources["info"].fails["INBOX"] = MailboxError("no INBOX today", "wait")
        outcome = office.one_pass()
        assert (outcome.messages, outcome.error.hint) == (2, "wait")

    def test_a_disabled_account_is_not_read_and_not_waited_for(self, tmp_path):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("old"))
        story, *_ = three_letters()
        story.inbound("olga", "02-02 09:00", account="old")
        story.outbound("xaver", "01-05 09:00", account="old")
        office.tell(story)
        office.pass_()
        info, old = office.config.accounts
        office.config = replace(office.config, accounts=(info, replace(old, enabled=False)))
        office.sources["old"].fails[""] = ConnectError("retired")
        assert [o.account for o in office.pass_()] == ["info"]
        assert office.report().as_of == office.now
        assert office.report().summary.total == 4, "what was read of it stays"
        assert office.report().warnings == ()

    def test_a_disabled_account_that_was_never_read_is_no_warning(self, tmp_path):
        office = Office(tmp_path, ImapAccount("info"), ImapAccount("old", enabled=False))
        office.tell(three_letters()[0])
        office.pass_()
        assert office.report().warnings == ()

    def test_only_one_poll_at_a_time(self, office):
        office.tell(three_letters()[0])
        with writing(office.config.store_path), pytest.raises(LockedError):
            office.pass_()
        office.pass_()

    def test_reports_while_a_poll_is_at_work_are_those_from_before_it(self, office):
        story, *_, waiting = three_letters()
        office.tell(story)
        office.pass_()
        before = office.figures()
        with writing(office.config.store_path):
            assert office.figures() == before
        reply = story.reply(waiting, "03-20 10:00")
        office.sources["info"].deliver(reply, reply.places[0])
        office.pass_()
        assert office.figures() != before

    def test_reports_after_a_killed_poll_show_what_it_read(self, office):
        story, *_, waiting = three_letters()
        office.tell(story)
        office.pass_()
        reply = story.reply(waiting, "03-20 10:00")
        office.sources["info"].deliver(reply, reply.places[0])
        late = story.inbound("lara", "03-20 11:00", mailbox="Zuletzt")
        office.sources["info"].deliver(late, late.places[0])
        office.sources["info"].fetches_left = 1
        as_of = office.report().as_of
        with pytest.raises(Killed):
            office.pass_()
        assert office.exchanges_at()[waiting.message_id] == "answered"
        assert office.report().as_of == as_of


def test_nothing_was_read_completely_yet(office):
    office.sources["info"].fails[""] = ConnectError("no answer")
    office.pass_()
    with pytest.raises(Exception, match="no account has been read completely"):
        office.report()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(office, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError):
        office.pass_()
    tmp_path.chmod(0o700)
