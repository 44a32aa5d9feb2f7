"""Nothing is said to a server that has not proved who it is: the server writes down every octet that it hears."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import warnings
from pathlib import Path

import pytest

from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SourceError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.certificates import Authority
from servers.scripted import Ending, ScriptedServer

PASSWORD = "kanarienvogel-1"
OFFERS = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\r\n"
STARTTLS = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nTAG OK done\r\n"}
BOTH = pytest.mark.parametrize("tls", ["implicit", "starttls"])


class Office:
    """Certificates of an authority that the program trusts, and whatever else a server may show."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        authority = Authority()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(authority.certificate)
        self._pems = {
            "good": authority.issue("127.0.0.1", "localhost"),
            "expired": authority.issue("127.0.0.1", expired=True),
            "for another host": authority.issue("127.0.0.2", "imap.example.com"),
            "self-signed": authority.self_signed("127.0.0.1"),
            "of another authority": Authority().issue("127.0.0.1"),
        }

    def context(self, name: str = "good") -> ssl.SSLContext:
        path = self._folder / f"{name}.pem"
        path.write_bytes(self._pems[name])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("certificates"))


def settings(server: ScriptedServer, office: Office, tls: str, **changes: object) -> ImapSettings:
    usual = ImapSettings(server.host, "anna", PASSWORD, server.port, tls, office.ca_file)
    return dataclasses.replace(usual, **changes)


def refused(kind: type[SourceError], wanted: ImapSettings) -> str:
    with pytest.raises(kind) as caught, ImapSource(wanted):
        pass
    assert type(caught.value) is kind
    assert PASSWORD not in caught.value.text + caught.value.hint
    return caught.value.text


def talked(server: ScriptedServer) -> set[bytes]:
    """The verbs that left in clear."""
    return {line.split()[1] for line in bytes(server.clear).splitlines() if line.strip()}


@BOTH
def test_a_server_that_proves_who_it_is_gets_the_password_inside_tls(office, tls):
    with ScriptedServer(STARTTLS, tls=office.context(), implicit=tls == "implicit") as server:
        with ImapSource(settings(server, office, tls)) as source:
            assert source.protection.version in ("TLSv1.2", "TLSv1.3")
            assert source.open("INBOX", None).exists == 3
        assert PASSWORD.encode() in server.inside
        assert PASSWORD.encode() not in server.clear
        assert talked(server) == ({b"CAPABILITY", b"STARTTLS"} if tls == "starttls" else set())


@BOTH
@pytest.mark.parametrize("shown", ["expired", "for another host", "self-signed", "of another authority"])
def test_a_certificate_that_proves_nothing(office, tls, shown):
    with ScriptedServer(STARTTLS, tls=office.context(shown), implicit=tls == "implicit") as server:
        refused(CertificateError, settings(server, office, tls))
    assert server.inside == b""
    assert b"LOGIN" not in server.clear


@BOTH
def test_the_name_in_the_certificate_has_to_be_the_one_that_was_asked_for(office, tls):
    context = office.context("for another host")
    with ScriptedServer(STARTTLS, tls=context, implicit=tls == "implicit") as server:
        refused(CertificateError, settings(server, office, tls, host="localhost"))
        assert "another host" in refused(CertificateError, settings(server, office, tls))
    assert server.inside == b""


@BOTH
def test_old_tls(office, tls):
    old = office.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        careless = ssl.create_default_context(cafile=office.ca_file)
        careless.minimum_version = ssl.TLSVersion.TLSv1
        careless.set_ciphers("ALL:@SECLEVEL=0")
    with ScriptedServer(STARTTLS, tls=old, implicit=True) as server:
        try:
            with (
                socket.create_connection((server.host, server.port)) as line,
                careless.wrap_socket(line, server_hostname=server.host) as inner,
            ):
                assert inner.version() == "TLSv1.1", "the server does speak it"
        except ssl.SSLError:
            pytest.skip("this OpenSSL knows no TLS 1.1 any more")
    with ScriptedServer(STARTTLS, tls=old, implicit=tls == "implicit") as server:
        assert "speaks only TLS 1.0 or 1.1" in refused(ConnectError, settings(server, office, tls))
    assert server.inside == b""
    assert b"LOGIN" not in server.clear


@pytest.mark.parametrize(
    "answers",
    [
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"},
        STARTTLS | {"STARTTLS": b"TAG NO not today\r\n"},
        STARTTLS | {"STARTTLS": b"TAG BAD what?\r\n"},
        STARTTLS | {"STARTTLS": b"* BYE\r\n"},
        STARTTLS | {"STARTTLS": lambda _: Ending(b"TAG OK begin\r\n* OK but not with TLS\r\n")},
    ],
    ids=["stripped", "NO", "BAD", "BYE", "OK, but no TLS"],
)
def test_starttls_taken_away(office, answers):
    with ScriptedServer(answers) as server:
        refused(ConnectError, settings(server, office, "starttls"))
    assert b"LOGIN" not in server.clear
    assert b"AUTHENTICATE" not in server.clear
    assert PASSWORD.encode() not in server.clear


@pytest.mark.parametrize("greeting", [b"* PREAUTH welcome anna\r\n", OFFERS.replace(b"OK", b"PREAUTH", 1)])
def test_a_greeting_that_takes_away_the_place_of_starttls(office, greeting):
    """PREAUTH leaves no room for STARTTLS: whoever stands in between would show a mailbox of his own, in clear."""
    with ScriptedServer(STARTTLS, greeting=greeting, tls=office.context()) as server:
        text = refused(ConnectError, settings(server, office, "starttls"))
    assert "PREAUTH" in text
    assert talked(server) <= {b"CAPABILITY"}, "which the library asks before anybody can look"
    assert server.inside == b""


def test_preauth_where_tls_stands_already(office):
    with ScriptedServer(greeting=b"* PREAUTH welcome anna\r\n", tls=office.context(), implicit=True) as server:
        with ImapSource(settings(server, office, "implicit")) as source:
            assert source.open("INBOX", None).exists == 3
        assert b"LOGIN" not in server.inside


INJECTED = b'* LIST () "/" Injected\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED INJECTED\r\n* 999 EXISTS\r\n'


@pytest.mark.parametrize(
    "answer",
    [
        INJECTED + b"TAG OK begin\r\n",
        b"TAG OK begin\r\n" + INJECTED,
        INJECTED + b"TAG OK [CAPABILITY IMAP4rev1 LOGINDISABLED INJECTED] begin\r\n" + INJECTED + b"A1 OK x\r\n",
        b"TAG OK begin\r\n" + b"".join(b"%s OK welcome\r\n" % b"TAG" for _ in range(9)),
    ],
    ids=["before the answer", "behind it", "both", "answers to come"],
)
def test_what_is_slipped_in_before_tls_counts_for_nothing_inside(office, answer):
    with ScriptedServer(STARTTLS | {"STARTTLS": answer}, tls=office.context(), greeting=OFFERS) as server:
        with ImapSource(settings(server, office, "starttls")) as source:
            assert [listing.name for listing in source.mailboxes()] == ["INBOX"]
            assert "INJECTED" not in source.capabilities
            assert source.open("INBOX", None).exists == 3
        assert server.said("LOGIN"), "LOGINDISABLED was not believed"
        assert talked(server) == {b"CAPABILITY", b"STARTTLS"}


class TestPlainText:
    @pytest.fixture
    def own_address(self):
        """An address of this machine that others can reach."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing
                address = probe.getsockname()[0]
            except OSError:
                address = "127.0.0.1"
        if address.startswith("127."):
            pytest.skip("this machine has no address but loopback")
        return address

    @pytest.mark.parametrize("host", ["localhost", "localhost.", "LocalHost"])
    def test_a_localhost_that_is_elsewhere(self, office, own_address, host, monkeypatch):
        """A name is but a word: what counts is where the line ends."""
        resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **options: resolve(own_address, *rest, **options))
        monkeypatch.setattr(ScriptedServer, "host", own_address)
        with ScriptedServer() as server:
            wanted = settings(server, office, "none", host=host)
            assert "in clear" in refused(ConnectError, wanted)
            assert PASSWORD.encode() not in server.clear
            with ImapSource(dataclasses.replace(wanted, allow_plaintext=True)) as source:
                assert source.mailboxes()
            assert PASSWORD.encode() in server.clear

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST"])
    def test_loopback_needs_no_tls(self, office, host):
        with ScriptedServer() as server, ImapSource(settings(server, office, "none", host=host)) as source:
            assert source.mailboxes()


class TestNames:
    @pytest.mark.parametrize("char", ["\r", "\n", "\0"])
    @pytest.mark.parametrize("field", ["username", "password"])
    def test_user_name_and_password(self, office, field, char):
        with ScriptedServer() as server:
            wanted = settings(server, office, "none", **{field: f"x{char}A1 DELETE INBOX"})
            assert "line break or NUL" in refused(LoginError, wanted)
        assert server.connections == 0

    @pytest.mark.parametrize("name", [b"a\r\nA1 DELETE INBOX", b"a\nb", b"a\rb", b"a\0b", b'"\r\n'])
    def test_a_mailbox_that_no_command_can_name(self, office, name):
        """It fails for itself, as a mailbox; the others are read."""
        listed = b'* LIST () "/" {%d}\r\n%s\r\n* LIST () "/" INBOX\r\nTAG OK done\r\n' % (len(name), name)
        with ScriptedServer({"LIST": listed}) as server:
            with ImapSource(settings(server, office, "none")) as source:
                found = [listing.name for listing in source.mailboxes()]
                assert len(found) == 2
                for mailbox in found:
                    if mailbox != "INBOX":
                        for look in (source.status, source.open):
                            with pytest.raises(MailboxError, match="a line break or NUL in its name"):
                                look(mailbox, None)
                assert source.open("INBOX", None).exists == 3
            assert not server.said("DELETE")
            assert {command.split()[0] for command in server.commands} <= {
                "CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "LOGOUT"
            }  # fmt: skip

    @pytest.mark.parametrize("name", ["a\r\nb", "a\0b", "a\nA1 DELETE INBOX"])
    def test_a_mailbox_that_nobody_listed(self, office, name):
        with ScriptedServer() as server, ImapSource(settings(server, office, "none")) as source:
            with pytest.raises(MailboxError, match="a line break or NUL in its name"):
                source.open(name, None)
            assert source.open("INBOX", None).exists == 3
            assert len(server.said("EXAMINE")) == 1

    def test_ca_file(self, office):
        with ScriptedServer(tls=office.context(), implicit=True) as server:
            wanted = settings(server, office, "implicit", ca_file=Path("a\0b"))
            assert "can't be used" in refused(CertificateError, wanted)
        assert server.connections == 0
