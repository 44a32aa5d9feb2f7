"""Much that vanishes all at once: it counts as there until it has been missing for a day."""

import sqlite3
from contextlib import closing

import pytest

from office import Office, Watched
from replywatch.app.checking.check import check
from replywatch.app.polling.patience import Patience
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import ImapAccount
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.errors import ConnectError, MailboxError
from said import in_words
from story import DAY, Story, at, cases

DAYS = 24
"""Hours of one."""


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def told(office, count=60, mailbox="INBOX", *, put_away=True):
    """Enquiries in one mailbox, and in the trash, too: once they are gone from the mailbox, they are set aside."""
    story = Story()
    for number in range(count):
        mail = story.inbound(f"p{number}", at("03-18 09:00") + number, mailbox=mailbox)
        if put_away:
            story.copy(mail, "Trash")
    story.outbound("xaver", "01-05 09:00")
    office.tell(story)
    office.pass_()
    return story


def lose(office, count, mailbox="INBOX"):
    """The first messages of a mailbox vanish."""
    box = office.sources["info"].boxes[mailbox]
    return {uid: box.messages.pop(uid) for uid in sorted(box.messages)[:count]}


def live(office):
    return office.rows_of("SELECT count(*) FROM locations WHERE gone IS NULL")[0][0]


def holds(outcomes):
    return [(h.mailbox, h.missing, h.known, h.capped, h.begins) for o in outcomes for h in o.holds]


EXTENTS = [
    # messages in the mailbox, vanished → held
    ("all of it", 60, 60, True),
    ("over 20 %", 100, 21, True),
    ("20 %", 100, 20, False),
    ("few, though over 20 %", 60, 19, False),
    ("a tiny mailbox", 19, 19, False),
    ("just enough to matter", 20, 20, True),
]


@cases("count", "vanished", "held", rows=EXTENTS)
def test_how_much_is_much(office, count, vanished, held):
    told(office, count)
    before = office.figures()
    lose(office, vanished)
    for passes in range(3):
        outcomes = office.pass_()
        assert outcomes[0].error is None, "the pass is complete otherwise"
        assert holds(outcomes) == [("INBOX", vanished, count, False, passes == 0)] * held
        assert office.report().as_of == office.now
    assert (office.figures() == before) == held
    assert office.report().ledger.set_aside == (0 if held else vanished)


def test_one_message_more_than_a_server_shows(office):
    told(office, 1_001)
    lose(office, 1)
    assert holds(office.pass_()) == [("INBOX", 1, 1_001, True, True)]


class TestRelease:
    def test_missing_for_a_day_is_gone(self, office):
        told(office)
        before = office.figures()
        lose(office, 60)
        office.pass_()
        office.pass_(hours=DAYS - 1)
        assert office.figures() == before
        assert holds(office.pass_(hours=1)) == []
        assert office.report().ledger.set_aside == 60
        office.pass_()
        office.pass_()
        assert office.sources["info"].asked == [], "it is settled"

    def test_a_day_without_a_look_proves_nothing(self, office):
        """The second look has to miss them too, and it is a day after the first."""
        told(office)
        before = office.figures()
        vanished = lose(office, 60)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages.update(vanished)
        office.pass_(hours=DAYS)
        assert office.figures() == before
        assert live(office) == 121
        office.pass_()
        assert office.sources["info"].asked == [], "it is settled"

    def test_what_comes_back_and_vanishes_again_begins_anew(self, office):
        told(office)
        before = office.figures()
        vanished = lose(office, 60)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages.update(vanished)
        office.pass_(hours=12)
        lose(office, 60)
        assert holds(office.pass_(hours=12)) == [("INBOX", 60, 60, False, True)]
        assert office.figures() == before

    def test_only_what_was_missing_all_day(self, office):
        """A server that shows now these and now those."""
        told(office)
        first = lose(office, 30)
        office.pass_()
        lose(office, 30)
        office.sources["info"].boxes["INBOX"].messages.update(first)
        office.pass_(hours=12)
        lose(office, 15)
        office.pass_(hours=12)
        assert live(office) == 121
        office.pass_(hours=12)
        assert office.report().ledger.set_aside == 30, "those missing in the three later passes"

    def test_new_mail_that_makes_the_share_smaller_is_no_release(self, office):
        story = told(office, 100)
        lose(office, 21)
        office.pass_()
        before = live(office)
        for number in range(10):
            mail = story.inbound(f"q{number}", at("03-20 09:00") + number)
            office.sources["info"].deliver(mail, mail.places[0])
        assert holds(office.pass_()) == [("INBOX", 21, 110, False, False)]
        office.pass_()
        assert live(office) == before + 10

    def test_nearly_all_is_back(self, office):
        told(office)
        vanished = lose(office, 60)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages.update(list(vanished.items())[2:])
        assert holds(office.pass_()) == []
        assert office.report().ledger.set_aside == 2, "missed twice, and few"

    def test_a_clock_that_was_ahead_begins_the_day_anew(self, office):
        told(office)
        before = office.figures()
        lose(office, 60)
        office.pass_(hours=10 * DAYS)
        office.pass_(hours=-10 * DAYS)
        office.pass_(hours=DAYS - 1)
        assert live(office) == 121
        office.pass_(hours=1)
        assert live(office) == 61
        assert office.figures() != before

    def test_a_broken_pass_decides_nothing(self, office):
        told(office, 10)
        lose(office, 10)
        office.sources["info"].fails["Trash"] = ConnectError("it hung up")
        office.sources["info"].boxes["Trash"].uidnext += 1
        for _ in range(3):
            office.pass_()
        assert live(office) == 21

    def test_a_list_that_broke_off_is_no_look(self, office, monkeypatch):
        """The first attempt is shown less than there is; the second finds all, and compares nothing."""
        monkeypatch.setattr("replywatch.app.polling.mailbox.WINDOW", 4)
        told(office, 10)
        source = office.sources["info"]
        box, hidden, listed = source.boxes["INBOX"], lose(office, 3), source.uids

        def breaks(first, last):
            if first > 10:
                box.messages.update(hidden)
                source.uids = listed
                raise ConnectError("it hung up", transient=True)
            return listed(first, last)

        source.uids = breaks
        patience = Patience(attempts=2, pause=lambda _: None)
        (outcome,) = poll(office.config, lambda _: source, lambda: office.now, Silent(), patience)
        assert outcome.error is None
        assert source.uids == listed, "it did break"
        assert office.rows_of("SELECT uid FROM locations WHERE gone > 0 OR missed_at > 0") == []

    def test_another_mailbox_that_fails_holds_nothing_up(self, office):
        told(office, 10)
        lose(office, 10)
        office.sources["info"].fails["Trash"] = MailboxError("locked")
        office.sources["info"].boxes["Trash"].uidnext += 1
        for _ in range(2):
            office.pass_()
        assert live(office) == 11


class TestMoved:
    @pytest.mark.parametrize("target", ["Archive", "Kunden"])
    def test_filed_mail_is_not_lost(self, office, target):
        """Whether the mailbox is read before or after the one that it left."""
        told(office, put_away=False)
        before = office.figures()
        for uid in range(1, 61):
            office.sources["info"].move("INBOX", uid, target)
        assert holds(office.pass_()) == []
        office.pass_()
        assert live(office) == 61
        assert office.figures() == before

    def test_all_at_once_into_the_trash_is_believed_a_day_later(self, office):
        told(office, put_away=False)
        before = office.figures()
        for uid in range(1, 61):
            office.sources["info"].move("INBOX", uid, "Trash")
        assert holds(office.pass_()) == [("INBOX", 60, 60, False, True)]
        office.pass_()
        assert office.figures() == before
        office.pass_(hours=DAYS)
        assert office.report().ledger.set_aside == 60

    @pytest.mark.parametrize("name", ["Trash", "Junk"])
    def test_emptied_every_now_and_then(self, office, name):
        told(office, mailbox=name, put_away=False)
        before = office.figures()
        lose(office, 60, name)
        assert holds(office.pass_()) == []
        office.pass_()
        assert live(office) == 1
        assert office.figures() == before, "what was put away stays so"

    def test_two_mailboxes_that_vanish_together_are_no_proof_for_each_other(self, office):
        story = Story()
        for number in range(30):
            mail = story.inbound(f"p{number}", at("03-18 09:00") + number)
            story.copy(mail, "Kunden")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        lose(office, 30)
        lose(office, 30, "Kunden")
        found = holds(office.pass_())
        assert found == [("INBOX", 30, 30, False, True), ("Kunden", 30, 30, False, True)]
        office.pass_()
        assert live(office) == 61


class TestCaps:
    @pytest.mark.parametrize("cap", [1_000, 2_000])
    def test_hidden_for_as_long_as_it_stands_there(self, office, cap):
        told(office, cap + 3)
        before = office.figures()
        lose(office, 3)
        assert holds(office.pass_()) == [("INBOX", 3, cap + 3, True, True)]
        for _ in range(3):
            assert holds(office.pass_(hours=2 * DAYS)) == [("INBOX", 3, cap + 3, True, False)]
        assert live(office) == 2 * (cap + 3) + 1
        assert office.figures()[1] == before[1]

    def test_what_is_seen_again_meanwhile_was_not_missed_twice(self, office):
        told(office, 1_002)
        there = office.sources["info"].boxes["INBOX"].messages
        first, *_, one, other = sorted(there)
        missed = there.pop(first)
        assert holds(office.pass_()) == []
        there[first] = missed
        hidden = {uid: there.pop(uid) for uid in (one, other)}
        assert holds(office.pass_()) == [("INBOX", 2, 1_002, True, True)]
        there.update(hidden)
        del there[first]
        office.pass_()
        assert office.rows_of("SELECT uid FROM locations WHERE gone IS NOT NULL") == []

    def test_new_mail_goes_on_being_read(self, office):
        story = told(office, 1_003)
        lose(office, 3)
        office.pass_()
        late = story.inbound("late", "03-20 09:00")
        office.sources["info"].deliver(late, late.places[0])
        lose(office, 1)
        assert holds(office.pass_()) == [("INBOX", 4, 1_004, True, False)]
        assert office.exchanges_at()[late.message_id] == "waiting"

    @pytest.mark.parametrize("count", [999, 1_001, 3_000])
    def test_other_numbers_are_none(self, office, count):
        told(office, count + 3)
        lose(office, 3)
        assert holds(office.pass_()) == []
        office.pass_()
        assert office.report().ledger.set_aside == 3

    def test_exactly_so_many_and_nothing_missing(self, office):
        told(office, 1_000)
        assert holds(office.pass_()) == []
        assert office.sources["info"].asked == []

    def test_the_cap_is_gone(self, office):
        told(office, 1_003)
        vanished = lose(office, 3)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages.update(vanished)
        assert holds(office.pass_()) == []
        office.pass_()
        assert office.sources["info"].asked == [], "it is settled"


class TestNotListed:
    def test_a_mailbox_that_is_no_longer_listed(self, office):
        told(office, mailbox="Kunden")
        before = office.figures()
        box = office.sources["info"].boxes.pop("Kunden")
        assert holds(office.pass_()) == [("Kunden", 60, 60, False, True)]
        assert office.one_pass().error is None
        assert office.figures() == before
        office.sources["info"].boxes["Kunden"] = box
        assert holds(office.pass_()) == []
        assert live(office) == 121

    @pytest.mark.parametrize(("unlisted", "gone"), [(("user/",), 0), (("",), 0), (("public/",), 1), ((), 1)])
    def test_where_the_server_does_not_say_what_is_there(self, office, unlisted, gone):
        """A list that was refused tells of no absence, however few messages it would be."""
        story = Story()
        story.inbound("anna", "03-18 09:00", mailbox="user/eva/INBOX")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        source = office.sources["info"]
        del source.boxes["user/eva/INBOX"]
        source.unlisted = unlisted
        for _ in range(3):
            assert office.one_pass().error is None
        assert len(office.rows_of("SELECT uid FROM locations WHERE gone IS NOT NULL")) == gone

    def test_for_a_day(self, office):
        told(office, mailbox="Kunden")
        del office.sources["info"].boxes["Kunden"]
        office.pass_()
        office.pass_(hours=DAYS)
        assert office.report().ledger.set_aside == 60
        assert holds(office.pass_()) == []

    def test_many_small_ones_at_once(self, office):
        story = Story()
        for number in range(30):
            mail = story.inbound(f"p{number}", at("03-18 09:00") + number, mailbox=f"Kunden/{number % 10}")
            story.copy(mail, "Trash")
        story.outbound("xaver", "01-05 09:00")
        office.tell(story)
        office.pass_()
        before = office.figures()
        for number in range(10):
            del office.sources["info"].boxes[f"Kunden/{number}"]
        assert len(holds(office.pass_())) == 10
        office.pass_()
        assert office.figures() == before

    def test_renamed(self, office):
        told(office, mailbox="Kunden", put_away=False)
        office.sources["info"].boxes["Klienten"] = office.sources["info"].boxes.pop("Kunden")
        assert holds(office.pass_()) == []
        office.pass_()
        assert live(office) == 61


class TestRenumbered:
    def empty(self, office, keep=1):
        """Another UIDVALIDITY, and hardly anything under it."""
        source = office.sources["info"]
        source.renumber("INBOX")
        box = source.boxes["INBOX"]
        return {uid: box.messages.pop(uid) for uid in sorted(box.messages)[keep:]}

    def test_numbered_anew_and_almost_empty(self, office):
        told(office)
        before = office.figures()
        self.empty(office)
        assert holds(office.pass_()) == [("INBOX", 60, 60, False, True)]
        for _ in range(3):
            assert holds(office.pass_()) == [("INBOX", 60, 60, False, False)]
        assert office.figures() == before
        office.pass_(hours=DAYS)
        assert office.report().ledger.set_aside == 59
        office.pass_()
        assert office.sources["info"].asked == []

    def test_let_go_after_just_a_day(self, office):
        told(office)
        self.empty(office)
        office.pass_()
        begun = office.now
        assert holds(office.pass_(hours=DAYS - 1)) == [("INBOX", 60, 60, False, False)]
        assert holds(office.pass_(hours=1)) == []
        assert office.now - begun == DAY

    def test_the_rest_comes_later(self, office):
        told(office)
        before = office.figures()
        rest = self.empty(office)
        office.pass_()
        office.sources["info"].boxes["INBOX"].messages.update(rest)
        assert holds(office.pass_()) == []
        assert office.figures() == before
        assert live(office) == 121

    def test_numbered_anew_every_time(self, office):
        told(office)
        before = office.figures()
        self.empty(office)
        for _ in range(3):
            assert office.one_pass().error is None
            office.sources["info"].renumber("INBOX")
        assert office.figures() == before

    def test_whole_and_numbered_anew(self, office):
        told(office)
        office.sources["info"].renumber("INBOX")
        assert holds(office.pass_()) == []
        assert live(office) == 121

    @pytest.mark.parametrize("mailbox", ["INBOX", "Trash"])
    def test_as_many_as_a_cap_and_whole(self, office, mailbox):
        """Nothing is hidden: it is all there, in the trash, too, which proves nothing for other mailboxes."""
        told(office, 1_000, mailbox, put_away=False)
        office.sources["info"].renumber(mailbox)
        assert holds(office.pass_()) == []
        assert live(office) == 1_001

    def test_the_old_numbering_comes_back(self, office):
        told(office)
        before, old = office.figures(), office.sources["info"].boxes["INBOX"]
        self.empty(office)
        office.pass_()
        office.sources["info"].boxes["INBOX"] = old
        assert holds(office.pass_()) == []
        assert office.figures() == before
        assert live(office) == 121


class TestQuarantine:
    def test_what_could_not_be_read_is_asked_for_while_it_is_held(self, office):
        source = office.sources["info"]
        source.never.add(("INBOX", 2))
        told(office)
        vanished = lose(office, 60)
        assert office.one_pass().unread == 1
        source.never.clear()
        source.boxes["INBOX"].messages.update(vanished)
        assert office.one_pass().unread == 0
        assert live(office) == 121


def test_roles_of_the_config_decide(tmp_path):
    """A mailbox that the config calls junk may be emptied."""
    office = Office(tmp_path, ImapAccount("info", roles=Roles((("Ablage", Role.JUNK),))))
    told(office, mailbox="Ablage", put_away=False)
    lose(office, 60, "Ablage")
    assert holds(office.pass_()) == []


class Lying(Watched):
    """Never says that anything changed."""

    def __init__(self):
        super().__init__()
        self.told = {}

    def status(self, name, known):
        return self.told.setdefault(name, super().status(name, known))


class TestReconciled:
    """Once a day the whole list is compared, even if nothing seems to have changed."""

    def test_at_least_daily(self, office):
        told(office, 10)
        source = office.sources["info"]
        office.pass_(hours=DAYS - 1)
        assert source.asked == []
        office.pass_(hours=1)
        assert [what for what, *_ in source.asked] == ["open"] * 3
        office.pass_()
        assert source.asked == []

    def test_what_no_state_tells_is_found(self, office):
        """One message went, another came, and neither count nor UIDNEXT nor modseq says so."""

        lying = office.sources["info"] = Lying()
        story = told(office, 10)
        late = story.inbound("late", "03-19 09:00")
        lying.deliver(late, late.places[0])
        lying.expunge("INBOX", 5)
        office.pass_()
        assert late.message_id not in office.exchanges_at()
        office.pass_(hours=DAYS)
        assert office.exchanges_at()[late.message_id] == "waiting"
        office.pass_()
        assert office.report().ledger.set_aside == 1

    def test_a_comparison_whose_pass_is_cut_off_is_made_again(self, office):
        """What it missed was never written down."""
        lying = office.sources["info"] = Lying()
        told(office, 10)
        lying.expunge("INBOX", 5)
        lying.fails["Trash"] = ConnectError("it broke")
        (outcome,) = office.pass_(hours=DAYS)
        assert outcome.error is not None
        del lying.fails["Trash"]
        office.pass_()
        assert office.rows_of("SELECT missed_at FROM locations WHERE missed_at IS NOT NULL") == [(office.now,)]

    def test_a_clock_that_was_ahead_neither_disables_nor_spins_it(self, office):
        office.now += 1000 * DAY
        told(office, 10)
        source = office.sources["info"]
        office.pass_(hours=-1000 * DAYS)
        assert [what for what, *_ in source.asked] == ["open"] * 3
        office.pass_()
        assert source.asked == [], "once is enough"
        office.pass_(hours=DAYS)
        assert [what for what, *_ in source.asked] == ["open"] * 3

    def test_a_mailbox_with_something_unread_is_not_compared_every_time(self, office):
        office.sources["info"].never.add(("INBOX", 2))
        searched = []
        office.sources["info"].uids = lambda first, last: (
            searched.append(first) or Watched.uids(office.sources["info"], first, last)
        )
        told(office, 10)
        searched.clear()
        office.pass_()
        assert [first for first in searched if first == 1] == []
        office.pass_(hours=DAYS)
        assert 1 in searched
        searched.clear()
        office.pass_()
        assert [first for first in searched if first == 1] == []


class TestCheck:
    def held(self, office):
        found = check(office.config, [], lambda account: office.sources[account.name], office.now)
        return [(f.severity, f.account, f.what) for f in in_words(found) if f.topic == "missing"]

    def test_says_what_is_held_and_since_when(self, office):
        told(office, mailbox="Kunden")
        assert self.held(office) == []
        lose(office, 60, "Kunden")
        office.pass_()
        office.pass_()
        ((severity, account, what),) = self.held(office)
        assert (severity, account) == ("warning", "info")
        assert what.startswith("Kunden: much of it is missing since 2026-03-20")
        office.pass_(hours=DAYS)
        office.pass_()
        assert self.held(office) == []

    def test_leaves_the_store_alone(self, office):
        told(office)
        before = {path.name: path.stat().st_mtime_ns for path in office.config.store_path.parent.iterdir()}
        self.held(office)
        assert {p.name: p.stat().st_mtime_ns for p in office.config.store_path.parent.iterdir()} == before

    def test_a_store_of_an_earlier_release(self, office):
        """It is not brought up to date by a look."""
        told(office)
        with closing(sqlite3.connect(office.config.store_path)) as connection, connection:
            connection.execute("ALTER TABLE epochs DROP COLUMN held_at")
        assert self.held(office) == []
