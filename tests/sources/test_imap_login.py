"""How the program logs in: by which command, how the words in it are written, and what is said besides."""

from __future__ import annotations

from base64 import b64decode

import pytest

from replywatch import __version__
from replywatch.errors import ConnectError, LoginError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.scripted import ScriptedServer
from story import cases

OFFERS = {
    "plain": b"IMAP4rev1 AUTH=PLAIN",
    "neither": b"IMAP4rev1 AUTH=NTLM",
    "no login": b"IMAP4rev1 AUTH=PLAIN LOGINDISABLED",
}
WAYS = [
    # what the server offers, user name, password → command
    ("ordinary words", "plain", "anna", "x", 'LOGIN "anna" "x"'),
    ("an address", "neither", "anna@example.com", "x", 'LOGIN "anna@example.com" "x"'),
    ("blanks and brackets", "plain", "Info Team", "a (b) {3}", 'LOGIN "Info Team" "a (b) {3}"'),
    ("quotes and backslashes", "plain", "anna", 'x"y\\z', 'LOGIN "anna" "x\\"y\\\\z"'),
    ("nothing", "plain", "anna", "", 'LOGIN "anna" ""'),
    ("beyond ASCII", "plain", "anna", "Fräulein", "PLAIN \0anna\0Fräulein"),
    ("beyond ASCII, without PLAIN", "neither", "anna", "Fräulein", 'LOGIN "anna" "Fräulein"'),
    ("a name beyond ASCII", "plain", "jürgen", "x", "PLAIN \0jürgen\0x"),
    ("a name beyond ASCII, without PLAIN", "neither", "jürgen", "ß", 'LOGIN "jürgen" "ß"'),
    ("a tab", "plain", "anna", "a\tb", "PLAIN \0anna\0a\tb"),
    ("a mailbox of another one", "plain", "anna@example.com\\info", "x", 'LOGIN "anna@example.com\\\\info" "x"'),
    ("a domain", "neither", "OFFICE\\anna\\info", "x", 'LOGIN "OFFICE\\\\anna\\\\info" "x"'),
    ("a mailbox, and a password beyond ASCII", "plain", "a\\info", "ß", 'LOGIN "a\\\\info" "ß"'),
    ("no LOGIN", "no login", "anna", "x", "PLAIN \0anna\0x"),
    ("no LOGIN, with a backslash", "no login", "a\\info", "x", "PLAIN \0a\\info\0x"),
]


def source_of(server: ScriptedServer, username: str = "anna", password: str = "x") -> ImapSource:
    return ImapSource(ImapSettings(server.host, username, password, server.port, "none"))


def can(words: bytes) -> bytes:
    return b"* CAPABILITY " + words + b"\r\nTAG OK done\r\n"


def logins(server: ScriptedServer) -> list[str]:
    """The commands that log in; what PLAIN says in base64 in clear."""
    found = []
    for command in server.commands:
        verb, _, said = command.partition(" ")
        if verb == "AUTHENTICATE":
            mechanism, _, words = said.partition(" ")
            found.append(f"{mechanism} {b64decode(words).decode()}")
        elif verb == "LOGIN":
            found.append(command)
    return found


@cases("offers", "username", "password", "login", rows=WAYS)
def test_ways(offers, username, password, login):
    with ScriptedServer({"CAPABILITY": can(OFFERS[offers])}) as server, source_of(server, username, password) as source:
        assert source.mailboxes()
    assert logins(server) == [login]


@cases("offers", "username", "password", "login", rows=WAYS)
@pytest.mark.parametrize("refusal", [b"TAG NO [AUTHENTICATIONFAILED] no\r\n", b"TAG BAD what?\r\n", b"* BYE no\r\n"])
def test_a_password_is_tried_in_one_way_only(offers, username, password, login, refusal):
    answers = {"CAPABILITY": can(OFFERS[offers]), "LOGIN": refusal, "AUTHENTICATE": refusal}
    with ScriptedServer(answers) as server:
        with pytest.raises((LoginError, ConnectError)):
            source_of(server, username, password).__enter__()
        assert logins(server) == [login]


def test_literals_are_octets_of_utf_8():
    with ScriptedServer({"CAPABILITY": can(OFFERS["neither"])}) as server, source_of(server, "jürgen", "ßß"):
        pass
    assert b" LOGIN {7}\r\nj\xc3\xbcrgen {4}\r\n\xc3\x9f\xc3\x9f\r\n" in bytes(server.clear)


@pytest.mark.parametrize("answer", [b"TAG NO no\r\n", b"TAG BAD no literals\r\n", b"* BYE no\r\n"])
def test_no_password_leaves_where_the_user_name_is_refused(answer):
    with ScriptedServer({"CAPABILITY": can(OFFERS["neither"])}, literals=answer) as server:
        with pytest.raises((LoginError, ConnectError)):
            source_of(server, "jürgen", "geheim").__enter__()
        assert b"geheim" not in server.clear


def test_octets_of_the_environment_go_out_as_they_are():
    """A variable that is no UTF-8 comes with surrogates."""
    with ScriptedServer({"CAPABILITY": can(OFFERS["neither"])}) as server, source_of(server, "anna", "gr\udcfcn"):
        pass
    assert b'LOGIN "anna" {4}\r\ngr\xfcn\r\n' in bytes(server.clear)


@pytest.mark.parametrize("offers", [b"IMAP4rev1", b"IMAP4rev1 AUTH=NTLM LOGINDISABLED"])
def test_no_way_at_all(offers):
    with ScriptedServer({"CAPABILITY": can(offers)}) as server:
        if b"LOGINDISABLED" in offers:
            with pytest.raises(LoginError, match="takes no password over this connection"):
                source_of(server).__enter__()
            assert logins(server) == []
        else:
            source_of(server).__enter__().__exit__(None, None, None)
            assert logins(server) == ['LOGIN "anna" "x"']


# What is said besides

NAMED = f'ID ("name" "replywatch" "version" "{__version__}")'


@pytest.mark.parametrize(
    "answer",
    [b"* ID NIL\r\nTAG OK x\r\n", b"TAG OK\r\n", b"TAG NO no\r\n", b"TAG BAD what?\r\n", b'* ID ("a\r\nTAG OK\r\n'],
)
def test_who_asks_is_said_behind_the_login_and_before_any_mailbox_is_opened(answer):
    with ScriptedServer({"CAPABILITY": can(b"IMAP4rev1 ID"), "ID": answer}) as server, source_of(server) as source:
        assert source.open("INBOX", None).exists == 3
    verbs = [command.split()[0] for command in server.commands]
    assert verbs == ["CAPABILITY", "LOGIN", "CAPABILITY", "ID", "EXAMINE", "LOGOUT"]
    assert server.said("ID") == [NAMED]


def test_who_asks_is_not_said_where_nobody_wants_to_know():
    with ScriptedServer() as server, source_of(server):
        pass
    assert server.said("ID") == []


@pytest.mark.parametrize("answer", [b"* BYE no\r\n", b"", b"lorem ipsum\r\nTAG OK done\r\n"])
def test_a_connection_that_breaks_there_is_replaced_by_one_without_it(answer):
    with ScriptedServer({"CAPABILITY": can(b"IMAP4rev1 ID"), "ID": answer}) as server, source_of(server) as source:
        assert source.open("INBOX", None)
    assert server.connections == 2
    assert server.said("ID") == [NAMED]


def test_a_server_that_asks_for_a_rest_there_gets_it():
    answers = {"CAPABILITY": can(b"IMAP4rev1 ID"), "ID": b"* BYE [UNAVAILABLE] later\r\n"}
    with ScriptedServer(answers) as server:
        with pytest.raises(ConnectError, match="later"):
            source_of(server).__enter__()
        assert server.connections == 1


# What the server can do

SAID = [
    # greeting, answer to CAPABILITY → what it can do
    ("one line", b"* OK hi\r\n", can(b"IMAP4rev1 ID"), {"IMAP4REV1", "ID"}),
    ("rev2 alone", b"* OK hi\r\n", can(b"IMAP4rev2 ID"), {"IMAP4REV2", "ID"}),
    ("both", b"* OK hi\r\n", can(b"IMAP4rev1 IMAP4rev2"), {"IMAP4REV1", "IMAP4REV2"}),
    ("two lines", b"* OK hi\r\n", b"* CAPABILITY IMAP4rev1\r\n" + can(b"ID"), {"IMAP4REV1", "ID"}),
    ("in lower case", b"* OK hi\r\n", can(b"imap4rev1 id"), {"IMAP4REV1", "ID"}),
    ("in the greeting, too", b"* OK [CAPABILITY IMAP4rev1 X] hi\r\n", can(b"IMAP4rev1 ID"), {"IMAP4REV1", "ID"}),
    ("rev2 in the greeting", b"* OK [CAPABILITY IMAP4rev2] hi\r\n", can(b"IMAP4rev2"), {"IMAP4REV2"}),
    ("rev1 in the greeting alone", b"* OK [CAPABILITY IMAP4rev1] hi\r\n", can(b"ID"), {"ID"}),
]  # fmt: skip


@cases("greeting", "answer", "capabilities", rows=SAID)
def test_what_a_server_can_do(greeting, answer, capabilities):
    with ScriptedServer({"CAPABILITY": answer}, greeting=greeting) as server, source_of(server) as source:
        assert source.capabilities == capabilities
        assert source.open("INBOX", None).exists == 3


def test_what_it_can_do_before_the_login_counts_no_more_behind_it():
    answers = iter([can(b"IMAP4rev1 X"), can(b"IMAP4rev1 Y")])
    with ScriptedServer({"CAPABILITY": lambda _: next(answers)}) as server, source_of(server) as source:
        assert source.capabilities == {"IMAP4REV1", "Y"}


@pytest.mark.parametrize(
    "answer", [can(b"IMAP2"), can(b""), b"* CAPABILITY {3}\r\nabc\r\nTAG OK done\r\n", b"TAG OK\r\n"]
)
def test_a_server_that_is_none_of_imap(answer):
    with ScriptedServer({"CAPABILITY": answer}) as server, pytest.raises(ConnectError, match="does not speak IMAP"):
        source_of(server).__enter__()
