"""Which mail is read and counts: mailboxes of files by whatever name, chats, Exchange, All Mail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from office import exported
from replywatch.app.checking.mailboxes import mailbox_findings
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.model import AnyAccount, Config, ImapAccount, MaildirAccount, MboxAccount, ReportSettings
from replywatch.domain.mailboxes.fetched import EXCHANGE
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.domain.results.polled import AccountOutcome
from replywatch.sources.folder_names import earlier_name
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.local import maildir, mbox
from said import in_words
from servers.honest import Box, Honest
from servers.scripted import ScriptedServer
from story import HOUR, Mail, Story, at

NOW = at("03-20 12:00")
ANSWERED, OPEN = "answered", "open"
MICROSOFT = b"* OK The Microsoft Exchange IMAP4 service is ready. [TQBOADIA]\r\n"


@dataclass
class Mails:
    """Anna asked and was answered; nora never was. Besides thrown-away mail, spam, and a draft of an answer to nora."""

    anna: Mail
    answer: Mail
    nora: Mail
    thrown: list[Mail]
    draft: Mail

    @classmethod
    def of(cls, story: Story, thrown: int = 1) -> Mails:
        anna, nora = story.inbound("anna", "03-02 09:00"), story.inbound("nora", "03-03 09:00", subject="Door")
        answer, draft = story.reply(anna, "03-02 10:30"), story.reply(nora, "03-03 10:00")
        others = [story.inbound(f"w{n}", "03-04 09:00", subject=f"Offer {n}") for n in range(thrown)]
        return cls(anna, answer, nora, others, draft)

    def in_boxes(self, sent: str, trash: str, drafts: str = "") -> dict[str, list[Mail]]:
        found = {"INBOX": [self.anna, self.nora], sent: [self.answer], trash: self.thrown}
        return found | ({drafts: [self.draft]} if drafts else {})

    @property
    def expected(self) -> dict[str, str]:
        return {self.anna.message_id: ANSWERED, self.nora.message_id: OPEN}


class Files:
    """An account of files, polled an hour later each time."""

    def __init__(self, folder: Path, kind: type[MaildirAccount | MboxAccount], said: dict[str, Role] | None = None):
        self.story = Story()
        self.top = folder / "mail"
        self.account = kind("info", roles=Roles(tuple((said or {}).items())), path=self.top)
        self.config = config(self.story, self.account, folder)
        self.now = NOW

    def put(self, boxes: dict[str, list[Mail]]) -> None:
        """Lay mails into the mailboxes, each the path of a Maildir folder or of an mbox file."""
        for name, mails in boxes.items():
            if isinstance(self.account, MaildirAccount):
                for part in ("cur", "new", "tmp"):
                    (self.top / name / part).mkdir(parents=True)
                for number, mail in enumerate(mails):
                    (self.top / name / f"cur/{number}.{len(name)}.host:2,S").write_bytes(raw(mail))
            else:
                (self.top / name).parent.mkdir(parents=True, exist_ok=True)
                separator = b"From - Mon Mar 02 09:00:00 2026\n"
                (self.top / name).write_bytes(b"".join(separator + raw(mail) + b"x\n\n" for mail in mails))

    def poll(self) -> AccountOutcome:
        self.now += HOUR
        (outcome,) = poll(self.config, open_source, lambda: self.now, Silent())
        return outcome

    def standings(self) -> dict[str, str]:
        return standings(self.config, self.now)

    def ledger(self) -> object:
        return make_report(self.config, ReportQuery(since="all"), self.now, Silent()).ledger

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.config.store_path)) as connection, connection:
            return connection.execute(statement, values).fetchall()


def config(story: Story, account: AnyAccount, folder: Path) -> Config:
    return Config(story.team, (account,), ReportSettings(ZoneInfo("UTC")), folder / "store" / "mail.db")


def raw(mail: Mail) -> bytes:
    return mail.raw(mail.places[0]).replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n\n"


def standings(settings: Config, now: int) -> dict[str, str]:
    """Message-ID of what opened an exchange → whether it was answered."""
    query = ReportQuery(since="all", first_only=False)
    return {s.exchange.message_id: ANSWERED if s.exchange.answered_at else OPEN for s in exported(settings, query, now)}


# Files


@pytest.mark.parametrize(
    ("kind", "sent", "trash", "drafts"),
    [
        (MaildirAccount, "Sent", "Trash.sbd/Old", "Drafts"),
        (MaildirAccount, "sent-mail", ".trash.directory/alt", "drafts"),
        (MaildirAccount, "INBOX.Sent", "INBOX.Trash", "INBOX.Drafts"),
        (MaildirAccount, "INBOX.Gesendet", "INBOX.Junk", "INBOX.Entw&APw-rfe"),
        (MaildirAccount, "[Gmail].Sent Mail", "[Gmail].Trash", "[Gmail].Drafts"),
        (MaildirAccount, "Sent.2026", "Trash.Old", "Drafts.Old"),
        (MaildirAccount, ".Sent", ".Trash.Old", ".Drafts"),
        (MaildirAccount, "work/.Sent.2026", "work/.Trash.Old", "work/.Drafts"),
        (MaildirAccount, "work/INBOX.Sent", "work/INBOX.Junk", "work/INBOX.Drafts"),
        (MboxAccount, "INBOX.Sent.mbox", "INBOX.Junk.mbox", "INBOX.Drafts.mbox"),
        (MboxAccount, "[Gmail]/Sent Mail.mbox", "[Gmail]/Spam.mbox", "[Gmail]/Drafts.mbox"),
        (MboxAccount, "Sent.mbox/mbox", "Trash.mbox/mbox", "Drafts.mbox/mbox"),
        (MboxAccount, "INBOX.sbd/Sent", "INBOX.sbd/Gel&APY-scht", "INBOX.sbd/Entw&APw-rfe"),
        (MboxAccount, "sent-mail", ".trash.directory/alt", "drafts"),
        (MboxAccount, "Sent", "Trash.sbd/Old", "Drafts"),
    ],
)
def test_what_mailboxes_of_files_are_for(tmp_path, kind, sent, trash, drafts):
    files = Files(tmp_path, kind)
    mails = Mails.of(files.story)
    files.put(mails.in_boxes(sent, trash, drafts))
    assert files.poll().error is None
    assert files.standings() == mails.expected
    assert files.ledger().set_aside == 1


def test_a_customers_folder_is_no_trash_for_its_name(tmp_path):
    files = Files(tmp_path, MaildirAccount)
    mails = Mails.of(files.story)
    files.put(mails.in_boxes("Sent", "junk.example.com"))
    files.poll()
    assert files.standings() == mails.expected | {mails.thrown[0].message_id: OPEN}


def test_the_config_names_them_as_they_are_shown(tmp_path):
    files = Files(tmp_path, MaildirAccount, {"Ablage/Alt": Role.TRASH, "INBOX.Fort": Role.SENT})
    mails = Mails.of(files.story)
    files.put(mails.in_boxes("INBOX.Fort", "Ablage.sbd/Alt"))
    assert files.poll().error is None
    assert files.standings() == mails.expected


def test_chats_in_takeout_count_nowhere(tmp_path):
    files = Files(tmp_path, MboxAccount)
    mails = Mails.of(files.story)
    labels = {"Posteingang": [mails.anna, mails.nora], "Gesendet": [mails.answer], "Chat,Geöffnet": mails.thrown}
    messages = [
        b"From 1@xxx Mon Mar 02 08:00:05 +0000 2026\nX-Gmail-Labels: %s\n%sx\n\n" % (label.encode(), raw(mail))
        for label, labelled in labels.items()
        for mail in labelled
    ]
    files.top.mkdir()
    (files.top / "Alle Nachrichten.mbox").write_bytes(b"".join(messages))
    files.poll()
    assert files.standings() == mails.expected


@pytest.fixture
def earlier(monkeypatch):
    """While it holds, mailboxes are called as earlier releases called them."""

    @contextmanager
    def holding():
        with monkeypatch.context() as patch:
            for source in (maildir, mbox):
                patch.setattr(source, "mailbox_name", lambda path, layout: (earlier_name(path, layout), "/"))
            yield

    return holding


RENAMED = [
    (MaildirAccount, ("Sent", "Trash.sbd/Old", "Drafts"), "Trash.sbd/Old", "Trash/Old"),
    (MaildirAccount, ("sent-mail", ".trash.directory/alt", "drafts"), "trash.directory.alt", "trash/alt"),
    (MaildirAccount, ("Kunden.sbd/Sent", "Trash", "Drafts"), "Kunden.sbd/Sent", "Kunden/Sent"),
    (MboxAccount, ("Sent.mbox/mbox", "Trash", "Drafts"), "Sent.mbox/mbox", "Sent"),
    (MboxAccount, ("Sent", "Trash.mbox/mbox", "Drafts"), "Trash.mbox/mbox", "Trash"),
    (MboxAccount, ("sent-mail", ".trash.directory/alt", "drafts"), ".trash.directory/alt", "trash/alt"),
    (MboxAccount, ("Sent", "Gel&APY-scht", "Drafts"), "Gel&APY-scht", "Gelöscht"),
    (MboxAccount, ("Sent", "Trash", "Entw&APw-rfe"), "Entw&APw-rfe", "Entwürfe"),
]
"""Kind of account, paths of Sent, Trash and Drafts, and how one of them was called and is."""


@pytest.mark.parametrize("case", RENAMED)
def test_mailboxes_that_earlier_releases_called_otherwise_are_the_same(tmp_path, earlier, case):
    """What they hold is not read again, missed or held, and counts as in a store that is made now."""
    kind, boxes, stored, shown = case
    files, anew = Files(tmp_path / "old", kind), Files(tmp_path / "new", kind)
    for account in (files, anew):
        account.put(Mails.of(account.story, thrown=40).in_boxes(*boxes))
    with earlier():
        files.poll()
    names = "SELECT id, name FROM mailboxes ORDER BY id"
    before = files.sql(names)
    assert stored in {name for _, name in before}
    for _ in range(3):
        outcome = files.poll()
        anew.poll()
        assert (outcome.error, outcome.holds, outcome.messages) == (None, (), 0)
        assert (files.standings(), files.ledger()) == (anew.standings(), anew.ledger())
    assert files.sql(names) == [(number, shown if name == stored else name) for number, name in before]
    assert files.sql("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("alike", ["Kunden.mbox/mbox", "Kunden.mbox"])
def test_a_name_that_another_mailbox_has_is_not_taken_from_it(tmp_path, earlier, alike):
    files = Files(tmp_path, MboxAccount)
    mails = Mails.of(files.story)
    files.put({"Sent": [mails.answer], "Kunden": [mails.anna]})
    with earlier():
        files.poll()
    there = files.sql("SELECT id, name FROM mailboxes ORDER BY id")
    files.put({alike: [mails.nora]})  # it would be shown as Kunden, too
    files.poll()
    assert files.standings() == mails.expected
    assert files.sql("SELECT id, name FROM mailboxes ORDER BY id") == [*there, (3, f"./{alike}")]


# Servers


class Online:
    """An account on a server that lists what it is told to, polled an hour later each time."""

    def __init__(self, folder: Path, names: dict[str, str], said: dict[str, Role] | None = None) -> None:
        """`names` are the mailboxes with their attributes."""
        self.story = Story()
        self.honest = Honest()
        self.honest.boxes = {name: Box() for name in names}
        self.names = names
        self.greeting = b"* OK hello\r\n"
        self.config = config(self.story, ImapAccount("info", roles=Roles(tuple((said or {}).items()))), folder)
        self.now = NOW
        self.commands: list[str] = []

    def put(self, boxes: dict[str, list[Mail]]) -> None:
        for name, mails in boxes.items():
            for mail in mails:
                self.honest.put(name, mail.raw(mail.places[0]), at("03-04 09:00"))

    @contextmanager
    def served(self) -> Iterator[ImapSource]:
        lines = (b'* LIST (%s) "/" "%s"\r\n' % (told.encode(), name.encode()) for name, told in self.names.items())
        listed = b"".join(lines) + b"TAG OK done\r\n"
        with ScriptedServer(self.honest.answers() | {"LIST": listed}, greeting=self.greeting) as server:
            yield ImapSource(ImapSettings(server.host, "anna", "hidden", server.port, "none"))
            self.commands = server.commands

    def poll(self) -> None:
        self.now += HOUR
        with self.served() as source:
            (outcome,) = poll(self.config, lambda _: source, lambda: self.now, Silent())
        assert outcome.error is None

    def opened(self) -> set[str]:
        return {command.split(" ", 1)[1].strip('"') for command in self.commands if command.startswith("EXAMINE")}

    def checked(self) -> list[str]:
        with self.served() as source, source:
            return [said.what for said in in_words(mailbox_findings(self.config.accounts[0], source))]


NOT_MAIL = ("Kalender", "Kalender/Feiertage", "Kontakte")


@pytest.mark.parametrize(("greeting", "skipped"), [(MICROSOFT, True), (b"* OK Dovecot ready.\r\n", False)])
def test_what_is_no_mail_is_not_read_at_exchange_alone(tmp_path, greeting, skipped):
    online = Online(tmp_path, dict.fromkeys(("INBOX", "Sent", *NOT_MAIL), ""))
    online.greeting = greeting
    mails = Mails.of(online.story, thrown=3)
    online.put(mails.in_boxes("Sent", "INBOX") | {"INBOX": [mails.anna, mails.nora]})
    online.put({name: [mail] for name, mail in zip(NOT_MAIL, mails.thrown, strict=True)})
    online.poll()
    more = {} if skipped else {mail.message_id: OPEN for mail in mails.thrown}
    assert standings(online.config, online.now) == mails.expected | more
    assert online.opened() == {"INBOX", "Sent"} | (set() if skipped else set(NOT_MAIL))


def test_what_an_earlier_release_read_at_exchange_counts_no_more(tmp_path):
    """Nor is it looked at again; what is listed says so to who derives without a server."""
    online = Online(tmp_path, dict.fromkeys(("INBOX", "Sent", *NOT_MAIL), ""))
    mails = Mails.of(online.story, thrown=30)
    online.put({"INBOX": [mails.anna, mails.nora], "Sent": [mails.answer], "Kontakte": mails.thrown})
    online.poll()
    assert len(standings(online.config, online.now)) == 32
    online.greeting = MICROSOFT
    for _ in range(2):
        online.poll()
        assert standings(online.config, online.now) == mails.expected
        assert "Kontakte" not in online.opened()


def test_the_config_may_have_it_read_all_the_same(tmp_path):
    online = Online(tmp_path, dict.fromkeys(("INBOX", "Sent", "Kontakte"), ""), {"Kontakte": Role.INBOX})
    online.greeting = MICROSOFT
    mails = Mails.of(online.story)
    online.put({"Sent": [mails.answer], "Kontakte": [mails.anna, mails.nora]})
    online.poll()
    assert standings(online.config, online.now) == mails.expected


def test_check_names_all_that_is_not_read_and_says_why(tmp_path):
    names = dict.fromkeys(("INBOX", "Sent", "Outbox", "Entwurf", "virtual", *NOT_MAIL, "[Gmail]/Chats"), "")
    online = Online(tmp_path, names | {"Marked": "\\Flagged", "Privat": ""}, {"Privat": Role.SKIP})
    online.greeting = MICROSOFT
    assert [what for what in online.checked() if "skipped" in what] == [
        "Entwurf: skipped (unsent mail)",
        "Kalender: skipped (Exchange keeps no mail there)",
        "Kalender/Feiertage: skipped (below Kalender)",
        "Kontakte: skipped (Exchange keeps no mail there)",
        "Marked: skipped (special-use \\flagged)",
        "Outbox: skipped (unsent mail)",
        "Privat: skipped (config)",
        "[Gmail]/Chats: skipped (chats)",
        "virtual: skipped (shows what lies elsewhere)",
    ]


@pytest.mark.parametrize(
    ("names", "thrown_in", "counts"),
    [
        ({"All Mail": "\\All", "Trash": "\\Trash"}, "Trash", False),
        ({"All Mail": "", "Trash": ""}, "Trash", False),  # nothing but the name
        ({"All Mail": "", "Spam": ""}, "Spam", False),
        ({"Alle Nachrichten": "", "Papierkorb": ""}, "Papierkorb", False),
        ({"All Mail": "\\All", "Kunden": ""}, "Kunden", True),
        ({"All Mail": "\\All"}, "", True),  # it lies there alone
        ({"All Mail": ""}, "", True),
        ({"Archiv": "\\Archive", "Trash": "\\Trash"}, "Trash", True),  # a place of its own
    ],
)
def test_all_mail_is_no_place_where_there_is_another(tmp_path, names, thrown_in, counts):
    online = Online(tmp_path, {"INBOX": "", "Sent": "\\Sent"} | names)
    mails = Mails.of(online.story)
    everything = next(iter(names))
    online.put({"INBOX": [mails.anna, mails.nora], "Sent": [mails.answer]})
    online.put({everything: [mails.anna, mails.answer, mails.nora, *mails.thrown]})
    if thrown_in:
        online.put({thrown_in: mails.thrown})
    online.poll()
    more = {mails.thrown[0].message_id: OPEN} if counts else {}
    assert standings(online.config, online.now) == mails.expected | more


@pytest.mark.parametrize("attribute", ["\\All", ""])
def test_all_mail_says_nothing_of_the_direction(tmp_path, attribute):
    """Mail in Sent under an address that the team lacks is no enquiry, though a copy lies in All Mail."""
    online = Online(tmp_path, {"INBOX": "", "Sent": "\\Sent", "All Mail": attribute})
    alias = online.story.mail("alias@elsewhere.example", "03-06 09:00", "carl", mailbox="Sent")
    online.put({"Sent": [alias], "All Mail": [alias]})
    online.poll()
    ledger = make_report(online.config, ReportQuery(since="all"), online.now, Silent()).ledger
    assert (standings(online.config, online.now), ledger.foreign) == ({}, 1)


@pytest.mark.parametrize("attribute", ["\\All", ""])
def test_all_mail_alone_tells_no_sent_mail(tmp_path, attribute):
    online = Online(tmp_path, {"INBOX": "", "All Mail": attribute})
    online.put({"INBOX": [online.story.inbound("nora", "03-03 09:00")]})
    online.now += HOUR
    with online.served() as source:
        (outcome,) = poll(online.config, lambda _: source, lambda: online.now, Silent())
    assert outcome.lacks_sent


def test_every_mailbox_at_exchange_bears_the_sign(tmp_path):
    online = Online(tmp_path, {"INBOX": "", "Sent": "\\Sent"})
    for greeting, sign in ((MICROSOFT, True), (b"* OK hello\r\n", False)):
        online.greeting = greeting
        with online.served() as source, source:
            assert {EXCHANGE in listing.attributes for listing in source.mailboxes()} == {sign}
