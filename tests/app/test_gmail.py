"""Passes over Gmail: its labels, All Mail shown in IMAP or hidden, and a store of a release that knew no labels."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from older import take_back
from replywatch.app.checking.check import check
from replywatch.app.deriving.erase import erase, people
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.model import Config, ImapAccount, MboxAccount, ReportSettings
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Severity
from replywatch.domain.results.notice import Notice
from replywatch.domain.results.polled import AccountOutcome
from replywatch.domain.results.warning import Code
from replywatch.errors import MailboxError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.stamps import STAMP_ITEMS
from replywatch.sources.local.mbox import MboxSettings, MboxSource
from replywatch.store.vanished import Vanished
from said import in_words
from servers.gmail import ALL, SENT, SPAM, TRASH, Gmail, Letter
from servers.scripted import ScriptedServer
from story import HOUR, Keep, Mail, Place, Story, at, fetched

NOW = at("03-20 12:00")
INBOX, OURS = "\\Inbox", "\\Sent"
LABELS = ("Erledigt", "INBOX", "Kunden", "Kunden/B&APw-ro", "Privat")
DERIVED = ("judgements", "exchanges", "written")
ALIAS = "alias@elsewhere.example"
"""An address of ours that `[team]` does not know."""


class Office:
    """An account at Gmail with some mail, and a store that somebody polls it into, an hour later each time."""

    def __init__(self, folder: Path, roles: tuple[tuple[str, Role], ...] = ()) -> None:
        self.gmail = Gmail("Kunden", "Kunden/Büro", "Privat", "Erledigt")
        self.story = Story()
        self.letters: dict[str, Letter] = {}
        self.mails: dict[str, Mail] = {}
        account = ImapAccount("info", roles=Roles(tuple(roles)))
        self.store = folder / "mail.db"
        self.config = Config(self.story.team, (account,), ReportSettings(ZoneInfo("UTC")), self.store)
        self.now = NOW
        self.commands: list[str] = []
        self.outcome: AccountOutcome | None = None

    def put(self, name: str, mail: Mail, *labels: str, lies_in: str = ALL) -> Letter:
        place = mail.places[0]
        self.mails[name] = mail
        self.letters[name] = self.gmail.put(mail.raw(place), place.internal_date, *labels, lies_in=lies_in)
        return self.letters[name]

    def furnish(self) -> None:
        """One of everything."""
        s = self.story
        anna = s.inbound("anna", "03-02 09:00", subject="Oak boards")
        self.put("anna", anna, INBOX, "Kunden", "\\Important")
        self.put("to anna", s.reply(anna, "03-02 10:30"), OURS, "Kunden")
        self.put("nora", s.inbound("nora", "01-10 09:00", subject="Pine"), "Kunden/Büro")
        self.put("will", s.inbound("will", "03-18 09:00", subject="A table"), INBOX)
        self.put("draft", s.outbound("will", "03-18 10:00", subject="Re: A table", references="x@y.example"), "\\Draft")
        self.put("thrown away", s.inbound("tina", "03-04 09:00", subject="Cheap oak"), "Kunden", lies_in=TRASH)
        self.put("spam", s.inbound("sam", "03-05 09:00", subject="You won"), lies_in=SPAM)
        alias = s.mail(ALIAS, "03-06 09:00", "carl", subject="Ash", mailbox="Sent")
        self.put("alias", alias, OURS, "Kunden")
        self.put("to us", s.mail(ALIAS, "03-07 09:00", "info", subject="Note"), OURS, INBOX)

    @contextmanager
    def online(self) -> Iterator[Callable[[], ImapSource]]:
        with ScriptedServer(self.gmail.answers()) as server:
            settings = ImapSettings(server.host, "anna", "hidden", server.port, "none")
            yield lambda: ImapSource(settings)
            self.commands = server.commands

    def poll(self) -> AccountOutcome:
        self.now += HOUR
        with self.online() as source:
            (self.outcome,) = poll(self.config, lambda _: source(), lambda: self.now, Silent())
        return self.outcome

    def opened(self) -> list[str]:
        return [command.split(" ", 1)[1].strip('"') for command in self.commands if command.startswith("EXAMINE")]

    def state(self) -> tuple[object, ...]:
        """All that figures come from; without numbers that depend on the order of arrival, and what an archive is."""
        tables = {t: [n for _, n, *_ in self.rows(f"PRAGMA table_info({t})") if n != "cluster"] for t in DERIVED}
        found = [self.rows(f"SELECT DISTINCT {', '.join(names)} FROM {table}") for table, names in tables.items()]
        return *found, self.rows("SELECT min(clock) FROM evidence WHERE in_sent"), self.lines()

    def lines(self) -> dict[str, str]:
        """Who wrote, or was written to, and about what → the line of the account."""
        rows = self.rows("SELECT message_id, disposition FROM judgements")
        names = {mail.message_id: name for name, mail in self.mails.items()}
        return {names[str(message_id)]: str(disposition) for message_id, disposition in rows}

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.store)) as connection:
            return sorted(connection.execute(sql).fetchall(), key=repr)

    def figures(self) -> object:
        report = make_report(self.config, ReportQuery(since="all"), self.now, Silent())
        return [(row.bucket.key, row.count) for row in report.buckets if row.count], report.ledger


@pytest.fixture
def office(tmp_path):
    return furnished(tmp_path)


def furnished(folder, roles=()):
    found = Office(folder, tuple(roles))
    found.furnish()
    return found


@pytest.fixture(params=["All Mail is shown", "All Mail is hidden"])
def any_office(office, request):
    """What has to be so either way."""
    hide(office, request.param == "All Mail is hidden")
    return office


def hide(office, hidden=True):
    office.gmail.hidden = {ALL} if hidden else set()


def labels_of(office, name):
    """The stored labels of a message, by mailbox."""
    msgid = office.letters[name].msgid
    return office.rows(
        "SELECT b.name, l.labels FROM locations l JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox"
        f" WHERE l.provider_id = 'gmail:{msgid}' AND l.gone IS NULL"
    )


def warned(office):
    """The warnings that a report has of mail of ours."""
    report = make_report(office.config, ReportQuery(since="all"), office.now, Silent())
    return [w.code for w in report.warnings if w.code in (Code.NO_SENT_MAILBOX, Code.SENT_EMPTY)]


EXPECTED = {
    "anna": "counted",
    "to anna": "outbound",
    "nora": "counted",
    "will": "counted",
    "thrown away": "set_aside",
    "spam": "set_aside",
    "alias": "foreign",
    "to us": "counted",
}


class TestWhatIsRead:
    def test_all_mail_spam_and_trash_and_nothing_else(self, office):
        outcome = office.poll()
        assert (outcome.error, outcome.lacks_sent, outcome.unread) == (None, False, 0)
        assert (outcome.mailboxes, outcome.messages) == (3, 9)
        assert office.opened() == [ALL, TRASH, SPAM]

    def test_the_labels_where_all_mail_is_hidden(self, office):
        hide(office)
        outcome = office.poll()
        assert (outcome.error, outcome.lacks_sent, outcome.unread) == (None, False, 0)
        assert office.opened() == [*LABELS, SENT, TRASH, SPAM]

    def test_the_labels_where_the_config_skips_all_mail(self, tmp_path):
        office = furnished(tmp_path, [(ALL, Role.SKIP)])
        office.poll()
        assert office.opened() == [*LABELS, SENT, TRASH, SPAM]
        assert office.lines() == EXPECTED

    def test_a_server_without_labels_is_read_as_any_other(self, office):
        office.gmail.extended = False
        assert office.poll().error is None
        assert office.opened() == [*LABELS, ALL, SENT, TRASH, SPAM]

    def test_what_is_stored(self, any_office):
        any_office.poll()
        shown = not any_office.gmail.hidden
        assert labels_of(any_office, "anna") == (
            [(ALL, '["Kunden", "\\\\Important", "\\\\Inbox"]')]
            if shown
            else [("INBOX", '["Kunden", "\\\\Important"]'), ("Kunden", '["\\\\Important", "\\\\Inbox"]')]
        )
        assert [name for name, _ in labels_of(any_office, "nora")] == [ALL if shown else "Kunden/Büro"]

    def test_a_pass_without_news_opens_and_changes_nothing(self, any_office):
        any_office.poll()
        before = any_office.state()
        assert any_office.poll().messages == 0
        assert any_office.opened() == []
        assert any_office.state() == before


class TestFigures:
    def test_each_message_has_its_line(self, any_office):
        any_office.poll()
        assert any_office.lines() == EXPECTED
        buckets, account = any_office.figures()
        assert buckets == [("under_24h", 1), ("waiting", 2), ("unknown", 1)]
        assert (account.counted, account.outbound, account.foreign, account.set_aside) == (4, 1, 1, 2)

    def test_the_same_shown_and_hidden(self, tmp_path):
        states = []
        for hidden in (False, True):
            (tmp_path / str(hidden)).mkdir()
            office = furnished(tmp_path / str(hidden))
            hide(office, hidden)
            office.poll()
            states.append((office.state(), office.figures()))
        assert states[0] == states[1]
        assert len(states[0][0][1]) == 4

    def test_switched_between_polls(self, office):
        office.poll()
        before = office.state(), office.figures()
        for hidden in (True, True, True, False, False, False, True):
            hide(office, hidden)
            outcome = office.poll()
            assert (outcome.error, outcome.lacks_sent) == (None, False)
            assert (office.state(), office.figures()) == before
            where = [name for name, _ in labels_of(office, "anna")]
            assert set(where) >= ({"INBOX", "Kunden"} if hidden else {ALL})

    def test_switched_and_moved_at_the_same_time(self, any_office):
        any_office.poll()
        hide(any_office, not any_office.gmail.hidden)
        any_office.gmail.move(any_office.letters["will"], TRASH)
        any_office.gmail.move(any_office.letters["thrown away"], ALL)
        for _ in range(3):
            any_office.poll()
        assert any_office.lines() == EXPECTED | {"will": "set_aside", "thrown away": "counted"}

    def test_the_last_label_goes_and_the_message_with_it_where_all_mail_is_hidden(self, any_office):
        """It is archived: shown nowhere but in All Mail. It still waits for an answer."""
        any_office.poll()
        before = any_office.figures()
        any_office.gmail.unlabel(any_office.letters["will"], INBOX)
        for _ in range(3):
            assert any_office.poll().error is None
        assert any_office.figures() == before

    def test_deleted_for_good(self, any_office):
        any_office.poll()
        before = any_office.figures()
        for name in ("will", "to anna", "spam"):
            any_office.gmail.letters.remove(any_office.letters[name])
        for _ in range(3):
            any_office.poll()
        assert any_office.figures() == before

    def test_a_message_without_sent_mailbox_is_still_seen_as_sent(self, office):
        office.gmail.hidden = {SENT}
        assert not office.poll().lacks_sent
        assert office.lines() == EXPECTED

    def test_no_mail_of_ours_is_no_missing_mailbox(self, tmp_path):
        office = Office(tmp_path)
        office.put("will", office.story.inbound("will", "03-18 09:00"), INBOX)
        assert not office.poll().lacks_sent
        assert warned(office) == [Code.SENT_EMPTY]

    def test_nor_is_a_label_that_stands_in_for_it(self, tmp_path):
        """All Mail alone is shown, and what was erased of it last tells no labels any more."""
        office = Office(tmp_path)
        office.gmail.hidden = {SENT}
        office.put("will", office.story.inbound("will", "03-18 09:00"), INBOX)
        office.put("nora", office.story.inbound("nora", "03-19 09:00"), INBOX)
        assert not office.poll().lacks_sent
        assert warned(office) == [Code.SENT_EMPTY]
        erase(office.config, people(["nora@nora.example"], office.config.team), office.now, Silent())
        assert office.rows("SELECT uid, message IS NULL, labels IS NULL FROM locations") == [(1, 0, 0), (2, 1, 1)]
        assert warned(office) == [Code.SENT_EMPTY]


class TestLabelsChange:
    def test_only_what_changed_is_asked_for(self, any_office):
        any_office.poll()
        any_office.gmail.label(any_office.letters["anna"], "Erledigt")
        any_office.poll()
        asked = [c for c in any_office.commands if c.startswith("UID FETCH") and not c.endswith(STAMP_ITEMS)]
        assert asked
        assert all("CHANGEDSINCE" in c or (any_office.gmail.hidden and "BODY" in c) for c in asked)
        assert all("Erledigt" in str(labels) for name, labels in labels_of(any_office, "anna") if name != "Erledigt")

    @pytest.mark.parametrize(("role", "line"), [(Role.TRASH, "set_aside"), (Role.SKIP, None), (Role.FOLDER, "counted")])
    def test_a_label_that_the_config_knows_is_put_on_later(self, tmp_path, role, line):
        for hidden in (False, True):
            (tmp_path / str(hidden)).mkdir()
            office = furnished(tmp_path / str(hidden), [("Erledigt", role)])
            hide(office, hidden)
            office.poll()
            assert office.lines() == EXPECTED
            office.gmail.label(office.letters["nora"], "Erledigt")
            office.gmail.label(office.letters["will"], "Erledigt")
            office.poll()
            office.gmail.unlabel(office.letters["will"], INBOX)
            for _ in range(3):
                office.poll()
            assert office.lines().get("will") == line, hidden
            office.gmail.unlabel(office.letters["will"], "Erledigt")
            office.gmail.label(office.letters["will"], INBOX)
            for _ in range(3):
                office.poll()
            assert office.lines().get("will") == "counted", hidden

    def test_archived_and_back(self, any_office):
        any_office.poll()
        before = any_office.state()
        any_office.gmail.unlabel(any_office.letters["anna"], INBOX)
        any_office.poll()
        any_office.gmail.label(any_office.letters["anna"], INBOX)
        any_office.poll()
        assert any_office.state() == before

    def test_killed_before_the_labels_were_read(self, office, monkeypatch):
        office.poll()
        office.gmail.label(office.letters["will"], "Erledigt")

        class Killed(BaseException):
            pass

        def killed(*_):
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr("replywatch.store.facts.Facts.relabel", killed)
            with pytest.raises(Killed):
                office.poll()
        office.poll()
        assert labels_of(office, "will") == [(ALL, '["Erledigt", "\\\\Inbox"]')]

    def test_not_all_of_them_in_every_pass_while_a_message_can_not_be_read(self, any_office):
        any_office.gmail.unreadable = {any_office.letters["nora"].msgid}
        for _ in range(3):
            assert any_office.poll().unread == 1
            assert not [c for c in any_office.commands if "X-GM-LABELS)" in c and "CHANGEDSINCE" not in c]
        any_office.gmail.label(any_office.letters["will"], "Kunden")
        any_office.poll()
        assert all("Kunden" in labels for name, labels in labels_of(any_office, "will") if name != "Kunden")
        any_office.gmail.unreadable = set()
        assert any_office.poll().unread == 0
        assert any_office.lines() == EXPECTED


class TestSkippedLabel:
    @pytest.mark.parametrize("labels", [("Privat",), ("Privat", INBOX), ("Privat", "Kunden"), ("Privat", OURS)])
    def test_whatever_else_a_message_has(self, tmp_path, labels):
        """A label is put on what lies in the inbox; it takes nothing out of it as another mailbox would."""
        for hidden in (False, True):
            (tmp_path / str(hidden)).mkdir()
            office = furnished(tmp_path / str(hidden), [("Privat", Role.SKIP)])
            hide(office, hidden)
            office.put("mum", office.story.inbound("mum", "03-19 09:00", subject="Sunday"), *labels)
            assert office.poll().error is None
            assert office.lines() == EXPECTED

    def test_below_it(self, tmp_path):
        office = furnished(tmp_path, [("Kunden", Role.SKIP)])
        office.poll()
        assert set(office.lines()) == set(EXPECTED) - {"anna", "to anna", "nora", "alias", "thrown away"}

    def test_taken_out_of_the_config_again(self, tmp_path):
        office = furnished(tmp_path, [("Kunden", Role.SKIP)])
        office.poll()
        office.config = furnished(tmp_path).config
        office.poll()
        assert office.lines() == EXPECTED

    def test_it_has_to_be_there(self, tmp_path):
        office = furnished(tmp_path, [("Familie", Role.SKIP)])
        error = office.poll().error
        assert isinstance(error, MailboxError)
        assert "'Familie'" in error.text


class TestBroken:
    @pytest.mark.parametrize("name", [ALL, TRASH, SPAM])
    def test_nothing_is_let_go_while_a_mailbox_is_not_read(self, office, name):
        hide(office)
        office.poll()
        before = office.figures()
        hide(office, hidden=False)
        office.gmail.label(office.letters["anna"], "Erledigt")
        office.gmail.move(office.letters["will"], name)
        office.gmail.broken = {name}
        for _ in range(3):
            outcome = office.poll()
            assert (isinstance(outcome.error, MailboxError), len(outcome.unopened)) == (name == ALL, name != ALL)
            assert office.rows("SELECT uid FROM locations WHERE gone IS NOT NULL OR missed_at IS NOT NULL") == []
            assert office.figures()[1] == before[1]
            assert (office.figures() == before) is (name == ALL), "who waits is unknown while a mailbox is a hole"
        office.gmail.broken = set()
        assert office.poll().error is None
        assert office.lines() == EXPECTED | {"will": "counted" if name == ALL else "set_aside"}

    def test_all_mail_goes_and_there_is_no_sent_mailbox(self, office):
        office.gmail.hidden = {SENT}
        assert office.poll().error is None
        office.gmail.hidden = {SENT, ALL}
        outcome = office.poll()
        assert isinstance(outcome.error, MailboxError)
        assert "Alle Nachrichten" in outcome.error.text

    def test_hostile_labels(self, office):
        hostile = {"a\r\nb", "\x1b]8;;x\x07", "x" * 100_000, '"', "\\", "NIL", "(", "\u202eevil", "\\Sent2", "{5}"}
        office.gmail.label(office.letters["will"], *hostile)
        assert office.poll().error is None
        assert office.lines() == EXPECTED
        ((_, labels),) = labels_of(office, "will")
        assert len(labels) < 300
        assert labels.isprintable()


class TestOneMessage:
    def test_its_id_counts_where_its_header_differs(self, office):
        hide(office)
        anna = office.letters["anna"]
        anna.headers["Kunden"] = anna.header.replace(b"anna.1@", b"other@")
        office.poll()
        assert office.lines() == EXPECTED
        assert len(office.rows("SELECT id FROM messages")) == 8

    @pytest.mark.parametrize(
        ("mailbox", "size", "found"),
        [("Sent", 1000, 1), ("Sent", 1001, 2), ("INBOX", 1000, 2)],
        ids=["the same message", "another size", "twice in one mailbox"],
    )
    def test_whether_an_id_is_believed(self, tmp_path, mailbox, size, found):
        story = Story()
        letters = [story.inbound("anna", "03-02 09:00"), story.inbound("berta", "03-02 10:00")]
        with Keep(tmp_path, story.config) as store:
            for uid, (mail, name, octets) in enumerate(zip(letters, ("INBOX", mailbox), (1000, size), strict=True), 1):
                copy = fetched(mail, mail.places[0], uid)._replace(provider_id="gmail:7", size=octets)
                store.facts.add_batch(store.epoch(Place(name)).id, [copy], (), uid, NOW)
            assert len(list(store.database.rows("SELECT id FROM messages"))) == found

    def test_a_server_that_gives_all_messages_one_id(self, tmp_path):
        story = Story()
        letters = [story.inbound(f"p{n}", f"03-0{n} 09:00") for n in range(1, 9)]
        with Keep(tmp_path, story.config) as store:
            for name, part in (("INBOX", letters[:4]), ("Sent", letters[4:])):
                copies = [fetched(mail, mail.places[0], uid) for uid, mail in enumerate(part, 1)]
                same = [copy._replace(provider_id="objectid:M") for copy in copies]
                store.facts.add_batch(store.epoch(Place(name)).id, same, (), 4, NOW)
            assert len(list(store.database.rows("SELECT id FROM messages"))) == 8

    def test_other_accounts_have_ids_of_their_own(self, tmp_path):
        one = furnished(tmp_path)
        one.poll()
        other = Office(tmp_path)
        other.config = Config(
            one.config.team,
            (*one.config.accounts, ImapAccount("sales")),
            one.config.report,
            one.store,
        )
        other.put("zoe", other.story.inbound("zoe", "03-19 09:00"), INBOX)
        assert other.letters["zoe"].msgid == one.letters["anna"].msgid
        with one.online() as info, other.online() as sales:
            sources = {"info": info, "sales": sales}
            poll(other.config, lambda a: sources[a.name](), lambda: one.now + HOUR, Silent())
        assert len(one.rows("SELECT identity FROM judgements")) == len(EXPECTED) + 1


class TestUpgrade:
    """A store that a release without labels filled: every mailbox was read, All Mail as an archive beside them."""

    @pytest.fixture
    def old(self, office):
        office.gmail.unlabel(office.letters["alias"], "Kunden")
        office.gmail.extended = False
        office.poll()
        office.gmail.extended = True
        with closing(sqlite3.connect(office.store, isolation_level=None)) as store:
            store.execute("UPDATE locations SET thread = 'gmail:' || message")
        take_back(office.store, "0004_labels")
        return office

    def test_no_figure_moves_and_the_views_are_let_go(self, old):
        before = old.figures()
        for _ in range(2):
            outcome = old.poll()
            assert (outcome.error, outcome.lacks_sent, outcome.unread) == (None, False, 0)
            assert old.opened() in ([ALL, TRASH, SPAM], [])
        assert old.rows(
            "SELECT b.name, count(*) FROM locations l JOIN epochs e ON e.id = l.epoch"
            " JOIN mailboxes b ON b.id = e.mailbox GROUP BY 1"
        ) == sorted([(ALL, 7), (TRASH, 1), (SPAM, 1)], key=repr)
        assert old.rows("SELECT uid FROM locations WHERE labels IS NULL OR provider_id IS NULL OR gone > 0") == []
        assert old.lines() == EXPECTED
        assert old.figures() == before

    def test_as_if_it_had_always_been_read_so(self, old, tmp_path):
        old.poll()
        (tmp_path / "new").mkdir()
        new = furnished(tmp_path / "new")
        new.gmail.unlabel(new.letters["alias"], "Kunden")
        new.poll()
        assert old.state() == new.state()

    def test_where_all_mail_is_hidden(self, old):
        before = old.figures()
        hide(old)
        for _ in range(3):
            outcome = old.poll()
            assert (outcome.error, outcome.lacks_sent, outcome.unread) == (None, False, 0)
        assert old.figures() == before
        assert old.lines() == EXPECTED
        assert old.rows("SELECT uid FROM locations WHERE labels IS NULL AND gone IS NULL") == []

    def test_mail_that_is_nowhere_any_more_still_counts(self, old, monkeypatch):
        before = old.figures()
        for name in ("will", "to anna"):
            old.gmail.letters.remove(old.letters[name])
        old.poll()
        with monkeypatch.context() as patch:
            patch.setattr(Vanished, "let_go", None)  # it is done once
            for _ in range(2):
                assert old.poll().error is None
        assert old.figures() == before

    def test_a_sender_that_team_lacks_is_told_from_somebody_who_writes_to_us(self, old):
        """In Sent, All Mail and under a label of people's own it counted as an enquiry that nobody answers."""
        old.gmail.label(old.letters["alias"], "Kunden")
        old.poll()
        assert old.lines() == EXPECTED

    def test_thrown_away_meanwhile(self, old):
        old.gmail.move(old.letters["will"], TRASH)
        for _ in range(2):
            old.poll()
        assert old.lines() == EXPECTED | {"will": "set_aside"}

    def test_killed_in_the_middle(self, old, monkeypatch):
        before = old.figures()

        class Killed(BaseException):
            pass

        def killed(*_):
            raise Killed

        for step in ("facts.Facts.relabel", "vanished.Vanished.let_go", "facts.Facts.end_pass"):
            with monkeypatch.context() as patch:
                patch.setattr(f"replywatch.store.{step}", killed)
                with pytest.raises(Killed):
                    old.poll()
            assert old.figures() == before
        assert old.poll().error is None
        assert old.figures() == before
        assert old.lines() == EXPECTED


class TestViewsAndTheBrake:
    """What the views showed and All Mail does not is weighed like any other loss before it is let go."""

    LIVE = "SELECT count(DISTINCT l.message) FROM locations l WHERE l.gone IS NULL"

    @pytest.fixture
    def shown_later(self, tmp_path):
        """All Mail was hidden so far."""
        office = Office(tmp_path)
        for n in range(1_030):
            mail = office.story.inbound(f"p{n}", at("03-18 09:00") + n)
            office.put(f"p{n}", mail, INBOX if n % 2 else "Kunden")
        hide(office)
        office.poll()
        hide(office, hidden=False)
        return office

    def test_all_mail_shows_no_more_than_a_cap(self, shown_later):
        """Gmail can be told to show so many in each mailbox, the newest."""
        before, letters = shown_later.figures(), shown_later.gmail.letters
        shown_later.gmail.letters = letters[30:]
        for _ in range(3):
            shown_later.now += 48 * HOUR
            assert {h.capped for h in shown_later.poll().holds} == {True}
        assert shown_later.rows(self.LIVE) == [(1_030,)]
        shown_later.gmail.letters = letters
        assert shown_later.poll().holds == ()
        assert shown_later.rows(self.LIVE) == [(1_030,)]
        assert shown_later.rows("SELECT count(*) FROM locations") == [(1_030,)]
        assert shown_later.figures()[1] == before[1]

    def test_all_mail_is_nearly_empty(self, shown_later):
        shown_later.gmail.letters = shown_later.gmail.letters[700:]
        assert {(h.mailbox, h.missing, h.capped) for h in shown_later.poll().holds} == {
            ("INBOX", 515, False),
            ("Kunden", 515, False),
        }
        assert shown_later.rows(self.LIVE) == [(1_030,)]
        shown_later.now += 24 * HOUR
        assert shown_later.poll().holds == ()
        assert shown_later.rows(self.LIVE) == [(330,)]
        shown_later.poll()
        assert shown_later.opened() == []

    def test_a_view_that_was_numbered_anew(self, shown_later):
        """Its earlier numbering, of which much was missing, is let go with it."""
        view = "(SELECT max(id) FROM epochs WHERE mailbox = (SELECT id FROM mailboxes WHERE name = 'Kunden'))"
        with closing(sqlite3.connect(shown_later.store, isolation_level=None)) as store:
            store.execute(
                f"UPDATE epochs SET uidvalidity = 6, superseded_at = 1, completed_at = NULL WHERE id = {view}"
            )
            store.execute("UPDATE epochs SET held_at = 1 WHERE uidvalidity = 6")
        shown_later.poll()
        assert shown_later.rows("SELECT count(*) FROM locations") == [(1_030,)]
        assert shown_later.rows("SELECT id FROM epochs WHERE held_at IS NOT NULL") == []


class TestForget:
    def test_no_label_and_no_id_stays(self, any_office):
        """A label that others have, too, stays with them; `forget` says so where it names the person."""
        any_office.gmail.names.append("Nora Nobody")
        any_office.gmail.label(any_office.letters["nora"], "Nora Nobody", "secret")
        any_office.gmail.label(any_office.letters["will"], "cc nora@nora.example")
        any_office.poll()
        said = []
        progress = Silent()
        progress.say = said.append
        erase(any_office.config, people(["nora@nora.example"], any_office.config.team), any_office.now, progress)
        assert said == [Notice("name_stays", {"name": "cc nora@nora.example"})]
        stored = any_office.store.read_bytes()
        assert b"Kunden" in stored
        assert b"secret" not in stored
        assert str(any_office.letters["nora"].msgid).encode() not in stored
        any_office.gmail.label(any_office.letters["nora"], "later")
        any_office.poll()
        assert b"later" not in any_office.store.read_bytes()
        assert any_office.rows("SELECT uid FROM locations WHERE message IS NULL AND labels || provider_id <> ''") == []
        hide(any_office, not any_office.gmail.hidden)
        for _ in range(2):
            any_office.poll()
        assert "nora" not in any_office.lines()


class TestCheck:
    def findings(self, office):
        with office.online() as source:
            found = in_words(check(office.config, (), lambda _: source(), office.now))
            return [(f.severity, f.topic, f.what) for f in found]

    def test_what_is_read_and_why(self, office):
        found = self.findings(office)
        assert [what for _, topic, what in found if topic == "mailbox"] == [
            f"Erledigt: folder, 0 messages; a label, read in {ALL}",
            f"INBOX: inbox (name), 3 messages; a label, read in {ALL}",
            f"Kunden: folder, 3 messages; a label, read in {ALL}",
            f"Kunden/Büro: folder, 1 message; a label, read in {ALL}",
            f"Privat: folder, 0 messages; a label, read in {ALL}",
            f"{ALL}: archive (special-use \\all), 7 messages",
            "[Gmail]/Entwürfe: skipped (special-use \\drafts)",
            f"{SENT}: sent (special-use \\sent), 3 messages; a label, read in {ALL}",
            "[Gmail]/Markiert: skipped (special-use \\flagged)",
            f"{TRASH}: trash (special-use \\trash), 1 message",
            f"{SPAM}: junk (special-use \\junk), 1 message",
        ]
        assert not [f for f in found if f[0] is Severity.ERROR]

    def test_hidden(self, office):
        hide(office)
        assert not [f for f in self.findings(office) if f[0] is Severity.ERROR or "a label" in f[2]]

    def test_a_hidden_sent_mailbox_is_no_error(self, office):
        office.gmail.hidden = {SENT}
        assert not [f for f in self.findings(office) if f[0] is Severity.ERROR]


class TestTakeout:
    """One mbox file with everything in it, labels in the language of the account."""

    @pytest.fixture
    def desk(self, tmp_path):
        s = Story()
        anna = s.inbound("anna", "03-02 09:00", subject="Oak boards")
        labelled = {
            "Posteingang,Kunden": anna,
            "=?UTF-8?Q?Gesendet,Ge=C3=B6ffnet?=": s.reply(anna, "03-02 10:30"),
            "Archiviert": s.inbound("nora", "03-04 09:00", subject="Pine"),
            "Papierkorb,Kunden": s.inbound("tina", "03-05 09:00", subject="Cheap oak"),
            "Spam": s.inbound("sam", "03-05 10:00", subject="You won"),
            "=?UTF-8?Q?Entw=C3=BCrfe?=": s.outbound("nora", "03-06 09:00", subject="Re: Pine"),
            "Gesendet,Kunden": s.mail(ALIAS, "03-07 09:00", "carl", subject="Ash"),
        }
        file = tmp_path / "Alle Nachrichten.mbox"
        with file.open("wb") as mbox:
            for number, (labels, mail) in enumerate(labelled.items()):
                mbox.write(b"From %d@xxx Mon Mar 02 09:00:00 +0000 2026\nX-GM-THRID: %d\n" % (number, number))
                mbox.write(f"X-Gmail-Labels: {labels}\n".encode())
                mbox.write(mail.raw(mail.places[0]).replace(b"\r\n", b"\n") + b"text\n\n")
        found = Office(tmp_path)
        found.config = replace(found.config, accounts=(MboxAccount("info", path=file),))
        found.mails = {labels.partition("?=")[0]: mail for labels, mail in labelled.items()}
        return found

    def poll(self, desk):
        (outcome,) = poll(desk.config, lambda a: MboxSource(MboxSettings(a.path)), lambda: NOW, Silent())
        return outcome

    EXPECTED: ClassVar = {
        "Posteingang,Kunden": "counted",
        "=?UTF-8?Q?Gesendet,Ge=C3=B6ffnet": "outbound",
        "Archiviert": "counted",
        "Papierkorb,Kunden": "set_aside",
        "Spam": "excluded_kind",
        "Gesendet,Kunden": "foreign",
    }

    def test_labels_are_roles(self, desk):
        assert self.poll(desk).error is None
        assert desk.lines() == self.EXPECTED

    def test_a_store_from_before(self, desk):
        self.poll(desk)
        first_seen = desk.rows("SELECT message, first_seen FROM locations")
        take_back(desk.store, "0004_labels")
        assert desk.figures()
        assert desk.rows("SELECT uid FROM locations WHERE labels <> ''") == []
        self.poll(desk)
        assert desk.lines() == self.EXPECTED
        assert desk.rows("SELECT message, first_seen FROM locations") == first_seen
        assert desk.rows("SELECT uid FROM locations WHERE labels IS NULL") == []
