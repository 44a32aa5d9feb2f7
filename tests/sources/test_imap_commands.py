"""Which commands may leave, one by one and in whole polls."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted import Program, dovecot_account, plant_dovecot
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.domain.mailboxes.flags import KEYWORDS
from replywatch.sources.imap.commands import ALLOWED, ForbiddenCommandError, Gate
from replywatch.sources.imap.fetch import Question, by_message_ids
from replywatch.sources.imap.flags import CHANGE_ITEMS, LABEL_ITEMS
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.stamps import STAMP_ITEMS
from servers.dovecot import Dovecot
from servers.proxy import Proxy
from servers.scripted import ScriptedServer
from story import Story, cases

FETCH = "UID FETCH 1:3,7 " + Question(frozenset()).items


def line(command: str) -> bytes:
    return f"ABCD12 {command}\r\n".encode()


@pytest.mark.parametrize(
    "command",
    [
        "CAPABILITY",
        "STARTTLS",
        "LOGOUT",
        'LOGIN anna "x y"',
        "AUTHENTICATE PLAIN",
        'ID ("name" "replywatch" "version" "0.2.0rc1")',
        'LIST "" "*" RETURN (SPECIAL-USE)',
        'LIST "" "*"',
        "STATUS INBOX (MESSAGES UIDNEXT)",
        'EXAMINE "INBOX"',
        "NAMESPACE",
        'LIST "" "user/*"',
        "UID SEARCH UID 1:9",
        "UID SEARCH UID 1:9 ANSWERED",
        "UID SEARCH UID 1:9 RECENT",
        "UID SEARCH UID 1:9 DELETED",
        "UID SEARCH UID 1:9 DRAFT",
        *(f"UID SEARCH RETURN (ALL) UID 1:9 KEYWORD {word}" for word in KEYWORDS),
        "UID SEARCH 20000,40000",
        "UID SEARCH RETURN (ALL) UID 1:9",
        "UID SEARCH RETURN (ALL) 20000,40000",
        'UID SEARCH HEADER Message-ID "a.b@c"',
        'UID SEARCH RETURN (ALL) OR HEADER Message-ID "a" OR HEADER Message-ID "b(])" HEADER Message-ID "c"',
        FETCH,
        "UID FETCH 1 " + Question(frozenset({"X-GM-EXT-1"})).items,
        "UID FETCH 1 " + Question(frozenset({"OBJECTID"})).items,
        "UID FETCH 1 " + Question(frozenset()).whole_items,
        "UID FETCH 1 " + Question(frozenset({"X-GM-EXT-1"})).whole_items,
        "FETCH 1:* (UID)",
        "UID FETCH 1:* (UID)",
        "UID FETCH 4,7:9 " + STAMP_ITEMS,
        "UID FETCH 1:900 " + CHANGE_ITEMS + " (CHANGEDSINCE 77)",
        "UID FETCH 1:900 " + LABEL_ITEMS,
        "UID FETCH 1:900 " + LABEL_ITEMS + " (CHANGEDSINCE 77)",
    ],
)
def test_allowed(command):
    assert Gate().check(line(command))


FORBIDDEN = [
    'SELECT "INBOX"',
    "UID STORE 1 +FLAGS (\\Seen)",
    "STORE 1 +FLAGS (\\Seen)",
    "UID COPY 1 Trash",
    "UID MOVE 1 Trash",
    "UID EXPUNGE 1",
    "EXPUNGE",
    "CLOSE",
    "UNSELECT",
    "APPEND INBOX {3}",
    "CREATE x",
    "DELETE x",
    "RENAME x y",
    "SUBSCRIBE x",
    "SETACL x",
    "SETMETADATA x",
    "FETCH 1 (FLAGS)",
    "FETCH 1 " + STAMP_ITEMS,
    "UID FETCH * " + STAMP_ITEMS,
    "UID FETCH 1 (UID INTERNALDATE RFC822)",
    "UID FETCH 1 (UID INTERNALDATE RFC822.SIZE BODY[])",
    "UID FETCH 1 (UID INTERNALDATE RFC822.SIZE) (CHANGEDSINCE 7)",
    "SEARCH ALL",
    "IDLE",
    "NOOP",
    "LOGOUT now",
    "uid store 1",
    "UID FETCH 1 (BODY[])",
    "UID FETCH 1 BODY[HEADER]",
    "UID FETCH 1 (UID RFC822)",
    "UID FETCH 1 (RFC822.HEADER)",
    "UID FETCH 1 (RFC822.TEXT)",
    "UID FETCH 1 (BINARY[1])",
    "UID FETCH 1 (UID BODY[HEADER.FIELDS (FROM)])",
    "UID FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (FROM)] BODY[1])",
    "UID FETCH 1 (BODY.PEEK[])",
    "UID FETCH 1:* (FLAGS)",
    "UID FETCH 1:* (UID BODY[])",
    "UID FETCH 1:9 (UID)",
    "FETCH 1:* (UID FLAGS)",
    "FETCH 1:* (UID BODY[])",
    "FETCH 1:9 (UID)",
    "FETCH 1 " + Question(frozenset()).items,
    "UID FETCH 1 (UID BODY[HEADER])",
    "UID FETCH 1 (UID BODY.PEEK[HEADER.FIELDS])",
    "UID FETCH 1 (UID BODY.PEEK[HEADER] BODY[1])",
    "UID FETCH 1:9 (UID FLAGS)",
    "UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 7 VANISHED)",
    "UID FETCH 1:9 (UID FLAGS BODY[]) (CHANGEDSINCE 7)",
    "UID SEARCH UID 1:9 SEEN",
    "UID SEARCH UID 1:9 KEYWORD Private",
    "UID SEARCH UID 1:9 KEYWORD $Junk DELETED",
    "NAMESPACE x",
    "ID NIL",
    'ID ("name" "replywatch" "version" "0.1.0" "user" "anna")',
    'ID ("name" "replywatch" "version" "0.1.0") x',
    'ID ("name" "replywatch" "version" "a b")',
    "UID SEARCH",
    "UID SEARCH ALL",
    "UID SEARCH RETURN (SAVE) UID 1:9",
    "UID SEARCH RETURN (ALL SAVE) UID 1:9",
    "UID SEARCH RETURN (ALL)",
    'UID SEARCH HEADER Message-ID "a" ALL',
    'UID SEARCH HEADER Message-ID "a" HEADER Message-ID "b" OR',
    'UID SEARCH HEADER Subject "a"',
    'UID SEARCH HEADER Message-ID "a b"',
    'UID SEARCH HEADER Message-ID "a\\""',
    'UID SEARCH HEADER Message-ID ""',
    "UID SEARCH HEADER Message-ID a",
    'UID SEARCH TEXT "a"',
    "ENABLE QRESYNC",
    "UID FETCH 1 (UID X-GM-MSGID X-GM-LABELS BODY[])",
    "UID FETCH 1 (UID X-GM-MSGID X-GM-LABELS) (CHANGEDSINCE 7 VANISHED)",
    "UID STORE 1 +X-GM-LABELS (Kunden)",
    "UID FETCH",
    "",
    "*",
]


@pytest.mark.parametrize("command", FORBIDDEN)
def test_forbidden(command):
    with pytest.raises(ForbiddenCommandError):
        Gate().check(line(command))


@pytest.mark.parametrize(
    "data",
    [
        line("LOGIN anna x") + line("LOGOUT"),
        b"ABCD1 LOGIN anna x\r\nABCD2 STORE 1 +FLAGS (\\Deleted)\r\n",
        b"ABCD1 LOGIN anna x\n\r\n",
        b"ABCD1 LOGIN anna x\0\r\n",
        b"ABCD1 LOGIN anna x",
        b"LOGOUT\r\n",
        b"* LOGOUT\r\n",
        b"AGFubmEAeA==\r\n",
        b"\r\n",
        b"DONE\r\n",
        b"",
    ],
)
def test_what_is_no_single_command(data):
    with pytest.raises(ForbiddenCommandError) as caught:
        Gate().check(data)
    assert "anna" not in str(caught.value)


def test_a_continuation_belongs_to_a_login():
    gate = Gate()
    assert gate.check(line("AUTHENTICATE PLAIN"))
    assert not gate.check(b"AGFubmEAeA==")
    assert not gate.check(b"\r\n")
    with pytest.raises(ForbiddenCommandError):
        gate.check(b"ABCD1 EXPUNGE\r\n")
    assert gate.check(line("CAPABILITY"))
    with pytest.raises(ForbiddenCommandError):
        gate.check(b"AGFubmEAeA==")


LINES = [
    ("EXAMINE", [line("EXAMINE {3}"), b"\xc3\xa4x\r\n"]),
    ("STATUS", [line("STATUS {1}"), b"\xe4 (MESSAGES)\r\n"]),
    ("LIST", [line('LIST "" {2}'), b"\xe4* RETURN (SPECIAL-USE)\r\n"]),
    ("LOGIN", [line("LOGIN {1}"), b"\xe4 {1}\r\n", b"\xf6\r\n"]),
    ("a name like a command", [line("EXAMINE {17}"), b'A1 DELETE "INBOX"\r\n']),
    ("AUTHENTICATE", [line("AUTHENTICATE PLAIN"), b"AGFubmEAeA==\r\n"]),
]


@cases("lines", rows=LINES)
def test_a_command_with_literals(lines):
    gate = Gate()
    gate.announce(lines)
    assert gate.check(lines[0])
    for further in lines[1:]:
        assert not gate.check(further)
    assert gate.check(line("LOGOUT"))


@cases("lines", rows=LINES)
def test_its_lines_leave_in_their_order_only_and_once(lines):
    for begin in (0, 2):  # before its first line; behind its last
        gate = Gate()
        gate.announce(lines)
        for each in lines if begin else ():
            gate.check(each)
        if begin and gate._authenticating:
            gate.check(line("CAPABILITY"))
        with pytest.raises(ForbiddenCommandError):
            gate.check(lines[-1])
    gate = Gate()
    gate.announce(lines)
    gate.check(lines[0])
    gate.check(line("LOGOUT"))
    with pytest.raises(ForbiddenCommandError):
        gate.check(lines[1])


NOT_ITS_LINES = [
    ("a literal that is too short", [line("EXAMINE {9}"), b"abc\r\n"]),
    ("none announced", [line('EXAMINE "a"'), b"abc\r\n"]),
    ("a second command", [line("EXAMINE {3}"), b"abc\r\nA1 STORE 1 +FLAGS (x)\r\n"]),
    ("a line break in a literal", [line("EXAMINE {4}"), b"a\r\nb\r\n"]),
    ("NUL", [line("EXAMINE {3}"), b"a\0b\r\n"]),
    ("no line end", [line("EXAMINE {3}"), b"abc"]),
    ("not waiting", [line("EXAMINE {3+}"), b"abc\r\n"]),
    ("another verb", [line("UID SEARCH {3}"), b"abc\r\n"]),
    ("a forbidden one", [line("SELECT {3}"), b"abc\r\n"]),
    ("no base64", [line("AUTHENTICATE PLAIN"), b"A1 DELETE x\r\n"]),
]


@cases("lines", rows=NOT_ITS_LINES)
def test_what_is_no_command_with_literals(lines):
    with pytest.raises(ForbiddenCommandError) as caught:
        Gate().announce(lines)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("command", ["SELECT INBOX", "UID STORE 1 +FLAGS (x)", "UID FETCH 1 (RFC822)", "NOOP\r\nNOOP"])
def test_no_byte_of_a_forbidden_command_leaves(command):
    with ScriptedServer() as server:
        settings = ImapSettings(server.host, "anna", "x", server.port, "none")
        with ImapSource(settings) as source:
            source.open("INBOX", None)
            before = list(server.commands)
            with pytest.raises(ForbiddenCommandError):
                list(source._client.ask(command))
        assert server.commands == before


def test_the_library_cannot_send_one_either():
    with ScriptedServer() as server:
        settings = ImapSettings(server.host, "anna", "x", server.port, "none")
        with ImapSource(settings) as source:
            source._client._imap.state = "AUTH"  # or it refuses by itself
            for call in (
                source._client.noop,
                lambda: source._client.select_folder("INBOX"),
                lambda: source._client.delete_folder("INBOX"),
            ):
                with pytest.raises(ForbiddenCommandError):
                    call()
            source._client._imap.tagged_commands.clear()
            assert source.open("INBOX", None).exists == 3
    assert not server.said("NOOP") + server.said("SELECT") + server.said("DELETE")


def test_whole_polls_of_a_real_server_send_nothing_else(dovecot_user, tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    answered = story.inbound("anna", "2024-03-02 09:00")
    story.reply(answered, "2024-03-02 10:30")
    story.inbound("will", "2024-03-19 09:00", mailbox="Kunden")
    plant_dovecot(story, dovecot_user)
    program = Program(tmp_path)
    with Proxy(Dovecot.GOOD, dovecot_user.server.port) as proxy:
        program.configure({"info": dovecot_account(dovecot_user, host=proxy.host, port=proxy.port, tls="none")})
        config = load_config(tmp_path / "replywatch.toml", {})
        for _ in range(3):
            (outcome,) = poll(config, open_source, lambda: 1_711_000_000, Silent())
            assert outcome.error is None
            dovecot_user.expunge("INBOX", [1])
    lines = bytes(proxy.sent).splitlines(keepends=True)
    assert lines
    assert all(re.fullmatch(rb"[A-P]{4}\d+ [^\r\n]+\r\n", line) for line in lines)
    verbs = {re.match(rb"\S+ ((?:UID )?\S+)", line)[1] for line in lines}
    assert verbs == ALLOWED.keys() - {b"STARTTLS", b"AUTHENTICATE", b"FETCH"}
    fetches = [line for line in lines if b" UID FETCH " in line]
    assert fetches
    stamps = [line for line in fetches if line.endswith(f" {STAMP_ITEMS}\r\n".encode())]
    assert 0 < len(stamps) < len(fetches)
    others = [line for line in fetches if line not in stamps]
    assert all(b"BODY.PEEK[HEADER.FIELDS" in line and b"BODY[" not in line for line in others)


IDS = [
    ("one", ["a@b"], ['HEADER Message-ID "a@b"']),
    ("two", ["a@b", "c@d"], ['OR HEADER Message-ID "c@d" HEADER Message-ID "a@b"']),
    ("none", [], []),
    ("what no quoted string holds is left out", ['a"@b', "a\\@b", "a b@c", "ä@b", "a\r\nLOGOUT", "", "x" * 901], []),
    ("long ones apart", ["x" * 900, "y@z"], [f'HEADER Message-ID "{"x" * 900}"', 'HEADER Message-ID "y@z"']),
]


@cases("ids", "criteria", rows=IDS)
def test_message_ids_as_they_are_searched_for(ids, criteria):
    assert list(by_message_ids(ids)) == criteria


@given(st.lists(st.text(min_size=1, max_size=60), max_size=60))
def test_a_search_for_message_ids_always_passes_and_fits_any_server(ids):
    asked = list(by_message_ids(ids))
    for criteria in asked:
        command = line(f"UID SEARCH RETURN (ALL) {criteria}")
        assert Gate().check(command)
        assert len(command) <= 1000
    quotable = [i for i in ids if i.isascii() and i.isprintable() and not set(i) & set(' "\\')]
    assert sum(criteria.count("HEADER") for criteria in asked) == len(quotable)
