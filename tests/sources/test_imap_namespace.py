"""Other users' and shared mailboxes: what servers say of them, and what comes of it."""

from __future__ import annotations

import pytest

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.errors import ConnectError
from replywatch.sources.imap.namespace import Namespaces
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.scripted import Ending, ScriptedServer
from story import cases

LINES = [
    # line → prefixes of other users' namespaces, what is listed besides
    ("RFC 2342, 5.1", b'(("" "/")) NIL NIL', [], []),
    ("RFC 2342, 5.4", b'(("" "/")) (("~" "/")) (("#shared/" "/")("#pub/" "/"))', ["~"], ["~", "#shared/", "#pub/"]),
    ("Cyrus", b'(("INBOX." ".")) (("user." ".")) (("" "."))', ["user."], ["user."]),
    ("Usenet is no mail", b'(("" "/")) NIL (("#news." ".")("#NEWS.x" ".")("#ftp/" "/"))', [], ["#ftp/"]),
    ("an extension", b'(("" "/" "X-PARAM" ("FLAG1" "FLAG2"))) (("o/" "/" "TRANSLATION" ("x/"))) NIL', ["o/"], ["o/"]),
    ("no hierarchy", b"((INBOX NIL)) ((x NIL)) NIL", ["x"], ["x"]),
    ("8-bit names", b'(("" "/")) (("Fr\xc3\xa4nze/" "/")) NIL', ["Fränze/"], ["Fränze/"]),
    ("the same twice", b'NIL (("a/" "/")("a/" "/")) (("a/" "/"))', ["a/", "a/"], ["a/"]),
]  # fmt: skip


@cases("line", "others", "besides", rows=LINES)
def test_what_servers_say(line, others, besides):
    found = Namespaces.of(b"* NAMESPACE " + line + b"\r\n")
    assert [prefix.decode() for prefix, _ in found.others] == others
    assert [prefix.decode() for prefix in found.besides()] == besides


@pytest.mark.parametrize(
    "line",
    [
        b"* OK fine\r\n",
        b"* NAMESPACE\r\n",
        b"* NAMESPACE NIL NIL\r\n",
        b"* NAMESPACE NIL NIL NIL NIL\r\n",
        b"* NAMESPACE x NIL NIL\r\n",
        b"* NAMESPACE () NIL NIL\r\n",
        b"* NAMESPACE (()) NIL NIL\r\n",
        b'* NAMESPACE ("" "/") NIL NIL\r\n',
        b'* NAMESPACE (("")) NIL NIL\r\n',
        b'* NAMESPACE ((NIL "/")) NIL NIL\r\n',
        b'* NAMESPACE (("" ("/"))) NIL NIL\r\n',
        b'* NAMESPACE (("" "/") NIL NIL\r\n',
        b'* NAMESPACE (("" "/"))) NIL NIL\r\n',
        b'* NAMESPACE (("" "/)) NIL NIL\r\n',
        b'* NAMESPACE NIL (("user\r/" "/")) NIL\r\n',
        b'* NAMESPACE NIL (("user\x00/" "/")) NIL\r\n',
        b"* NAMESPACE " + b"(" * 5000 + b"\r\n",
        b"* NAMESPACE (" + b'("a" "/")' * 21 + b") NIL NIL\r\n",
        b'* NAMESPACE (("' + b"a" * 201 + b'" "/")) NIL NIL\r\n',
        b"* NAMESPACE NIL NIL {3}\r\n",
        b'* NAMESPACE (("" "/")) (("a\rb/" "/")) NIL\r\n',
        b'* NAMESPACE (("" "/")) (("a\0b/" "/")) NIL\r\n',
    ],
)
def test_what_makes_no_sense(line):
    assert Namespaces.of(line) is None


WHOSE = [
    # personal, others, shared, name → another user's
    ("one's own", [""], ["user/"], [], "Sent", False),
    ("another's", [""], ["user/"], [], "user/eva/Sent", True),
    ("the level above", [""], ["user/"], [], "user", True),
    ("only begins alike", [""], ["user/"], [], "users", False),
    ("shared", [""], ["user/"], ["public/"], "public/info", False),
    ("shared below others", [""], ["shared/"], ["shared/all/"], "shared/all/info", False),
    ("others below shared", [""], ["x/users/"], ["x/"], "x/users/eva", True),
    ("all that is nobody's is shared", ["INBOX/"], ["user/"], [""], "info", False),
    ("own and others' are one", [""], [""], [], "Sent", False),
    ("nothing is known", [], [], [], "user/eva", False),
]


@cases("personal", "others", "shared", "name", "theirs", rows=WHOSE)
def test_whose_a_mailbox_is(personal, others, shared, name, theirs):
    spaces = Namespaces(*(tuple((prefix.encode(), b"/") for prefix in kind) for kind in (personal, others, shared)))
    assert spaces.is_others(name.encode()) is theirs


CAPABLE = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 NAMESPACE\r\nTAG OK done\r\n"}
OWN = [Listing("INBOX", "/"), Listing("Sent", "/", ("\\sent",))]
EVA = [Listing("user/eva", "/", (), of_other_user=True), Listing("user/eva/Sent", "/", (), of_other_user=True)]
PUBLIC = Listing("public/info", "/")


def listing(arguments):
    lists = {
        '"" "*"': b'* LIST () "/" INBOX\r\n* LIST (\\Sent) "/" Sent\r\n',
        '"" "user/*"': b'* LIST () "/" user/eva\r\n* LIST () "/" user/eva/Sent\r\n* LIST (\\Noselect) "/" user\r\n',
        '"" "public/*"': b'* LIST () "/" public/info\r\n',
    }
    return lists[arguments] + b"TAG OK done\r\n"


SAID = b'* NAMESPACE (("" "/")) (("user/" "/")) (("public/" "/"))\r\nTAG OK done\r\n'


def mailboxes(*unlisted, **answers):
    """What a server lists that answers so, and what it leaves open."""
    spoken = CAPABLE | {"LIST": listing, "NAMESPACE": SAID} | answers
    with ScriptedServer(spoken) as server:
        settings = ImapSettings(server.host, "anna", "x", server.port, "none")
        with ImapSource(settings) as source:
            found = source.mailboxes()
            assert source.unlisted == unlisted
            assert source.status("INBOX", None).exists == 3, "the connection goes on"
    return found


def test_what_the_list_of_all_leaves_out():
    assert mailboxes() == [*OWN, PUBLIC, *EVA]


def test_what_is_listed_twice_counts_once():
    def everything(arguments):
        return listing('"" "*"').replace(b"TAG OK done\r\n", b"") + listing('"" "user/*"')

    assert mailboxes(LIST=everything) == [*OWN, *EVA]


def test_a_server_that_does_not_know_it_is_not_asked():
    with ScriptedServer({"NAMESPACE": SAID}) as server:
        with ImapSource(ImapSettings(server.host, "anna", "x", server.port, "none")) as source:
            source.mailboxes()
        assert server.said("NAMESPACE") == []


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG NO no\r\n",
        b"TAG BAD what?\r\n",
        b"TAG OK done\r\n",
        b"* NAMESPACE garbage\r\nTAG OK done\r\n",
        b"* NAMESPACE ((((\r\nTAG OK done\r\n",
        b'* NAMESPACE NIL (({5}\r\nuser/ "/")) NIL\r\nTAG OK done\r\n',
        b"* NAMESPACE NIL NIL NIL\r\n* 3 EXISTS\r\nTAG OK done\r\n",
        b"lorem ipsum\r\nTAG OK done\r\n",
        b"* NAMESPACE " + b"x" * (2 << 20) + b"\r\nTAG OK done\r\n",
        b"WRONG OK done\r\nTAG OK done\r\n",
    ],
    ids=["NO", "BAD", "nothing", "garbage", "open", "literal", "none", "no response", "too long", "other tag"],
)
def test_refused_or_garbled(answer):
    assert mailboxes(NAMESPACE=answer) == OWN


@pytest.mark.parametrize("answer", [b"TAG NO no\r\n", b"TAG BAD x\r\n", b"lorem ipsum\r\nTAG OK done\r\n"])
def test_one_namespace_that_can_not_be_listed(answer):
    found = mailboxes("user/", LIST=lambda arguments: answer if "user" in arguments else listing(arguments))
    assert found == [*OWN, PUBLIC]


@pytest.mark.parametrize("ending", [b"* BYE enough\r\n", b"", Ending(b"* NAMESPACE ((")])
def test_a_connection_that_ends_there_is_lost(ending):
    with pytest.raises(ConnectError):
        mailboxes(NAMESPACE=lambda _: ending)
