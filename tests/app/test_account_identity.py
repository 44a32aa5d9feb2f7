"""An account is what it reads, not its name: the same mail at a new place goes on, other mail is never mixed in."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import count

import pytest

from office import NOW, Killed, Office, Watched, exported
from replywatch.app.deriving.accounts import drop, held_account, move
from replywatch.app.deriving.erase import erase, people
from replywatch.app.explaining.mark import mark
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.config.model import ImapAccount, MaildirAccount, MboxAccount, PrivacySettings
from replywatch.domain.messages import NeedsNone
from replywatch.domain.results.notice import Notice
from replywatch.errors import ChangedAccountError, StoreError, UsageError
from replywatch.store import database
from replywatch.store.database import Database
from replywatch.store.marks import Marks
from story import DAY, HOUR, Story

INFO = ImapAccount("info", host="imap.a.example", username="info@a.example")
ANNA = ImapAccount("anna", host="imap.a.example", username="anna@a.example", watched=False)


def mail(story, number, answered=True, account="info", subject="Oak"):
    """So many enquiries, each answered after three hours, or not."""
    for i in range(number):
        at = NOW - (20 + i) * DAY
        enquiry = story.inbound(f"{account}{i}", at, account=account, subject=f"{subject} {i}")
        if answered and i % 2 == 0:
            story.reply(enquiry, at + 3 * HOUR, account=account)


def office_with(folder, number=20, account=INFO, **settings):
    story = Story()
    mail(story, number)
    office = Office(folder, account, **settings)
    office.tell(story)
    assert office.one_pass().error is None
    return office


def moved_to(office, **settings):
    """The config says something else of the first account."""
    first, *others = office.config.accounts
    office.config = replace(office.config, accounts=(replace(first, **settings), *others))


def deliver(office, mails, account="info"):
    """Put these mails into an account, wherever the story says that they lie."""
    for one in mails:
        for place in one.places:
            office.sources[account].deliver(one, replace(place, account=account))


def another_mailbox(office, number=3, account="info"):
    """Where the account reads now lies another company's mail."""
    story = Story()
    mail(story, number, subject="Else", account="other")
    office.sources[account] = Watched()
    deliver(office, story.mails, account)


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "IMAP.A.example"},
        {"host": "imap.a.example."},
        {"port": 143},
        {"password": None},
        {"watched": False, "roles": INFO.roles},
    ],
)
def test_what_makes_no_other_account(settings):
    assert replace(INFO, **settings).origin == INFO.origin


@pytest.mark.parametrize("settings", [{"host": "imap.b.example"}, {"username": "other@a.example"}])
def test_what_makes_another_one(settings):
    assert replace(INFO, **settings).origin != INFO.origin


def test_files_and_their_kinds(tmp_path):
    assert MboxAccount("a", path=tmp_path / "x").origin != MaildirAccount("a", path=tmp_path / "x").origin
    assert MboxAccount("a", path=tmp_path / "y/../x").origin == MboxAccount("b", path=tmp_path / "x").origin


def test_a_host_with_another_name_goes_on_and_nothing_is_read_again(tmp_path):
    office = office_with(tmp_path)
    before = office.figures()
    moved_to(office, host="imap.new.example")
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages) == (None, 0)
    assert office.figures() == before
    moved_to(office, host="imap.a.example")  # and it is the new name by which it is known now
    assert office.one_pass().error is None


def renumber(source):
    for name in source.boxes:
        source.renumber(name)


def shift(source):
    """The same UIDVALIDITY, but every message has another UID, that of its neighbour."""
    for box in source.boxes.values():
        uids = sorted(box.messages)
        box.messages = {
            uid: box.messages[old]._replace(uid=uid) for uid, old in zip(uids, [*uids[1:], uids[0]], strict=True)
        }


def into_other_mailboxes(source):
    source.boxes = {f"Alt/{name}": box for name, box in source.boxes.items()}
    renumber(source)


@pytest.mark.parametrize("change", [renumber, shift, into_other_mailboxes])
def test_a_new_server_with_the_same_mail_goes_on_and_figures_stay(tmp_path, change):
    office = office_with(tmp_path)
    before = office.exchanges_at()
    change(office.sources["info"])
    moved_to(office, host="imap.new.example")
    assert office.one_pass().error is None
    office.pass_(26)
    office.pass_(26)
    assert office.exchanges_at() == before


def test_mail_that_is_under_a_known_uid_but_another_one_is_read(tmp_path):
    """The new server numbers from the same UIDVALIDITY: what it holds must not pass for what is known."""
    office = office_with(tmp_path, number=6)
    source = office.sources["info"]
    shift(source)
    later = Story()
    later.inbound("late", NOW - 10 * DAY, subject="Later")
    deliver(office, later.mails)
    moved_to(office, host="imap.new.example")
    assert office.one_pass().error is None
    found = exported(office.config, ReportQuery(since="all"), office.now)
    assert {e.exchange.contact.partition("@")[0] for e in found} == {"late", *(f"info{i}" for i in range(6))}


def statuses(office):
    return [e.status.value for e in exported(office.config, ReportQuery(since="all"), office.now)]


@pytest.mark.parametrize(("lost", "same"), [(0, True), (10, True), (11, False), (20, False)])
def test_half_of_what_was_known_has_to_be_there(tmp_path, lost, same):
    office = Office(tmp_path, INFO)
    story = Story()
    for i in range(20):
        story.inbound(f"c{i}", NOW - (20 + i) * DAY, subject=f"Oak {i}")
    office.tell(story)
    office.one_pass()
    source = office.sources["info"]
    for uid in sorted(source.boxes["INBOX"].messages)[:lost]:
        source.expunge("INBOX", uid)
    renumber(source)
    moved_to(office, host="imap.new.example")
    error = office.one_pass().error
    assert (error is None) is same
    if not same:
        assert isinstance(error, ChangedAccountError)


def test_another_mailbox_is_not_read_and_no_figure_of_it_or_of_the_old_one_is_shown(tmp_path):
    office = office_with(tmp_path)
    another_mailbox(office)
    moved_to(office, username="else@a.example")
    outcome = office.one_pass()
    assert isinstance(outcome.error, ChangedAccountError)
    assert outcome.error.text == (
        "account info was info@a.example at imap.a.example, now else@a.example at imap.a.example"
    )
    assert outcome.messages == 0
    for asked in (office.report, office.exchanges_at):
        with pytest.raises(ChangedAccountError):
            asked()
    moved_to(office, username="info@a.example")  # put right: all is as it was
    assert office.report().summary.total == 20


def test_the_other_accounts_are_read_and_shown_and_it_is_said_first(tmp_path):
    story = Story()
    mail(story, 4)
    mail(story, 3, account="anna")
    office = Office(tmp_path, INFO, replace(ANNA, watched=True))
    office.tell(story)
    office.pass_()
    assert office.report().summary.total == 7
    office.sources["anna"] = type(office.sources["anna"])()
    office.config = replace(office.config, accounts=(INFO, replace(ANNA, watched=True, username="bea@a.example")))
    info, anna = office.pass_()
    assert info.error is None
    assert isinstance(anna.error, ChangedAccountError)
    report = office.report()
    assert report.summary.total == 4
    assert report.warnings[0].code == "account_changed"
    assert report.warnings[0].account == "anna"


def test_before_the_next_poll_nothing_is_shown_of_a_changed_account(tmp_path):
    office = office_with(tmp_path)
    moved_to(office, host="imap.new.example")
    with pytest.raises(ChangedAccountError):
        office.report()


def test_an_account_without_mail_takes_what_it_finds(tmp_path):
    office = Office(tmp_path, INFO)
    office.one_pass()
    moved_to(office, username="right@a.example")
    story = Story()
    mail(story, 2)
    office.tell(story)
    assert office.one_pass().error is None
    assert office.report().summary.total == 2


def test_a_new_name_in_the_config_is_no_other_account(tmp_path):
    """Nothing is read again, nothing stays under the old name, and how far its mail was read is known still."""
    office = office_with(tmp_path)
    before = office.figures()
    erase(office.config, people(["info19@info19.example"], office.config.team), office.now, Silent())
    office.config = replace(office.config, accounts=(replace(INFO, name="main"),))
    office.sources = {"main": office.sources["info"]}
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages) == (None, 0)
    assert office.rows_of("SELECT name FROM accounts UNION SELECT account FROM covered_since") == [("main",)]
    assert sum(count for _, count in before[0]) == office.report().summary.total + 1


def test_names_that_were_swapped(tmp_path):
    """The rules and the accounts look the same as before: figures have to follow all the same."""
    story = Story()
    mail(story, 4)
    mail(story, 3, account="anna", answered=False)
    accounts = (INFO, replace(ANNA, watched=True))
    office = Office(tmp_path, *accounts)
    office.tell(story)
    office.pass_()
    before = office.exchanges_at(), office.rows_of("SELECT DISTINCT account FROM evidence")
    info, anna = accounts
    office.config = replace(office.config, accounts=(replace(anna, name="info"), replace(info, name="anna")))
    office.sources = {"info": office.sources["anna"], "anna": office.sources["info"]}
    assert [(o.error, o.messages) for o in office.pass_()] == [(None, 0), (None, 0)]
    assert office.exchanges_at() == before[0]
    assert before[1] == [("info",)]
    assert office.rows_of("SELECT DISTINCT account FROM evidence") == [("anna",)]


def test_a_name_that_stands_for_other_mail_is_given_to_nobody(tmp_path):
    """The mail of both would lie under one name."""
    story = Story()
    mail(story, 4)
    mail(story, 3, account="anna")
    office = Office(tmp_path, INFO, ANNA)
    office.tell(story)
    office.pass_()
    office.config = replace(office.config, accounts=(replace(ANNA, name="info"),))
    office.sources = {"info": office.sources["anna"]}
    assert isinstance(office.one_pass().error, ChangedAccountError)
    drop(office.config, "info", office.now, Silent())
    assert office.one_pass().messages == 0
    assert office.rows_of("SELECT name, login FROM accounts") == [("info", "anna@a.example")]


def taken_as_the_new_place(office):
    """A person said so, and nothing was read there yet."""
    moved_to(office, host="imap.new.example")
    move(office.config, "info", office.now)


def killed_after_it_was_recognised(office):
    """The old numbers are over, and nothing was read under the new ones."""
    renumber(office.sources["info"])
    moved_to(office, host="imap.new.example")
    office.sources["info"].fetches_left = 30 + 5
    with pytest.raises(Killed):
        office.one_pass()


def emptied(office):
    """All mail was filed elsewhere, and counts still."""
    for name, box in office.sources["info"].boxes.items():
        for uid in list(box.messages):
            office.sources["info"].expunge(name, uid)
    for _ in range(5):
        office.pass_(4 * 24)
    assert office.rows_of("SELECT count(*), count(gone) FROM locations") == [(30, 30)]


@pytest.mark.parametrize("change", [taken_as_the_new_place, killed_after_it_was_recognised, emptied])
def test_what_is_held_of_an_account_that_has_no_numbers_or_no_mail_is_mixed_with_no_other_mailbox(tmp_path, change):
    office = office_with(tmp_path)
    change(office)
    another_mailbox(office)
    moved_to(office, username="else@a.example")
    assert isinstance(office.one_pass().error, ChangedAccountError)
    assert office.rows_of("SELECT count(*) FROM messages") == [(30,)]


def test_mail_without_message_ids_is_known_again_though_its_subjects_are_hidden(tmp_path):
    story = Story()
    for i in range(4):
        story.inbound(f"c{i}", NOW - (20 + i) * DAY, subject=f"Oak {i}", message_id=None)
    office = Office(tmp_path, INFO)
    office.config = replace(office.config, privacy=PrivacySettings(subjects=False))
    office.tell(story)
    office.one_pass()
    moved_to(office, host="imap.new.example")
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages) == (None, 0)


def test_what_a_restored_backup_numbered_anew_at_its_end_is_read(tmp_path):
    """So little of so much that no message of the sample lies there."""
    story, since = Story(), Story()
    for i in range(1203):
        story.inbound(f"c{i}", NOW - 60 * DAY + i * HOUR)
    for i in range(2197):
        story.outbound(f"s{i}", NOW - 100 * DAY + i * HOUR)
    office = Office(tmp_path, INFO)
    office.tell(story)
    office.one_pass()
    box = office.sources["info"].boxes["INBOX"]
    lost = sorted(box.messages)[-3:]
    for uid in lost:
        del box.messages[uid]
    for i in range(6):
        mail = since.inbound(f"late{i}", NOW - DAY + i)
        office.sources["info"].deliver(mail, mail.places[0])
    for uid, numbered in enumerate(sorted(box.messages)[-6:], lost[0]):
        box.messages[uid] = box.messages.pop(numbered)._replace(uid=uid)
    moved_to(office, host="imap.new.example")
    assert office.one_pass().error is None
    found = exported(office.config, ReportQuery(since="all"), office.now)
    assert sum(e.exchange.contact.startswith("late") for e in found) == 6


def test_a_store_that_did_not_know_what_its_accounts_read_learns_it(tmp_path):
    office = office_with(tmp_path)
    with Database(office.config.store_path) as database:
        database.execute("UPDATE accounts SET kind = NULL, host = NULL, login = NULL, path = NULL")
    assert office.report().summary.total == 20
    assert office.one_pass().error is None
    moved_to(office, username="else@a.example")
    with pytest.raises(ChangedAccountError):
        office.report()


def test_move_takes_the_new_place_as_it_is(tmp_path):
    office = office_with(tmp_path)
    another_mailbox(office)
    moved_to(office, username="else@a.example")
    held = held_account(office.config, "info")
    assert (held.messages, held.was, held.now) == (30, INFO.origin, office.config.accounts[0].origin)
    assert move(office.config, "info", office.now).was == INFO.origin
    assert move(office.config, "info", office.now) is None
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages) == (None, 5)


def test_drop_leaves_no_byte_and_the_name_may_be_used_anew(tmp_path):
    office = office_with(tmp_path)
    held = drop(office.config, "info", office.now, Silent())
    assert (held.name, held.messages) == ("info", 30)
    octets = b"".join(p.read_bytes() for p in office.config.store_path.parent.iterdir())
    for word in (b"info3@", b"Oak 3", b"imap.a.example", b"INBOX"):
        assert word not in octets, word
    story = Story()
    mail(story, 3)
    office.sources["info"] = type(office.sources["info"])()
    office.tell(story)
    moved_to(office, username="right@a.example")
    assert office.one_pass().error is None
    assert office.report().summary.total == 3


def test_drop_while_another_program_reads_is_finished_by_the_same_words(tmp_path, monkeypatch):
    office = office_with(tmp_path, number=2)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(office.config.store_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM messages").fetchone()
        with pytest.raises(StoreError, match="read by another program"):
            drop(office.config, "info", office.now, Silent())
    drop(office.config, "info", office.now, Silent())
    assert office.rows("accounts") == {"accounts": []}


def test_drop_that_is_stopped_at_any_statement_is_finished_by_the_same_words(tmp_path, monkeypatch):
    story = Story()
    mail(story, 3)
    story.reply(story.inbound("tom", NOW - 9 * DAY), NOW - 8 * DAY, account="anna")
    office = Office(tmp_path, INFO, ANNA)
    office.tell(story)
    office.pass_()
    path, execute = office.config.store_path, Database.execute
    before, stops = path.read_bytes(), 0
    for number in count(1, 2):
        path.write_bytes(before)
        calls = iter(range(number))

        def stopping(self, *said, calls=calls):
            if next(calls, None) is None:
                raise Killed
            return execute(self, *said)

        monkeypatch.setattr(Database, "execute", stopping)
        try:
            drop(office.config, "anna", office.now, Silent())
            break
        except Killed:
            stops += 1
        monkeypatch.setattr(Database, "execute", execute)
        drop(office.config, "anna", office.now, Silent())
        assert office.rows_of("SELECT name FROM accounts") == [("info",)], number
        assert b"anna@a.example" not in path.read_bytes()
        with Database(path) as store:
            assert len(Marks(store).standing()) == 1, number
    assert stops > 20


def test_drop_leaves_what_lies_elsewhere_with_its_marks(tmp_path):
    story = Story()
    mail(story, 4)
    mail(story, 3, account="anna")
    shared = story.inbound("both", NOW - 30 * DAY, subject="Shared")
    office = Office(tmp_path, INFO, replace(ANNA, watched=True))
    office.tell(story)
    deliver(office, [shared], "anna")
    office.pass_()
    assert office.report().summary.total == 8
    mark(office.config, shared.message_id, NeedsNone(), office.now, Silent())
    assert office.report().summary.total == 7
    drop(office.config, "anna", office.now, Silent())
    office.config = replace(office.config, accounts=(INFO,))
    assert office.report().summary.total == 4
    assert office.rows("marks")["marks"]


@pytest.mark.parametrize("others", [(ANNA,), (replace(ANNA, username="bea@a.example"),), ()])
def test_an_answer_that_is_dropped_was_an_answer(tmp_path, others):
    """Otherwise everything that a colleague answered would count as unanswered once her mailbox is let go.

    That is so, too, where her account is left out by then: its name stands for another mailbox, or the config has none.
    """
    story = Story()
    enquiry = story.inbound("tom", NOW - 20 * DAY)
    story.reply(enquiry, NOW - 20 * DAY + HOUR, account="anna")
    office = Office(tmp_path, INFO, ANNA)
    office.tell(story)
    office.pass_()
    office.config = replace(office.config, accounts=(INFO, *others))
    office.report()
    drop(office.config, "anna", office.now, Silent())
    office.config = replace(office.config, accounts=(INFO,))
    assert statuses(office) == ["answered"]


def test_an_account_that_nobody_knows(tmp_path):
    office = office_with(tmp_path)
    for step in (lambda: held_account(office.config, "nobody"), lambda: move(office.config, "nobody", 0)):
        with pytest.raises(UsageError, match="the store knows no account nobody"):
            step()


def test_whoever_forgets_the_owner_of_an_account_hears_that_its_login_stays(tmp_path):
    said = []

    class Listening(Silent):
        def say(self, notice):
            said.append(notice)

    office = office_with(tmp_path, number=2, account=replace(INFO, username="bea@b.example"))
    erase(office.config, people(["bea@b.example"], office.config.team), office.now, Listening())
    assert said == [Notice("name_stays", {"name": "bea@b.example"})]
