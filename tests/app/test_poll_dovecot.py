"""Passes over a real Dovecot, wired as the program wires them; what really happened stands in its log and files."""

import sqlite3
import time
from contextlib import closing

import pytest

from planted import dovecot_account, plant_dovecot
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError
from replywatch.sources.imap import source
from replywatch.sources.imap.connection import Client, capabilities
from served import THREE, Office, put, three_letters
from servers.dovecot import Delivery, Dovecot
from story import HOUR, Story, at


@pytest.fixture
def office(tmp_path, dovecot_user):
    (tmp_path / "office").mkdir()
    return Office(tmp_path / "office", dovecot_user)


def command(user, mailbox, *words):
    """One command of another mail program."""
    with user.connect() as client:
        client.select(mailbox)
        assert client.uid(*words)[0] == "OK"


class TestIncremental:
    def test_a_pass_without_news(self, office, dovecot_user, dovecot_server):
        plant_dovecot(three_letters(), dovecot_user)
        assert office.poll().messages == 5
        assert office.exchanges_at() == THREE
        office.polls(1)  # Dovecot counts changes (HIGHESTMODSEQ) only from the first question for them on
        before, files, length = office.rows(), dovecot_user.files(), len(dovecot_server.log())
        assert office.poll().messages == 0
        assert office.opened == []
        assert " hdr_count=0 " in log_line(dovecot_server, dovecot_user, length)
        assert office.rows() == before
        assert dovecot_user.files() == files

    def test_only_new_mail_is_fetched(self, office, dovecot_user, dovecot_server):
        story = three_letters()
        plant_dovecot(story, dovecot_user)
        office.polls(2)
        put(dovecot_user, story.reply(story.mails[-1], "2024-03-20 10:00"))
        length = len(dovecot_server.log())
        assert office.poll().messages == 1
        assert office.opened == ["Sent"]
        assert " hdr_count=1 " in log_line(dovecot_server, dovecot_user, length)
        assert office.exchanges_at() == THREE | {"will": "answered"}

    def test_flags_and_files_stay_as_they_are(self, office, dovecot_user):
        plant_dovecot(three_letters(), dovecot_user)
        put(dovecot_user, Story().inbound("neu", "2024-03-19 10:00"))
        (fresh,) = [p for p in dovecot_user.maildir.rglob("*.test:2,") if p.parent.name == "cur"][:1]
        fresh.rename(dovecot_user.maildir / "new" / "9.unseen")
        files = dovecot_user.files()
        office.polls(2)
        assert {f for f in files if f.startswith("cur")} <= dovecot_user.files().keys()
        assert not [f for f in dovecot_user.files() if f.endswith("S")]
        flags = dovecot_user.flags("INBOX")
        assert all("\\Seen" not in f for f in flags.values())
        files = dovecot_user.files()
        dovecot_user.number_anew("INBOX")
        office.polls(2)
        assert dovecot_user.files() == files
        assert {f for fs in dovecot_user.flags("INBOX").values() for f in fs} <= {"\\Recent"}


def log_line(server, user, since):
    """What the server wrote when the last session of the user ended."""
    end = time.monotonic() + 10
    while True:
        lines = [line for line in server.log()[since:].splitlines() if f"imap({user.name})" in line]
        if lines or time.monotonic() > end:
            return lines[-1]
        time.sleep(0.02)


class TestMoved:
    @pytest.mark.parametrize(
        ("target", "put_away"), [("Archive/2026", False), ("Ablage", False), ("Trash", True), ("Junk", True)]
    )
    def test_the_figures_follow(self, office, dovecot_user, target, put_away):
        plant_dovecot(three_letters(), dovecot_user)
        office.poll()
        before = office.figures()
        dovecot_user.create(target)
        command(dovecot_user, "INBOX", "MOVE", "3", target)
        office.polls(2)
        assert office.exchanges_at() == {k: v for k, v in THREE.items() if k != "will" or not put_away}
        assert office.report().ledger.set_aside == int(put_away)
        assert (office.figures() == before) != put_away

    def test_expunged(self, office, dovecot_user):
        plant_dovecot(three_letters(), dovecot_user)
        office.poll()
        before = office.figures()
        dovecot_user.expunge("INBOX", [2, 3])
        dovecot_user.expunge("Sent", [2])
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before
            assert office.exchanges_at() == THREE
        office.polls(1)
        assert office.opened == []

    def test_a_mailbox_is_renamed(self, office, dovecot_user):
        story = three_letters()
        story.inbound("karl", "2024-03-19 09:00", mailbox="Kunden")
        plant_dovecot(story, dovecot_user)
        office.poll()
        before = office.figures()
        with dovecot_user.connect() as client:
            client.rename("Kunden", "Kunden2")
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before

    def test_the_mailbox_with_sent_mail_is_deleted(self, office, dovecot_user):
        plant_dovecot(three_letters(), dovecot_user)
        office.poll()
        as_of = office.report().as_of
        dovecot_user.delete("Sent")
        assert isinstance(office.poll().error, MailboxError)
        assert office.report().as_of == as_of
        assert office.exchanges_at() == THREE


class TestRenumbered:
    @pytest.mark.parametrize("mailboxes", [["INBOX"], ["Sent"], ["INBOX", "Sent"]])
    def test_no_figure_moves(self, office, dovecot_user, mailboxes):
        plant_dovecot(three_letters(), dovecot_user)
        office.poll()
        before = office.figures()
        for _ in range(2):
            for mailbox in mailboxes:
                dovecot_user.number_anew(mailbox)
            assert office.poll().messages >= 2
            assert office.figures() == before
        office.polls(1)
        assert office.opened == []
        with closing(sqlite3.connect(office.store)) as connection:
            assert connection.execute("SELECT count(*) FROM locations WHERE gone IS NULL").fetchone() == (5,)

    def test_deleted_and_made_again_with_the_same_mail(self, office, dovecot_user):
        story = three_letters()
        filed = story.inbound("karl", "2024-03-18 09:00", mailbox="Kunden")
        plant_dovecot(story, dovecot_user)
        office.poll()
        before = office.figures()
        dovecot_user.delete("Kunden")
        dovecot_user.create("Kunden")
        put(dovecot_user, filed)
        for _ in range(2):
            office.polls(1)
            assert office.figures() == before

    def test_restored_with_other_internaldates(self, office, dovecot_user):
        """A restore may stamp all mail with its own time; when it first came is known from before."""
        story = three_letters()
        plant_dovecot(story, dovecot_user)
        office.poll()
        before = office.figures()
        dovecot_user.expunge("INBOX", [1, 2, 3])
        dovecot_user.number_anew("INBOX")
        for mail in story.mails:
            if mail.places[0].mailbox == "INBOX":
                dovecot_user.deliver("INBOX", mail.raw(mail.places[0]) + b"\r\nx", at("2024-03-20 11:00"))
        for _ in range(2):
            office.polls(1)
            assert office.figures() == before


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "Gesendet",
            "Gesendete Objekte",
            "Gesendete Elemente",
            "Éléments envoyés",
            "Envoyés",
            "Posta inviata",
            "Enviados",
            "Отправленные",
            "INBOX/Sent Messages",
        ],
    )
    def test_mailboxes_for_sent_mail_without_special_use(self, office, dovecot_user, name):
        plant_dovecot(three_letters(sent=name), dovecot_user)
        outcome = office.poll()
        assert (outcome.error, outcome.lacks_sent) == (None, False)
        assert office.exchanges_at() == THREE

    def test_other_scripts_and_odd_letters(self, office, dovecot_user):
        story = three_letters()
        names = ["Kunden/Müller & Söhne", "日本語", "a b", "Ελλάδα/Αθήνα", "quote'd", "percent%"]
        for number, name in enumerate(names):
            story.inbound(f"p{number}", "2024-03-19 09:00", mailbox=name)
        plant_dovecot(story, dovecot_user)
        assert office.poll().messages == 5 + len(names)
        assert office.exchanges_at() == THREE | {f"p{n}": "waiting" for n in range(len(names))}

    def test_drafts_are_not_read(self, office, dovecot_user):
        story = three_letters()
        story.mail("ben", "2024-03-19 10:00", "will", mailbox="Entwürfe", subject="Re: Offer for oak boards")
        story.mail("ben", "2024-03-19 10:00", "will", mailbox="Sent", draft=True, subject="Re: Offer for oak boards")
        plant_dovecot(story, dovecot_user)
        office.poll()
        assert "Entwürfe" not in office.opened
        assert office.exchanges_at() == THREE


class TestAccelerators:
    """What a server can do beyond IMAP4rev1 only saves time."""

    FACTS = (
        "SELECT b.name, l.uid, m.digest, l.internal_date, l.size, l.flags, l.first_seen, l.missed_at, l.answered_at,"
        " l.gone FROM locations l JOIN messages m ON m.id = l.message JOIN epochs e ON e.id = l.epoch"
        " JOIN mailboxes b ON b.id = e.mailbox"
    )

    def state(self, office):
        with closing(sqlite3.connect(office.store)) as connection:
            exchanges = "SELECT id, ordinal, arrived_at, answered_at, answered_before FROM exchanges"
            return [sorted(connection.execute(sql).fetchall(), key=repr) for sql in (self.FACTS, exchanges)]

    @pytest.mark.parametrize("lacking", [{"ESEARCH"}, {"CONDSTORE", "QRESYNC"}, {"ESEARCH", "CONDSTORE", "QRESYNC"}])
    def test_the_same_without(self, tmp_path, dovecot_user, monkeypatch, lacking):
        offices = []
        for name in ("with", "without"):
            (tmp_path / name).mkdir()
            offices.append(Office(tmp_path / name, dovecot_user))
        searches = []
        ask = Client.ask
        monkeypatch.setattr(
            Client, "ask", lambda self, command, *room: searches.append(command) or ask(self, command, *room)
        )
        story = three_letters()
        plant_dovecot(story, dovecot_user)

        def both():
            used = []
            for office, less in zip(offices, (set(), lacking), strict=True):
                searches.clear()
                with monkeypatch.context() as patch:
                    patch.setattr(source, "capabilities", lambda client, less=less: capabilities(client) - less)
                    office.polls(1)
                used.append(any("RETURN (ALL)" in command for command in searches))
            assert self.state(offices[0]) == self.state(offices[1])
            return used

        assert both() == [True, "ESEARCH" not in lacking]
        put(dovecot_user, story.inbound("neu", "2024-03-19 10:00"))
        both()
        command(dovecot_user, "INBOX", "STORE", "3", "+FLAGS", "(\\Answered)")
        both()
        dovecot_user.expunge("INBOX", [2])
        both()
        both()
        dovecot_user.number_anew("INBOX")
        both()
        for office in offices:
            office.now += 24 * HOUR
        both()
        assert offices[0].exchanges_at() == offices[1].exchanges_at()
        assert offices[0].exchanges_at()["will"] == "answered_time_unknown"


class TestNamespaces:
    def test_a_colleague_lets_others_read_her_mailboxes(self, office, dovecot_user, dovecot_server):
        eva = dovecot_server.new_user()
        story = three_letters()
        sent = f"user/{eva.name}/Sent"
        story.reply(story.mails[-1], "2024-03-19 10:00", by="eva", account="eva", mailbox="Sent")
        story.inbound("private", "2024-03-19 09:00", to="eva", account="eva")
        story.inbound("list", "2024-03-19 09:00", to="x@list.example", account="eva")
        story.inbound("secret", "2024-03-19 09:00", account="eva", mailbox="Privat")
        plant_dovecot(story, dovecot_user)
        plant_dovecot(story, eva, "eva")
        eva.share("INBOX", dovecot_user)
        eva.share("Sent", dovecot_user)
        assert office.poll().error is None
        assert sorted(office.opened) == ["INBOX", "Sent", f"user/{eva.name}", sent]
        assert office.exchanges_at() == THREE | {"will": "answered"}
        assert office.report().ledger.not_watched == 2
        office.polls(2)
        assert office.opened == []

    def test_a_public_mailbox_is_like_the_account(self, office, dovecot_user):
        story = three_letters()
        public = story.inbound("petra", "2024-03-19 09:00", to="x@list.example", account="public")
        plant_dovecot(story, dovecot_user)
        name = f"Kontakt-{dovecot_user.name}"
        dovecot_user.publish(name, [Delivery(public.raw(public.places[0]) + b"\r\nx", public.when)])
        assert office.poll().messages == 6
        assert sorted(office.opened) == ["INBOX", "Sent", f"public/{name}"]
        assert office.exchanges_at() == THREE | {"petra": "waiting"}

    def test_what_a_colleague_takes_back(self, office, dovecot_user, dovecot_server):
        eva = dovecot_server.new_user()
        story = three_letters()
        story.reply(story.mails[-1], "2024-03-19 10:00", by="eva", account="eva", mailbox="Sent")
        plant_dovecot(story, dovecot_user)
        plant_dovecot(story, eva, "eva")
        eva.share("Sent", dovecot_user)
        office.polls(1)
        with eva.connect() as client:
            client.deleteacl("Sent", dovecot_user.name)
        for _ in range(3):
            office.polls(1)
            assert office.exchanges_at() == THREE | {"will": "answered"}, "what was read stays"


class TestAccounts:
    def test_the_reply_of_a_colleague(self, office, dovecot_user, dovecot_server):
        eva = dovecot_server.new_user()
        story = three_letters()
        story.reply(story.mails[-1], "2024-03-19 10:00", by="eva", account="eva")
        story.inbound("private", "2024-03-19 09:00", to="eva", account="eva")
        both = story.inbound("both", "2024-03-19 11:00", cc="eva")
        story.copy(both, "INBOX", "eva", later=3, trace="Received: by mx2; Tue, 19 Mar 2024 11:00:03 +0000\n")
        plant_dovecot(story, dovecot_user)
        plant_dovecot(story, eva, "eva")
        office.use_accounts(info=dovecot_account(dovecot_user), eva=dovecot_account(eva, watched=False))
        info, other = office.poll_all()
        assert (info.messages, other.messages) == (6, 3)
        assert office.exchanges_at() == THREE | {"will": "answered", "both": "waiting"}
        assert office.report().ledger.not_watched == 1

    def test_one_fails(self, office, dovecot_user):
        plant_dovecot(three_letters(), dovecot_user)
        office.use_accounts(bad=dovecot_account(dovecot_user, password="x"), info=dovecot_account(dovecot_user))
        bad, info = office.poll_all()
        assert isinstance(bad.error, LoginError)
        assert info.messages == 5
        assert office.exchanges_at() == THREE

    def test_a_disabled_one_is_left_alone(self, office, dovecot_user):
        plant_dovecot(three_letters(), dovecot_user)
        off = dovecot_account(dovecot_user, host="nowhere.invalid", enabled=False)
        office.use_accounts(info=dovecot_account(dovecot_user), old=off)
        assert [o.account for o in office.poll_all()] == ["info"]
        assert office.report().warnings == ()


class TestConnections:
    @pytest.mark.parametrize(
        "keys",
        [
            {},
            {"tls": "starttls", "port": "plain"},
            {"host": "localhost"},
            {"host": Dovecot.TLS_FIRST, "port": "plain", "tls": "starttls"},
            {"tls": "none", "port": "plain", "ca_file": ""},
            {"host": Dovecot.ONE_CONNECTION},
        ],
    )
    def test_good(self, office, dovecot_user, keys):
        plant_dovecot(three_letters(), dovecot_user)
        office.use(**plain_port(keys, dovecot_user))
        outcome = office.poll()
        assert (outcome.error, outcome.messages) == (None, 5)

    @pytest.mark.parametrize(
        ("keys", "error"),
        [
            ({"host": Dovecot.SELF_SIGNED}, CertificateError),
            ({"host": Dovecot.EXPIRED}, CertificateError),
            ({"host": Dovecot.WRONG_HOST}, CertificateError),
            ({"ca_file": ""}, CertificateError),
            ({"host": Dovecot.SELF_SIGNED, "tls": "starttls", "port": "plain"}, CertificateError),
            ({"host": Dovecot.PLAIN_ONLY, "tls": "starttls", "port": "plain"}, ConnectError),
            ({"port": "plain"}, ConnectError),
            ({"password": "wrong"}, LoginError),
            ({"password": {"env": "REPLYWATCH_NOT_SET"}}, SecretError),
            ({"password": {"file": "not-there"}}, SecretError),
        ],
    )
    def test_bad(self, office, dovecot_user, keys, error):
        plant_dovecot(three_letters(), dovecot_user)
        office.use(**plain_port(keys, dovecot_user))
        outcome = office.poll()
        assert isinstance(outcome.error, error)
        assert outcome.messages == 0


def plain_port(keys, user):
    return keys | ({"port": user.server.port} if keys.get("port") == "plain" else {})
