"""The IMAP source on every server: the same questions to Dovecot, Cyrus, Courier and the embedded one."""

import pytest

from replywatch.domain.headers.header import keep_fields, parse_header
from replywatch.domain.mailboxes.flags import telling
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.errors import LoginError, MailboxError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.child import Delivery
from servers.courier import CourierUser
from servers.cyrus import CyrusUser
from servers.embedded import EmbeddedUser
from story import cases

RAW = (
    b"Received: from mx.example.net by mail.example.com; Mon, 13 Jan 2025 09:00:00 +0100\r\n"
    b"From: Anna <anna@example.net>\r\nTo: info@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"X-Boring: not wanted\r\nMessage-ID: <1@example.net>\r\nReferences: <a@x.example>\r\n <b@x.example>\r\n"
    b"Date: Mon, 13 Jan 2025 08:59:58 +0100\r\n\r\nThe body.\r\n"
)
NINE = 1_736_755_200  # 2025-01-13T08:00:00Z


def source_of(user, **changes):
    keys = {k: v for k, v in user.account().items() if k != "type"} | changes
    return ImapSource(ImapSettings(**keys))


def numbered(count):
    return [Delivery(b"From: a%d@example.net\r\nSubject: %d\r\n\r\nx" % (n, n), NINE + n) for n in range(1, count + 1)]


def uids(user, *numbers):
    """The UIDs of the first, second … message that a mailbox got."""
    return [user.first_uid + number - 1 for number in numbers]


class TestLogin:
    def test_with_the_right_password(self, mail_user):
        with source_of(mail_user) as source:
            assert "IMAP4REV1" in source.capabilities
            assert [box.name for box in source.mailboxes()] == ["INBOX"]
            assert source.open("INBOX", None).exists == 0

    def test_with_a_wrong_one(self, mail_user):
        if isinstance(mail_user, CourierUser):
            pytest.skip("asks for none here")
        with pytest.raises(LoginError), source_of(mail_user, password="wrong"):
            pass


NAMES = [
    *("Entwürfe", "Gesendete Objekte", "日本語", "R&D", "Müller & Söhne/2024", "123", "quote'd", "Ελλάδα/Αθήνα"),
    *("a&b-c", "&", "#tag", "Kunden (alt)", "A - B", "x=y", "user@example"),
]


class TestMailboxes:
    def test_names_are_decoded_and_lead_back_to_the_mailbox(self, mail_user):
        names = [*NAMES, *([] if isinstance(mail_user, CyrusUser) else ['a"b', "100%"])]
        mail_user.create(*names)
        for name in names[::3]:
            mail_user.append(name, numbered(2))
        with source_of(mail_user) as source:
            listed = {box.name: box for box in source.mailboxes()}
            for name in names:
                found = mail_user.listed(name)
                assert listed[found].delimiter == mail_user.delimiter
                assert source.status(found, None).exists == (2 if name in names[::3] else 0)
                assert source.open(found, None).exists == (2 if name in names[::3] else 0)

    def test_roles(self, mail_user):
        roles = {
            "Sent": Role.SENT,
            "Gesendet": Role.SENT,
            "Sent Messages": Role.SENT,
            "Junk": Role.JUNK,
            "Trash": Role.TRASH,
            "Archive": Role.ARCHIVE,
            "Drafts": Role.SKIP,
            "Kunden": Role.FOLDER,
        }
        mail_user.create(*roles)
        with source_of(mail_user) as source:
            found = {box.name: Roles().of(box) for box in source.mailboxes()}
        assert found == {"INBOX": Role.INBOX} | {mail_user.listed(name): role for name, role in roles.items()}

    def test_deleted_and_renamed(self, mail_user):
        mail_user.create("Alt", "Weg")
        mail_user.append("Alt", numbered(2))
        with source_of(mail_user) as source:
            source.mailboxes()
            mail_user.rename("Alt", "Neu")
            mail_user.delete("Weg")
            for name in ("Alt", "Weg"):
                for look in (source.status, source.open):
                    with pytest.raises(MailboxError):
                        look(mail_user.listed(name), None)
            assert [box.name for box in source.mailboxes()] == ["INBOX", mail_user.listed("Neu")]
            assert source.open(mail_user.listed("Neu"), None).exists == 2


class TestMessages:
    def test_status_and_open_agree(self, mail_user):
        mail_user.append("INBOX", numbered(3))
        one, two, three = uids(mail_user, 1, 2, 3)
        mail_user.expunge("INBOX", [three])
        with source_of(mail_user) as source:
            status, opened = source.status("INBOX", None), source.open("INBOX", None)
            assert source.uids(1, 1 << 40) == [one, two]
        assert (status.exists, status.uidnext, status.uidvalidity) == (2, three + 1, opened.uidvalidity)
        assert (opened.exists, opened.uidnext) == (2, None if isinstance(mail_user, CourierUser) else three + 1)

    def test_sparse_uids(self, mail_user):
        mail_user.append("INBOX", numbered(10))
        mail_user.expunge("INBOX", uids(mail_user, 2, 3, 5, 6, 7, 8))
        one, four, five, eight, nine, ten = uids(mail_user, 1, 4, 5, 8, 9, 10)
        with source_of(mail_user) as source:
            assert source.open("INBOX", None).exists == 4
            assert source.uids(1, 1 << 40) == [one, four, nine, ten]
            assert source.uids(one, four) == [one, four]
            assert source.uids(five, eight) == []
            assert source.uids(ten + 1, 1 << 40) == []
            assert sorted(m.uid for m in source.fetch([four, five, ten])) == [four, ten]

    @cases(
        "raw",
        rows=[
            ("folded", RAW),
            ("8-bit", "From: Müller <m@example.net>\r\nSubject: Größe\r\n\r\nx\r\n".encode()),
            ("no valid UTF-8", b"From: x@example.net\r\nSubject: \xff\xfe\x80\r\n\r\nx\r\n"),
            ("no header", b"\r\nJust a body.\r\n"),
            ("brackets and quotes", b'Subject: a)\r\n * 9 FETCH (UID 9)\r\nFrom: {3} "q <a@example.net>\r\n\r\nx\r\n'),
            ("long field", b"From: a@example.net\r\nReferences:" + b" <%060d@y.example>" % 7 * 500 + b"\r\n\r\nx\r\n"),
            (
                "many lines",
                b"From: a@example.net\r\nTo:" + b" <b@example.com>,\r\n" * 5_000 + b" c@example.com\r\n\r\nx\r\n",
            ),
            ("field twice", b"From: a@example.net\r\nFrom: b@example.net\r\nSubject: 1\r\nSubject: 2\r\n\r\nx\r\n"),
            ("empty fields", b"From:\r\nTo: \r\nSubject:\r\n\r\nx\r\n"),
            ("letter case", b"FROM: a@example.net\r\nmessage-id: <i@example.net>\r\nsUbJeCt: x\r\n\r\nx\r\n"),
        ],
    )
    def test_headers(self, mail_user, raw):
        for each in (raw, RAW):
            mail_user.deliver("INBOX", each, NINE)
        with source_of(mail_user) as source:
            source.open("INBOX", None)
            first, second = (m.header for m in sorted(source.fetch(source.uids(1, 999)), key=lambda m: m.uid))
        assert parse_header(first) == parse_header(keep_fields(raw))
        assert parse_header(second) == parse_header(keep_fields(RAW))
        assert b"boring" not in second.lower()
        assert b"body" not in second

    @cases(
        *("when", "instant"),
        rows=[
            ("utc", "13-Jan-2025 08:00:00 +0000", NINE),
            ("summer", "13-Jul-2025 10:00:00 +0200", 1_752_393_600),
            ("half an hour", "13-Jan-2025 13:30:00 +0530", NINE),
            ("west, over midnight", "12-Jan-2025 23:00:00 -0900", NINE),
            ("one digit", " 1-Jan-2025 00:00:01 +0100", 1_735_686_001),
            ("leap day", "29-Feb-2024 23:59:59 +0000", 1_709_251_199),
        ],
    )
    def test_internaldates(self, mail_user, when, instant):
        mail_user.append("INBOX", [Delivery(RAW, when)])
        with source_of(mail_user) as source:
            source.open("INBOX", None)
            assert [m.internal_date for m in source.fetch(source.uids(1, 999))] == [instant]

    def test_flags(self, mail_user):
        flags = [set(), {"\\Seen"}, {"\\Answered", "\\Seen"}, {"\\Draft"}, {"\\Flagged"}, {"\\Deleted"}]
        mail_user.append("INBOX", [Delivery(RAW, NINE, tuple(each)) for each in flags])
        numbers = uids(mail_user, *range(1, 7))
        mail_user.store("INBOX", numbers[0], "\\Answered")
        with source_of(mail_user) as source:
            source.open("INBOX", None)
            found = {m.uid: set(m.flags) - {"\\Recent"} for m in source.fetch(numbers)}
            flagging = source.flagged(1, numbers[-1], ())
            later = source.flagged(numbers[3], numbers[-1], ())
        assert found == dict(zip(numbers, [{"\\Answered"}, *flags[1:]], strict=True))
        assert flagging.told >= {"\\Answered", "\\Deleted", "\\Draft", "$Junk", "NonJunk"}
        answered = frozenset(["\\Answered"])
        rest = {numbers[3]: frozenset(["\\Draft"]), numbers[5]: frozenset(["\\Deleted"])}
        assert flagging.bearers == {numbers[0]: answered, numbers[2]: answered} | rest
        assert later.bearers == rest

    def test_keywords(self, mail_user):
        """Where a server keeps any: they are told by search and, where changes are counted, as changes."""
        mail_user.append("INBOX", [Delivery(RAW, NINE)] * 3)
        numbers = uids(mail_user, 1, 2, 3)
        with source_of(mail_user) as source:
            before = source.open("INBOX", None).highestmodseq
        for number, keyword in zip(numbers, ("$Junk", "NonJunk", "Junk"), strict=True):
            mail_user.store("INBOX", number, keyword)
        kept = {uid: telling(flags) for uid, flags in mail_user.flags("INBOX").items()}
        with source_of(mail_user) as source:
            state = source.open("INBOX", None)
            bearers = source.flagged(1, numbers[-1], ()).bearers
            assert sorted(bearers.values(), key=repr) == sorted((f for f in kept.values() if f), key=repr)
            if before is not None and state.highestmodseq != before:
                changed = {c.uid: telling(c.flags or ()) for c in source.changed(1, numbers[-1], before)}
                assert changed == bearers

    def test_the_same_message_twice(self, mail_user):
        mail_user.append("INBOX", [Delivery(RAW, NINE)] * 2)
        with source_of(mail_user) as source:
            source.open("INBOX", None)
            one, other = source.fetch(source.uids(1, 999))
        assert one.header == other.header
        assert [one.uid, other.uid] == uids(mail_user, 1, 2)
        if not isinstance(mail_user, EmbeddedUser):  # counts otherwise
            assert one.size == other.size == len(RAW)

    def test_messages_that_come_and_go_meanwhile(self, mail_user):
        mail_user.append("INBOX", numbered(4))
        one, two, three, four, five = uids(mail_user, 1, 2, 3, 4, 5)
        with source_of(mail_user) as source:
            source.open("INBOX", None)
            mail_user.expunge("INBOX", [two])
            mail_user.append("INBOX", numbered(1))
            for uid in (one, three, four):
                assert [m.uid for m in source.fetch([uid])] == [uid]
            source.open("INBOX", None)
            assert source.uids(1, 999) == [one, three, four, five]
