"""The IMAP source against a real Dovecot: what it says equals what was delivered, and nothing changes there."""

from __future__ import annotations

import dataclasses
import random
import traceback
from pathlib import Path

import pytest

from replywatch.domain.mailboxes.fetched import Listing, MailboxState
from replywatch.errors import (
    CertificateError,
    ConnectError,
    LoginError,
    MailboxError,
    ReplywatchError,
    SourceError,
)
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.waiting import Timeouts
from servers.dovecot import Delivery, Dovecot, User

RAW = (
    b"Received: from mx.example.net by mail.example.com; Mon, 13 Jan 2025 09:00:00 +0100\r\n"
    b"From: Anna <anna@example.net>\r\nTo: info@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"X-Boring: not wanted\r\nMessage-ID: <1@example.net>\r\nReferences: <a@x.example>\r\n <b@x.example>\r\n"
    b"Date: Mon, 13 Jan 2025 08:59:58 +0100\r\n\r\nThe body.\r\n"
)
NINE = 1_736_755_200  # 2025-01-13T08:00:00Z


def settings(user: User, **changes: object) -> ImapSettings:
    """Settings for a plain connection on loopback, which is the quickest, with `changes`."""
    plain = ImapSettings(Dovecot.GOOD, user.name, Dovecot.PASSWORD, user.server.port, "none")
    return dataclasses.replace(plain, **changes)


def secure(user: User, host: str = "localhost", **changes: object) -> ImapSettings:
    changes = {"host": host, "port": user.server.tls_port, "tls": "implicit", "ca_file": user.server.ca_file} | changes
    return settings(user, **changes)


def failure(kind: type[ReplywatchError], wanted: ImapSettings) -> ReplywatchError:
    """The error when connecting; no text of it or of what caused it shows the password."""
    with pytest.raises(kind) as caught, ImapSource(wanted):
        pass
    assert type(caught.value) is kind
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.hint
    error: BaseException | None = caught.value
    while error is not None:
        shown += f"{error!s}{error!r}{error.args!r}"
        error = error.__cause__ or error.__context__
    assert wanted.password not in shown
    return caught.value


class TestConnecting:
    def test_tls(self, dovecot_user):
        with ImapSource(secure(dovecot_user)) as source:
            assert "CONDSTORE" in source.capabilities  # said only after the login

    def test_starttls(self, dovecot_user):
        wanted = secure(dovecot_user, port=dovecot_user.server.port, tls="starttls")
        with ImapSource(wanted) as source:
            assert source.status("INBOX", None).exists == 0

    def test_starttls_where_passwords_need_it(self, dovecot_user):
        wanted = secure(dovecot_user, Dovecot.TLS_FIRST, port=dovecot_user.server.port, tls="starttls")
        with ImapSource(wanted) as source:
            assert source.mailboxes()

    def test_certificate_of_an_unknown_authority(self, dovecot_user):
        error = failure(CertificateError, secure(dovecot_user, ca_file=None))
        assert f"localhost:{dovecot_user.server.tls_port} is not trusted" in error.text
        assert "`ca_file`" in error.hint

    def test_self_signed_certificate(self, dovecot_user):
        error = failure(CertificateError, secure(dovecot_user, Dovecot.SELF_SIGNED, ca_file=None))
        assert "not trusted: self-signed certificate" in error.text

    def test_self_signed_certificate_that_is_named(self, dovecot_user):
        pem = dovecot_user.server.root / "self_signed.pem"
        with ImapSource(secure(dovecot_user, Dovecot.SELF_SIGNED, ca_file=pem)) as source:
            assert source.mailboxes()

    def test_certificate_for_another_host(self, dovecot_user):
        error = failure(CertificateError, secure(dovecot_user, Dovecot.WRONG_HOST))
        assert "is for another host" in error.text
        assert "`host`" in error.hint

    def test_expired_certificate(self, dovecot_user):
        error = failure(CertificateError, secure(dovecot_user, Dovecot.EXPIRED))
        assert "certificate has expired" in error.text
        assert "clock" in error.hint

    @pytest.mark.parametrize("host", [Dovecot.EXPIRED, Dovecot.WRONG_HOST])
    def test_starttls_verifies_too(self, dovecot_user, host):
        failure(CertificateError, secure(dovecot_user, host, port=dovecot_user.server.port, tls="starttls"))

    def test_starttls_not_offered(self, dovecot_user):
        wanted = secure(dovecot_user, Dovecot.PLAIN_ONLY, port=dovecot_user.server.port, tls="starttls")
        error = failure(ConnectError, wanted)
        assert "does not offer STARTTLS" in error.text

    def test_tls_on_a_plain_port(self, dovecot_user):
        error = failure(ConnectError, secure(dovecot_user, port=dovecot_user.server.port))
        assert "No TLS handshake" in error.text
        assert 'tls = "starttls"' in error.hint

    @pytest.mark.parametrize("tls", ["none", "starttls"])
    def test_plain_on_a_tls_port(self, dovecot_user, tls):
        wanted = secure(dovecot_user, Dovecot.GOOD, tls=tls, timeouts=Timeouts.of(0.2))
        error = failure(ConnectError, wanted)
        assert "did not answer within 0.2 seconds" in error.text
        assert 'tls = "implicit"' in error.hint

    def test_ca_file_missing(self, dovecot_user, tmp_path):
        error = failure(CertificateError, secure(dovecot_user, ca_file=tmp_path / "none.pem"))
        assert "none.pem can't be used: No such file" in error.text

    def test_ca_file_without_certificate(self, dovecot_user, tmp_path):
        path: Path = tmp_path / "empty.pem"
        path.write_text("nothing")
        assert "empty.pem can't be used" in failure(CertificateError, secure(dovecot_user, ca_file=path)).text

    def test_closed_port(self, dovecot_user, unused_port):
        error = failure(ConnectError, settings(dovecot_user, port=unused_port))
        assert error.text == f"127.0.0.1:{unused_port} refuses connections"

    @pytest.mark.parametrize("host", ["imap.does-not-exist.invalid", "a..b", "x" * 70])
    def test_impossible_host(self, dovecot_user, host):
        error = failure(ConnectError, secure(dovecot_user, host))
        assert host in error.text
        assert "`host`" in error.hint

    def test_impossible_port(self, dovecot_user):
        assert "`port`" in failure(ConnectError, settings(dovecot_user, port=70_000)).hint

    @pytest.mark.parametrize("host", ["192.0.2.1", "imap.example.com", "127.0.0.1.example.com", "localhost.example"])
    def test_no_plain_password_over_the_network(self, dovecot_user, host):
        error = failure(ConnectError, settings(dovecot_user, host=host))
        assert "in clear" in error.text

    def test_plain_password_over_the_network_if_it_is_meant(self, dovecot_user):
        wanted = settings(dovecot_user, host="imap.invalid", allow_plaintext=True)
        assert "can't be resolved" in failure(ConnectError, wanted).text


class TestLogin:
    def test_wrong_password(self, dovecot_user):
        error = failure(LoginError, settings(dovecot_user, password="wr0ng-Horse"))
        assert "Authentication failed" in error.text
        assert dovecot_user.name in error.text
        assert "`password`" in error.hint
        assert "app password" in error.hint

    def test_password_is_not_shown(self, dovecot_user):
        wanted = settings(dovecot_user)
        assert Dovecot.PASSWORD not in repr(wanted)
        assert Dovecot.PASSWORD not in repr(ImapSource(wanted))

    def test_password_outside_ascii(self, dovecot_user):
        with ImapSource(settings(dovecot_user, password=Dovecot.UNICODE_PASSWORD)) as source:
            assert source.mailboxes()

    def test_wrong_password_outside_ascii(self, dovecot_user):
        failure(LoginError, settings(dovecot_user, password="falsches-Fräulein"))

    @pytest.mark.parametrize("name", ["Info Team ", 'quo"ted', "Müller", "a(b)", "star*"])
    def test_user_name_that_is_no_atom(self, dovecot_server, name):
        user = dovecot_server.new_user(name)
        user.deliver("INBOX", RAW, NINE)
        with ImapSource(settings(user)) as source:
            assert source.status("INBOX", None).exists == 1

    @pytest.mark.parametrize("bad", ["x\r\nA1 DELETE INBOX", "x\n", "x\0y"])
    @pytest.mark.parametrize("field", ["username", "password"])
    def test_no_second_command_in_user_name_or_password(self, dovecot_user, field, bad):
        assert f"`{field}`" in failure(LoginError, settings(dovecot_user, **{field: bad})).hint

    def test_server_takes_passwords_over_tls_only(self, dovecot_user):
        error = failure(LoginError, settings(dovecot_user, host=Dovecot.TLS_FIRST))
        assert "takes no password" in error.text
        assert "starttls" in error.hint

    def test_too_many_connections_are_no_wrong_password(self, dovecot_user):
        wanted = settings(dovecot_user, host=Dovecot.ONE_CONNECTION)
        with ImapSource(wanted):
            error = failure(ConnectError, wanted)
        assert "[LIMIT]" in error.text
        assert "Wait" in error.hint


class TestMailboxes:
    def test_names_are_decoded_and_sorted(self, dovecot_user):
        names = ["Entwürfe", "Gesendete Objekte", "日本語", "R&D", "Sent", "Sent/2024", 'a"b\\c', "123", "Ablage"]
        dovecot_user.create(*names)
        with ImapSource(settings(dovecot_user)) as source:
            listings = source.mailboxes()
            assert [listing.name for listing in listings] == sorted([*names, "INBOX"])
            for listing in listings:
                assert listing.delimiter == "/"
                assert source.open(listing.name, None).exists == 0
        attributes = {listing.name: set(listing.attributes) for listing in listings}
        assert "\\sent" in attributes["Sent"]
        assert "\\archive" in attributes["Ablage"]
        assert "\\sent" not in attributes["Gesendete Objekte"]

    def test_a_mailbox_that_only_holds_others_is_left_out(self, dovecot_user):
        dovecot_user.create("Kunden/Alt")
        with ImapSource(settings(dovecot_user)) as source:
            assert [listing.name for listing in source.mailboxes()] == ["INBOX", "Kunden/Alt"]

    def test_inbox_is_there_from_the_start(self, dovecot_user):
        with ImapSource(settings(dovecot_user)) as source:
            assert source.mailboxes() == [Listing("INBOX", "/")]

    @pytest.mark.parametrize("name", ["Nowhere", "Nirgendwö", "a\tb", "\ud800"])
    def test_missing_mailbox(self, dovecot_user, name):
        with ImapSource(settings(dovecot_user)) as source:
            for look in (source.status, source.open):
                with pytest.raises(MailboxError) as caught:
                    look(name, None)
                assert repr(name) in caught.value.text
            assert source.open("INBOX", None).exists == 0  # the connection goes on

    def test_nothing_is_open_before_open(self, dovecot_user):
        with ImapSource(settings(dovecot_user)) as source:
            with pytest.raises(MailboxError):
                source.uids(1, 10)
            source.open("INBOX", None)
            with pytest.raises(MailboxError):
                source.open("Nowhere", None)
            with pytest.raises(MailboxError):
                source.uids(1, 10)

    def test_not_connected(self, dovecot_user):
        with pytest.raises(SourceError, match="Not connected"):
            ImapSource(settings(dovecot_user)).mailboxes()


class TestMessages:
    def test_facts(self, dovecot_user):
        dovecot_user.create("Kunden")
        dovecot_user.deliver("Kunden", RAW, NINE, ["\\Seen", "\\Answered", "$Label1"])
        dovecot_user.deliver("Kunden", b"From: b@example.net\r\n\r\n", NINE + 7)
        with ImapSource(settings(dovecot_user)) as source:
            status = source.status("Kunden", None)
            opened = source.open("Kunden", status)
            first, second = sorted(source.fetch(source.uids(1, 2)), key=lambda m: m.uid)
        assert (opened.exists, opened.uidnext) == (2, 3)
        assert opened.uidvalidity > 0
        assert opened.highestmodseq is not None
        assert status == opened
        assert (first.uid, first.internal_date, first.size) == (1, NINE, len(RAW))
        assert set(first.flags) >= {"\\Seen", "\\Answered", "$Label1"}
        assert first.thread is None
        fields = first.header.lower()
        for wanted in (b"from: anna <anna@example.net>\r\n", b"references: <a@x.example>\r\n <b@x.example>\r\n"):
            assert wanted in fields
        assert b"boring" not in fields
        assert b"the body" not in fields
        assert (second.uid, second.internal_date, second.header) == (2, NINE + 7, b"From: b@example.net\r\n\r\n")
        assert not {"\\Seen", "\\Answered"} & set(second.flags)

    def test_reading_changes_nothing(self, dovecot_user):
        flags = [(), ("\\Seen",), ("\\Answered", "\\Seen"), ("\\Draft",), ("\\Flagged",), ("\\Deleted",)]
        dovecot_user.fill("INBOX", (Delivery(RAW, NINE + n, each) for n, each in enumerate(flags)))
        dovecot_user.deliver("INBOX", RAW, NINE)  # lies in new/ and is \\Recent for the first one who selects
        with ImapSource(settings(dovecot_user)) as source:
            source.open("INBOX", None)  # lets Dovecot number them
        files, before = dovecot_user.files(), dovecot_user.flags("INBOX")
        with ImapSource(settings(dovecot_user)) as source:
            source.mailboxes()
            state = source.open("INBOX", source.status("INBOX", None))
            assert len(list(source.fetch(source.uids(1, 100)))) == state.exists == 7
        assert dovecot_user.files() == files
        assert dovecot_user.flags("INBOX") == before
        assert [before[n] - {"\\Recent"} for n in sorted(before)] == [set(each) for each in [*flags, ()]]

    def test_many_messages(self, dovecot_user):
        dates = {uid: NINE + uid * 60 for uid in range(1, 2101)}
        dovecot_user.fill("INBOX", (Delivery(b"Subject: %d\r\n\r\nx" % uid, date) for uid, date in dates.items()))
        with ImapSource(settings(dovecot_user)) as source:
            state = source.open("INBOX", None)
            assert state == MailboxState(state.uidvalidity, 2101, 2100, state.highestmodseq)
            uids = source.uids(1, 2100)
            assert uids == list(range(1, 2101))
            shuffled = random.Random(3).sample(uids, len(uids))
            for order in (uids, shuffled):
                found = list(source.fetch(order))
                assert {m.uid: m.internal_date for m in found} == dates
                assert {m.uid: m.header for m in found} == {u: b"Subject: %d\r\n\r\n" % u for u in uids}
                assert len(found) == 2100

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            (1, 10, [1, 4, 9, 10]),
            (4, 9, [4, 9]),
            (5, 8, []),
            (2, 3, []),
            (11, 4_294_967_295, []),
            (10, 1 << 40, [10]),
            (-5, 1, [1]),
            (9, 4, []),
        ],
    )
    def test_sparse_uids(self, dovecot_user, first, last, expected):
        dovecot_user.fill("INBOX", (Delivery(RAW, NINE + n) for n in range(10)))
        dovecot_user.expunge("INBOX", [2, 3, 5, 6, 7, 8])
        with ImapSource(settings(dovecot_user)) as source:
            state = source.open("INBOX", None)
            assert (state.exists, state.uidnext) == (4, 11)
            assert source.uids(first, last) == expected
            assert sorted(m.uid for m in source.fetch([4, 5, 10])) == [4, 10]

    def test_messages_expunged_by_another_program(self, dovecot_user):
        dovecot_user.fill("INBOX", (Delivery(RAW, NINE + n) for n in range(6)))
        with ImapSource(settings(dovecot_user)) as source:
            source.open("INBOX", None)
            uids = source.uids(1, 6)
            dovecot_user.expunge("INBOX", [2, 5])
            assert sorted(m.uid for m in source.fetch(uids)) == [1, 3, 4, 6]
            assert source.uids(1, 6) == [1, 3, 4, 6]

    def test_messages_that_arrive_meanwhile(self, dovecot_user):
        dovecot_user.deliver("INBOX", RAW, NINE)
        with ImapSource(settings(dovecot_user)) as source:
            assert source.open("INBOX", None).uidnext == 2
            dovecot_user.deliver("INBOX", RAW, NINE + 60)
            assert [m.uid for m in source.fetch(source.uids(1, 1))] == [1]
            assert source.status("INBOX", None).uidnext == 3
            assert source.uids(2, 9) == [2]

    def test_a_mailbox_made_anew_is_another_epoch(self, dovecot_user):
        dovecot_user.create("Kunden")
        with ImapSource(settings(dovecot_user)) as source:
            before = source.open("Kunden", None)
            source.open("INBOX", None)
            dovecot_user.delete("Kunden")
            dovecot_user.create("Kunden")
            assert source.open("Kunden", before).uidvalidity != before.uidvalidity

    def test_empty_mailbox(self, dovecot_user):
        with ImapSource(settings(dovecot_user)) as source:
            assert source.open("INBOX", None).exists == 0
            assert source.uids(1, 100) == []
            assert list(source.fetch([])) == []
            assert list(source.fetch([1, 2])) == []

    @pytest.mark.parametrize(
        "raw",
        [
            b"\r\n",
            b"no header at all",
            b"Subject: \xff\xfe\x00\x01 binary\r\n\r\n",
            b"Subject: a)\r\n * 9 FETCH (UID 9)\r\nFrom: {3}\r\n\r\n",
            b"References: " + b"<x@y.example> " * 20_000 + b"\r\n\r\n",
            b"Subject:" + b" x\r\n" * 5_000 + b"\r\n\r\n",
        ],
    )
    def test_hostile_header(self, dovecot_user, raw):
        dovecot_user.fill("INBOX", [Delivery(raw, NINE), Delivery(RAW, NINE)])
        with ImapSource(settings(dovecot_user)) as source:
            source.open("INBOX", None)
            found = {m.uid: m for m in source.fetch([1, 2])}
        assert found.keys() == {1, 2}
        assert b"<1@example.net>" in found[2].header
        assert found[1].header.count(b"x@y.example") == raw.count(b"x@y.example")
