"""Whole passes over every server: the same mail gives the same figures, and stays what it was, byte and flag."""

import re
import time

import pytest

from planted import maildir_account, plant_maildir
from replywatch.app.deriving.rebuild import rebuild
from replywatch.app.progress import Silent
from served import THREE, Office, put, three_letters
from servers.child import HOST, Delivery
from servers.proxy import Proxy


@pytest.fixture
def office(tmp_path, mail_user):
    (tmp_path / "office").mkdir()
    return Office(tmp_path / "office", mail_user)


def busy_weeks():
    """Mail of all kinds: several turns, reminders, odd headers, machines, mailboxes that people file into."""
    story = three_letters()
    asked = story.inbound("karl", "2024-03-04 08:00", subject="Größe und Farbe — Straße 7")
    answered = story.reply(asked, "2024-03-05 08:00", by="eva")
    again = story.answer(answered, "2024-03-05 09:00")
    story.reply(again, "2024-03-12 09:00", mailbox="Sent/2024")
    filed = story.inbound("mona", "2024-03-06 08:00", mailbox="Kunden/Müller & Söhne")
    story.copy(filed, "Archive")
    story.inbound("otto", "2024-03-07 08:00", mailbox="Junk")
    story.inbound("robot", "2024-03-08 08:00", fields="Auto-Submitted: auto-replied")
    story.inbound("nemo", "2024-03-08 09:00", message_id=None, subject="")
    story.inbound("long", "2024-03-09 09:00", references=[f"{'x' * 60}{n}@y.example" for n in range(200)])
    story.inbound("late", "2024-03-09 10:00", date="2024-03-01 10:00")
    story.mail("ben", "2024-03-10 08:00", "will", mailbox="Drafts", draft=True)
    story.inbound("drop", "2024-03-10 09:00", draft=True)
    return story


def plant(story, user):
    """The mail of a story in the mailboxes of a user, in the order of the story."""
    found = {"INBOX": []}
    for mail in story.mails:
        for place in mail.places:
            flags = ("\\Draft",) if place.draft else ()
            delivery = Delivery(mail.raw(place) + b"\r\nx\r\n", place.internal_date, flags)
            found.setdefault(place.mailbox, []).append(delivery)
    user.create(*(name for name in found if name != "INBOX"))
    for name, deliveries in found.items():
        user.append(name, deliveries)
    return list(found)


def timeless(office):
    """The rows of the store without the moments of the passes."""
    return sorted(re.sub(r"\b1710[89]\d{5}\b|\b171[1-9]\d{6}\b", "", row) for row in office.rows())


class TestFigures:
    def test_the_same_as_of_a_maildir(self, office, mail_user, tmp_path):
        story = busy_weeks()
        plant(story, mail_user)
        local = Office(tmp_path, mail_user)
        plant_maildir(story, tmp_path / "mail")
        local.use_accounts(info=maildir_account())
        assert local.poll().messages == office.poll().messages
        assert office.exchanges_at() == local.exchanges_at()
        assert office.figures() == local.figures()

    def test_its_copies_on_this_machine_are_no_other_messages(self, office, mail_user):
        """Line ends, fields that whatever brought them here put there, and lines that part messages don't count."""
        story = busy_weeks()
        plant(story, mail_user)
        office.polls(1)
        (office.folder / "mail" / "cur").mkdir(parents=True)
        content = b""
        for number, place in enumerate(p for mail in story.mails for p in mail.places if p.mailbox != "Drafts"):
            mail = next(mail for mail in story.mails if place in mail.places)
            raw = b"X-TUID: +Rjhd7Dk\n" + mail.raw(place).replace(b"\r\n", b"\n") + b"x\n"
            (office.folder / "mail" / "cur" / f"{number}.host").write_bytes(raw)
            content += b"From - Mon Jan  6 10:00:00 2025\nX-Mozilla-Status: 0001\n" + raw + b"\n"
        (office.folder / "mail.mbox").write_bytes(content)
        before = office.rows_of("SELECT id, digest, header FROM messages")
        local = {"mbsync": maildir_account(), "file": {"type": "mbox", "path": "mail.mbox"}}
        office.use_accounts(info=mail_user.account(), **local)
        assert [outcome.messages for outcome in office.poll_all()] == [0, number + 1, number + 1]
        assert office.rows_of("SELECT id, digest, header FROM messages") == before

    def test_a_second_pass_reads_nothing_and_a_rebuild_changes_nothing(self, office, mail_user):
        plant(busy_weeks(), mail_user)
        office.polls(2)
        before = timeless(office)
        assert office.poll().messages == 0
        assert timeless(office) == before
        rebuild(office.config, Silent())
        assert timeless(office) == before

    def test_nothing_changes_on_the_server(self, office, mail_user):
        names = plant(busy_weeks(), mail_user)
        mail_user.append(
            "INBOX", [Delivery(b"From: a@example.net\r\n\r\nx\r\n", 1_710_000_000, ("\\Seen", "\\Flagged"))]
        )
        mail_user.store("INBOX", mail_user.first_uid, "\\Answered")
        flags = {name: mail_user.flags(name) for name in names}
        files = mail_user.files()
        office.polls(2)
        assert mail_user.files() == files
        assert {name: mail_user.flags(name) for name in names} == flags


class TestBetweenPasses:
    def test_new_mail(self, office, mail_user):
        story = three_letters()
        plant(story, mail_user)
        office.polls(2)
        put(mail_user, story.reply(story.mails[-1], "2024-03-20 10:00"))
        assert office.poll().messages == 1
        assert office.exchanges_at() == THREE | {"will": "answered"}

    def test_somebody_answers_elsewhere(self, office, mail_user):
        plant(three_letters(), mail_user)
        office.polls(2)
        mail_user.store("INBOX", mail_user.first_uid + 2, "\\Answered")
        office.polls(1)
        assert office.exchanges_at() == THREE | {"will": "answered_time_unknown"}

    def test_mail_is_filed(self, office, mail_user):
        plant(three_letters(), mail_user)
        office.polls(1)
        before = office.figures()
        mail_user.create("Kunden")
        mail_user.move("INBOX", mail_user.first_uid + 2, "Kunden")
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before

    def test_mail_is_expunged(self, office, mail_user):
        plant(three_letters(), mail_user)
        office.polls(1)
        before = office.figures()
        mail_user.expunge("INBOX", [mail_user.first_uid + 1, mail_user.first_uid + 2])
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before

    def test_a_mailbox_is_renamed_or_deleted(self, office, mail_user):
        story = three_letters()
        story.inbound("karl", "2024-03-19 09:00", mailbox="Kunden")
        story.inbound("mona", "2024-03-19 09:00", mailbox="Alt")
        plant(story, mail_user)
        office.polls(1)
        before = office.figures()
        mail_user.rename("Kunden", "Kunden2")
        mail_user.delete("Alt")
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before

    def test_a_mailbox_is_made_anew(self, office, mail_user):
        """The same mail under another UIDVALIDITY."""
        story = three_letters()
        filed = story.inbound("karl", "2024-03-18 09:00", mailbox="Kunden")
        plant(story, mail_user)
        office.polls(1)
        before = office.figures()
        mail_user.delete("Kunden")
        mail_user.create("Kunden")
        put(mail_user, filed)
        for _ in range(3):
            office.polls(1)
            assert office.figures() == before


@pytest.fixture
def courier(tmp_path, courier_server):
    (tmp_path / "office").mkdir()
    return Office(tmp_path / "office", courier_server.new_user())


def drop(user, mail, name=""):
    """Put mail where what delivers mail puts it; Courier has given no UID then."""
    (place,) = mail.places
    return user.drop(place.mailbox, mail.raw(place) + b"\r\nx\r\n", place.internal_date, name)


def next_second(user):
    """Wait until Courier gives another UIDVALIDITY: it takes the second."""
    with user.connect() as client:

        def said():
            return client.status("INBOX", "(UIDVALIDITY)")[1]

        first, end = said(), time.monotonic() + 10
        while said() == first and time.monotonic() < end:
            time.sleep(0.02)


class TestCourier:
    """It gives UIDs and UIDVALIDITY for good only when somebody selects a mailbox for writing; a poll never does."""

    def test_another_uidvalidity_in_every_pass(self, courier):
        user, story = courier.user, three_letters()
        for mail in story.mails:
            drop(user, mail)
        files = user.files()
        assert courier.poll().messages == 5
        before, sizes = courier.figures(), []
        for _ in range(3):
            next_second(user)
            assert courier.poll().messages == 5, "read anew"
            assert (courier.figures(), courier.exchanges_at()) == (before, THREE)
            sizes.append(courier.sizes())
        assert sizes == [{"epochs": 4, "locations": 5, "messages": 5}] * 3
        assert user.files() == files
        assert not list(user.maildir.rglob("courierimapuiddb"))
        with user.connect() as client:
            for mailbox in ("INBOX", "Sent"):
                client.select(user.wire(mailbox))
        courier.polls(1)
        assert courier.poll().messages == 0, "the numbers are for good now"
        assert courier.figures() == before

    def test_a_uid_that_another_message_gets(self, courier):
        """New mail has a UID for good only after somebody selected the mailbox; until then it may go to another."""
        user, story = courier.user, three_letters()
        plant(story, user)
        fetched_by_pop3 = drop(user, story.inbound("one", "2024-03-19 10:00"))
        assert courier.poll().messages == 6
        user.remove("INBOX", fetched_by_pop3)
        drop(user, story.inbound("two", "2024-03-19 11:00"))
        assert courier.poll().messages >= 1
        assert courier.exchanges_at() == THREE | {"one": "waiting", "two": "waiting"}
        assert courier.poll().messages == 0

    def test_new_mail_that_is_sorted_in_before_other_new_mail(self, courier):
        """UIDs that are not for good yet follow the names of the files."""
        user, story = courier.user, three_letters()
        plant(story, user)
        drop(user, story.inbound("one", "2024-03-19 10:00"), "20.host")
        assert courier.poll().messages == 6
        drop(user, story.inbound("two", "2024-03-19 11:00"), "10.host")
        assert courier.poll().messages >= 1
        assert courier.exchanges_at() == THREE | {"one": "waiting", "two": "waiting"}
        before = courier.figures()
        with user.connect() as client:
            client.select("INBOX")
        for _ in range(2):
            assert courier.poll().error is None
            assert courier.figures() == before

    def test_nothing_is_stored_though_the_server_would_let_it_through(self, courier):
        user = courier.user
        plant(three_letters(), user)
        flags = user.flags("INBOX")
        with Proxy(HOST, user.port) as proxy:
            courier.use(host=HOST, port=proxy.port, tls="none")
            courier.polls(2)
        verbs = {line.split()[1] for line in bytes(proxy.sent).splitlines()}
        assert verbs == {b"CAPABILITY", b"NAMESPACE", b"LIST", b"STATUS", b"EXAMINE", b"UID", b"LOGOUT"}
        assert user.flags("INBOX") == flags
        with user.connect() as client:
            client.select("INBOX", readonly=True)
            client.uid("STORE", "1", "+FLAGS", "(\\Flagged)")
        assert user.flags("INBOX") != flags, "it does let it through"


class TestFlags:
    """Another program sets flags and takes them away, whether the server counts such changes or not."""

    @pytest.fixture
    def uid(self, office, mail_user):
        """That of Will's enquiry, who waits."""
        plant(three_letters(), mail_user)
        office.polls(1)
        assert office.exchanges_at() == THREE
        return max(mail_user.flags("INBOX"))

    def test_deleted_and_back(self, office, mail_user, uid):
        mail_user.store("INBOX", uid, "\\Deleted")
        office.polls(1)
        assert office.exchanges_at() == {"nora": "never", "anna": "answered"}
        assert office.report().ledger.set_aside == 1
        mail_user.store("INBOX", uid, "\\Deleted", "-")
        office.polls(1)
        assert office.exchanges_at() == THREE

    def test_answered_and_taken_back(self, office, mail_user, uid):
        mail_user.store("INBOX", uid, "\\Answered")
        office.polls(1)
        assert office.exchanges_at()["will"] == "answered_time_unknown"
        mail_user.store("INBOX", uid, "\\Answered", "-")
        office.polls(1)
        assert office.exchanges_at()["will"] == "answered_time_unknown", "missed once"
        office.polls(1)
        assert office.exchanges_at() == THREE

    def test_a_draft_after_all(self, office, mail_user, uid):
        mail_user.store("INBOX", uid, "\\Draft")
        office.polls(1)
        assert "will" not in office.exchanges_at()

    @pytest.mark.parametrize("keyword", ["$Junk", "Junk"])
    def test_junk_and_back(self, office, mail_user, uid, keyword):
        mail_user.store("INBOX", uid, keyword)
        kept = keyword.lower() in {flag.lower() for flag in mail_user.flags("INBOX")[uid]}
        for _ in range(2):
            office.polls(1)
            assert ("will" in office.exchanges_at()) == (not kept), "not every server keeps keywords"
        mail_user.store("INBOX", uid, keyword, "-")
        office.polls(1)
        assert office.exchanges_at() == THREE
