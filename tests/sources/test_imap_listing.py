"""Lists of mailboxes as servers really write them: what is read, under which names, and what is sent back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.errors import MailboxError
from replywatch.sources.imap.listing import Listed, by_name, listed
from replywatch.sources.imap.reader import Other
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.words import command
from servers.scripted import ScriptedServer
from story import cases

LINES = [
    # what stands behind "* LIST " → name on the wire, delimiter, attributes that last
    ("quoted", rb'(\HasNoChildren) "/" "Sent Items"', b"Sent Items", "/", ()),
    ("bare", rb'(\Sent \Marked) "." INBOX.Sent', b"INBOX.Sent", ".", ("\\sent",)),
    ("no hierarchy", rb"() NIL INBOX", b"INBOX", "", ()),
    ("no hierarchy, in quotes", rb'() "" INBOX', b"INBOX", "", ()),
    ("the delimiter bare", rb"() / INBOX", b"INBOX", "/", ()),
    ("Domino: a name with blanks, bare", rb'() "\\" Sent Items', b"Sent Items", "\\", ()),
    ("a backslash that is not escaped", rb'() "\" Sent', b"Sent", "\\", ()),
    ("escaped quotes", rb'() "/" "Kunden \"A\" GmbH"', b'Kunden "A" GmbH', "/", ()),
    ("an escaped backslash", rb'() "\\" "Archiv\\2024"', b"Archiv\\2024", "\\", ()),
    ("a backslash in a name, not escaped", rb'() "\\" "Archiv\2024"', b"Archiv\\2024", "\\", ()),
    ("quotes that are not escaped", rb'() "/" "Kunden "A" GmbH"', b'Kunden "A" GmbH', "/", ()),
    ("quotes at the end, not escaped", rb'() "/" "Kunden "A""', b'Kunden "A"', "/", ()),
    ("quotes in a bare name", rb'() "/" Kunden "A"', b'Kunden "A"', "/", ()),
    ("brackets in a bare name", rb'() "/" Kunden (alt) [2]', b"Kunden (alt) [2]", "/", ()),
    ("UTF-8", '() "/" "Kunden Müller"'.encode(), "Kunden Müller".encode(), "/", ()),
    ("UTF-8, bare", '() "/" Entwürfe'.encode(), "Entwürfe".encode(), "/", ()),
    ("Latin-1", '() "/" "Gelöschte Objekte"'.encode("latin-1"), b"Gel\xf6schte Objekte", "/", ()),
    ("modified UTF-7", rb'() "/" "Gel&APY-schte"', b"Gel&APY-schte", "/", ()),
    ("an extension behind it", rb'() "/" "A" ("CHILDINFO" ("SUBSCRIBED"))', b"A", "/", ()),
    ("blanks behind it", rb'() "/" "A"  ', b"A", "/", ()),
    ("blanks between", rb'()  "/"  "A"', b"A", "/", ()),
    ("empty", rb'() "/" ""', b"", "/", ()),
    ("attributes nobody knows", b'(\\X-\xff x) "/" A', b"A", "/", ("\\x-ÿ", "x")),
]


def other(line: bytes, *further: bytes) -> Other:
    return Other(b"* LIST " + line + b"\r\n", further)


@cases("line", "name", "delimiter", "attributes", rows=LINES)
def test_lines(line, name, delimiter, attributes):
    assert list(listed(other(line))) == [Listed(name, delimiter, attributes)]


def test_literals():
    assert list(listed(other(b'() "/" {3}', b'A"B', b"\r\n"))) == [Listed(b'A"B', "/")]
    assert list(listed(other(b'(\\Sent) "/" ~{2}', b"\xc3\xa4", b' ("X" ())\r\n'))) == [
        Listed(b"\xc3\xa4", "/", ("\\sent",))
    ]


@pytest.mark.parametrize(
    "line", [b'(\\Noselect) "/" A', b'(\\NONEXISTENT \\HasChildren) "/" A', b'(\\NoSelect) "/" "A "b" c"']
)
def test_what_can_not_be_opened_is_left_out(line):
    assert list(listed(other(line))) == []


@pytest.mark.parametrize("line", [b"* LSUB () NIL A\r\n", b"* OK LIST () NIL A\r\n", b"* 3 EXISTS\r\n"])
def test_other_responses(line):
    assert list(listed(Other(line))) == []


UNREADABLE = [b'() "/" "Foo', b'() "/" "', b"() x", b"(", b'() "/"', b'() "/" ', b"", b"() NIL", b'\\Sent "/" A']


@pytest.mark.parametrize("line", [*UNREADABLE, b'() "//" A', b'() "/" A {1}'])
def test_a_line_that_can_not_be_read_stands_for_its_mailbox(line):
    further = (b"x", b"\r\n") if line.endswith(b"}") else ()
    (found,) = listed(other(line, *further))
    assert not found.is_readable
    assert found.wire == (line or b"?")


@given(st.binary(max_size=60).filter(lambda line: b"\r" not in line and b"\n" not in line))
def test_any_octets_cost_their_line_at_most(line):
    assert len(list(listed(other(line)))) <= 1


NAMES = [
    # on the wire → names, in the order of the wire
    ("each by itself", [b"INBOX", b"Gel&APY-scht", b"R&D"], ["Gelöscht", "INBOX", "R&D"]),
    ("UTF-8 and Latin-1", ["Müller".encode(), b"M\xf6ller"], ["Müller", "Möller"]),
    ("two that decode alike", [b"R&D", b"R&-D"], ["R&-D", "R&D"]),
    ("whichever comes first", [b"R&-D", b"R&D"], ["R&-D", "R&D"]),
    ("UTF-8 beside UTF-7", [b"M&APw-ller", "Müller".encode()], ["M&APw-ller", "Müller"]),
    ("Latin-1 beside UTF-7", [b"M\xfcller", b"M&APw-ller"], ["Müller", "Mü".encode().decode("latin-1")]),
    ("three", [b"R&D", b"R&-D", b"R&--D"], ["R&-D", "R&-D (2)", "R&D"]),
]


def test_names():
    for name, wires, names in NAMES:
        found = by_name([Listed(wire) for wire in wires])
        if name == "Latin-1 beside UTF-7":
            assert found["Müller"].wire == b"M&APw-ller"
            assert len(found) == 2
            continue
        assert sorted(found) == sorted(names), name
        assert {mailbox.wire for mailbox in found.values()} == set(wires), name


@given(st.lists(st.sampled_from([b"R", b"&", b"-", b"D", b"&APw-", b"\xc3\xbc", b"\xfc", b" (2)"]), max_size=40))
def test_no_mailbox_is_left_out_for_its_name(pieces):
    wires = {b"".join(pieces[at : at + 4]) for at in range(0, len(pieces), 2)}
    found = by_name([Listed(wire) for wire in wires])
    assert {mailbox.wire for mailbox in found.values()} == wires


SENT_BACK = [
    # name on the wire → lines of the command
    ("an atom", b"INBOX", [b'EXAMINE "INBOX"']),
    ("blanks", b"Sent Items", [b'EXAMINE "Sent Items"']),
    ("a backslash", b"Archiv\\2024", [b'EXAMINE "Archiv\\\\2024"']),
    ("quotes", b'a"b', [b"EXAMINE {3}", b'a"b']),
    ("UTF-8", "ä".encode(), [b"EXAMINE {2}", b"\xc3\xa4"]),
    ("Latin-1", b"\xe4", [b"EXAMINE {1}", b"\xe4"]),
    ("nothing", b"", [b'EXAMINE ""']),
]


@cases("wire", "lines", rows=SENT_BACK)
def test_commands(wire, lines):
    assert command("EXAMINE", wire) == lines


def test_a_command_goes_on_behind_a_literal():
    assert command("STATUS", b"\xe4", "(MESSAGES)") == [b"STATUS {1}", b"\xe4 (MESSAGES)"]
    assert command("LOGIN", b"\xe4", b"\xf6") == [b"LOGIN {1}", b"\xe4 {1}", b"\xf6"]


# On the wire


def source_of(server: ScriptedServer) -> ImapSource:
    return ImapSource(ImapSettings(server.host, "anna", "hidden", server.port, "none"))


def listing(*lines: bytes) -> bytes:
    return b"".join(b"* LIST " + line + b"\r\n" for line in lines) + b"TAG OK done\r\n"


@pytest.mark.parametrize("name", ["Kunden Müller".encode(), b"Gel\xf6scht", b'Kunden "A" GmbH', b"Sent Items", b"R&-D"])
def test_a_name_goes_back_in_the_octets_in_which_it_came(name):
    listed = listing(b'() "/" INBOX', b'() "/" ' + (name if name == b"Sent Items" else b'"%s"' % name))
    with ScriptedServer({"LIST": listed}) as server, source_of(server) as source:
        (mailbox,) = [listing.name for listing in source.mailboxes() if listing.name != "INBOX"]
        assert source.status(mailbox, None).exists == 3
        assert source.open(mailbox, None).exists == 3
        assert source.uids(1, 9) == [1, 2, 3]
    sent = bytes(server.clear)
    if name.isascii() and b'"' not in name:
        assert b' STATUS "%s" (MESSAGES' % name in sent
        assert b' EXAMINE "%s"\r\n' % name in sent
    else:
        announced = b"{%d}\r\n%s" % (len(name), name)
        assert b" STATUS %s (MESSAGES" % announced in sent
        assert b" EXAMINE %s\r\n" % announced in sent


def test_two_mailboxes_whose_names_read_alike_are_both_opened():
    with ScriptedServer({"LIST": listing(b"() NIL INBOX", b"() NIL R&D", b'() NIL "R&-D"')}) as server:
        with source_of(server) as source:
            for mailbox in source.mailboxes():
                source.open(mailbox.name, None)
        assert server.said("EXAMINE") == ['EXAMINE "INBOX"', 'EXAMINE "R&-D"', 'EXAMINE "R&D"']


@pytest.mark.parametrize("answer", [b"TAG NO no literals here\r\n", b"TAG BAD what?\r\n"])
def test_no_octet_of_a_literal_leaves_unless_the_server_asks_for_it(answer):
    """Else a name could be a command to a server that does not know literals."""
    listed = listing(b'() "/" INBOX', b'() "/" {10}\r\nA1 "x\xff" ab')
    with ScriptedServer({"LIST": listed}, literals=answer) as server, source_of(server) as source:
        (mailbox,) = [listing.name for listing in source.mailboxes() if listing.name != "INBOX"]
        with pytest.raises(MailboxError, match="can't be opened"):
            source.open(mailbox, None)
        assert source.open("INBOX", None).exists == 3
    assert b'A1 "x' not in server.clear


@pytest.mark.parametrize("line", UNREADABLE)
def test_the_others_are_read_where_one_line_can_not_be(line):
    with (
        ScriptedServer({"LIST": listing(b'() "/" INBOX', line, b'() "/" Sent')}) as server,
        source_of(server) as source,
    ):
        names = [listing.name for listing in source.mailboxes()]
        (bad,) = [name for name in names if name not in ("INBOX", "Sent")]
        assert source.unlisted == ("",), "nobody knows which mailbox that is"
        for look in (source.status, source.open):
            with pytest.raises(MailboxError, match="lists a mailbox in a way that can't be read"):
                look(bad, None)
        assert source.open("Sent", None).exists == 3
        server._answers["LIST"] = listing(b'() "/" INBOX')
        source.mailboxes()
        assert source.unlisted == ()


CAN = b"* CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED\r\nTAG OK done\r\n"
PLAIN = listing(b'() "/" INBOX', b'() "/" Gesendet')
WITH_USES = listing(b'() "/" INBOX', b'(\\Sent) "/" Gesendet')
BY_USES = listing(b'(\\Sent) "/" Gesendet')
"""Of a server that names but the mailboxes with a use."""
BOTH, ONE = ['"" "*"', '"" "*" RETURN (SPECIAL-USE)'], ['"" "*"']


@pytest.mark.parametrize(
    ("can", "extended", "asked", "attributes"),
    [
        (CAN, WITH_USES, [*BOTH, *BOTH], ("\\sent",)),
        (CAN, BY_USES, [*BOTH, *BOTH], ("\\sent",)),
        (CAN.replace(b"LIST-EXTENDED", b"X"), WITH_USES, [*ONE, *ONE], ()),
        (CAN.replace(b"SPECIAL-USE", b"X"), WITH_USES, [*ONE, *ONE], ()),
        (CAN.replace(b"IMAP4rev1", b"IMAP4rev2").replace(b"LIST-EXTENDED", b"X"), WITH_USES,
         [*BOTH, *BOTH], ("\\sent",)),
        (CAN, b"TAG BAD what?\r\n", [*BOTH, *ONE], ()),
        (CAN, b"TAG NO no\r\n", [*BOTH, *ONE], ()),
        (CAN, b"TAG OK done\r\n", [*BOTH, *ONE], ()),
        (CAN, b"lorem ipsum\r\nTAG OK\r\n", [*BOTH, *ONE], ()),
    ],
    ids=["both", "by uses", "no LIST-EXTENDED", "no SPECIAL-USE", "rev2", "BAD", "NO", "nothing", "garbage"],
)  # fmt: skip
def test_uses_are_asked_for_where_plain_lists_need_not_tell_them(can, extended, asked, attributes):
    answers = {"CAPABILITY": can, "LIST": lambda arguments: extended if "RETURN" in arguments else PLAIN}
    with ScriptedServer(answers) as server, source_of(server) as source:
        for _ in range(2):
            found = {listing.name: listing.attributes for listing in source.mailboxes()}
            assert found == {"INBOX": (), "Gesendet": attributes}
        lists = [line.removeprefix("LIST ") for line in server.said("LIST")]
        assert lists == asked, "what was refused is not asked for again"


def test_uses_that_a_plain_list_tells_are_not_asked_for():
    answers = {"CAPABILITY": CAN, "LIST": WITH_USES}
    with ScriptedServer(answers) as server, source_of(server) as source:
        assert {listing.name: listing.attributes for listing in source.mailboxes()}["Gesendet"] == ("\\sent",)
        assert [line.removeprefix("LIST ") for line in server.said("LIST")] == ONE
