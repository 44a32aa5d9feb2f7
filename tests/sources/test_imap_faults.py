"""The IMAP source against a server that fails, lies or speaks a dialect."""

from __future__ import annotations

import re
import subprocess
import sys
import traceback

import pytest

from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, MailboxState
from replywatch.errors import ConnectError, LoginError, MailboxError, ReplywatchError
from replywatch.sources.imap import reader
from replywatch.sources.imap.connection import ImapSettings
from replywatch.sources.imap.source import ImapSource
from replywatch.sources.imap.waiting import Timeouts
from servers.scripted import ScriptedServer

PASSWORD = 'hidden"Horse\\7'


def source_of(server: ScriptedServer, seconds: float | None = None) -> ImapSource:
    timeouts = Timeouts.of(seconds)
    return ImapSource(ImapSettings(server.host, "anna", PASSWORD, server.port, "none", timeouts=timeouts))


def fetch_line(uid: int, header: bytes = b"From: a@x.example\r\n\r\n") -> bytes:
    return (
        b'* %d FETCH (UID %d INTERNALDATE "13-Jan-2025 09:00:00 +0100" RFC822.SIZE 99 FLAGS (\\Seen)'
        b" BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)\r\n" % (uid, uid, len(header), header)
    )


def numbers(arguments: str) -> list[int]:
    """The UIDs of a FETCH or SEARCH."""
    found = []
    for part in re.match(r"(?:UID )?([\d:,]+)", arguments)[1].split(","):
        low, _, high = part.partition(":")
        found += range(int(low), int(high or low) + 1)
    return found


def answer_all(arguments: str) -> bytes:
    return b"".join(map(fetch_line, numbers(arguments))) + b"TAG OK done\r\n"


def failure(server: ScriptedServer, kind: type[ReplywatchError], seconds: float | None = None) -> ReplywatchError:
    """The error when connecting; the password is in no text of it."""
    with pytest.raises(kind) as caught, source_of(server, seconds):
        pass
    assert type(caught.value) is kind
    shown = "".join(traceback.format_exception(caught.value))
    error: BaseException | None = caught.value
    while error is not None:
        shown += f"{error!s}{error!r}"
        error = error.__cause__ or error.__context__
    assert "Horse" not in shown
    assert "AGFubmEA" not in shown  # base64 of NUL anna NUL
    return caught.value


def test_only_commands_that_change_nothing_are_sent():
    with ScriptedServer({"UID FETCH": answer_all}) as server, source_of(server) as source:
        source.mailboxes()
        source.open("INBOX", source.status("INBOX", None))
        assert [m.uid for m in source.fetch(source.uids(1, 3))] == [1, 2, 3]
    verbs = [re.match(r"UID \w+|\w+", command)[0] for command in server.commands]
    allowed = {"CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"}
    assert set(verbs) == allowed
    assert verbs[-1] == "LOGOUT"
    assert all("BODY.PEEK[" in command and "BODY[" not in command for command in server.said("UID FETCH"))


class TestGreetingAndLogin:
    @pytest.mark.parametrize(
        ("greeting", "text", "hint"),
        [
            (b"* BYE [UNAVAILABLE] down for a while\r\n", "takes no connections at the moment", "Wait"),
            (b"* BYE Too many connections\r\n", "takes no connections at the moment", "Wait"),
            (b"* BYE go away\r\n", "refuses this connection: go away", "Wait"),
            (b"220 mail.example.com ESMTP\r\n", "speaks SMTP, not IMAP: 220 mail.example.com ESMTP", "993"),
            (b"+OK POP3 ready <1896.697@x>\r\n", "speaks POP3, not IMAP: +OK POP3 ready <1896.697@x>", "143"),
            (b"+OK\r\n", "speaks POP3, not IMAP: +OK", "`port`"),
            (b"HTTP/1.1 400 Bad Request\r\n", "speaks HTTP, not IMAP: HTTP/1.1 400 Bad Request", "`port`"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak IMAP: SSH-2.0-OpenSSH_9.2", "`port`"),
            (b"* OK hello\r\n", "closed the connection at once", "`port`"),
        ],
    )
    def test_greeting(self, greeting, text, hint):
        with ScriptedServer({"CAPABILITY": b""}, greeting=greeting) as server:
            error = failure(server, ConnectError)
        assert text in error.text
        assert hint in error.hint

    def test_terminal_controls_are_not_passed_on(self):
        with ScriptedServer(greeting=b"* BYE \x1b[31mred\x07" + b"x" * 5000 + b"\r\n") as server:
            error = failure(server, ConnectError)
        assert error.text.isprintable()
        assert len(error.text) < 300

    @pytest.mark.parametrize(
        ("answer", "kind", "text"),
        [
            (b"TAG NO [AUTHENTICATIONFAILED] no\r\n", LoginError, "refused the login of anna: [AUTHENTICATIONFAILED]"),
            (b"TAG BAD what?\r\n", LoginError, "refused the login of anna: what?"),
            (b"TAG NO [UNAVAILABLE] later\r\n", ConnectError, "lets nobody in at the moment"),
            (b"TAG NO [INUSE] later\r\n", ConnectError, "lets nobody in at the moment"),
            (b"TAG NO [ALERT] Too many simultaneous connections. (Failure)\r\n", ConnectError, "lets nobody in"),
            (b"TAG NO [PRIVACYREQUIRED] no\r\n", LoginError, "takes no password over a plain connection"),
            (b"* BYE [LIMIT] too many\r\n", ConnectError, "[LIMIT] too many"),
            (b"* BYE bye\r\n", ConnectError, "was lost: bye"),
            (b"", ConnectError, "was lost"),
            (b"garbage\r\n", ConnectError, "no IMAP response: garbage"),
        ],
    )
    def test_login_refused(self, answer, kind, text):
        with ScriptedServer({"LOGIN": answer}) as server:
            assert text in failure(server, kind).text

    @pytest.mark.parametrize("command", ["LOGIN", "AUTHENTICATE"])
    @pytest.mark.parametrize("answer", ["TAG NO sorry: %s\r\n", "TAG BAD %s\r\n", "* BYE %s\r\n", "%s\r\n"])
    def test_a_server_that_echoes_the_password(self, command, answer):
        capability = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN %s\r\nTAG OK done\r\n"
        capability %= b"LOGINDISABLED" if command == "AUTHENTICATE" else b""

        def echo(arguments: str) -> bytes:
            return (answer % arguments).encode()

        with ScriptedServer({"CAPABILITY": capability, command: echo}) as server:
            failure(server, LoginError if answer.startswith("TAG") else ConnectError)

    def test_no_way_to_log_in_with_a_password(self):
        with ScriptedServer({"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK done\r\n"}) as server:
            failure(server, LoginError)
        assert server.said("LOGIN") == server.said("AUTH") == []

    def test_preauth(self):
        with ScriptedServer(greeting=b"* PREAUTH hello\r\n") as server, source_of(server) as source:
            assert source.mailboxes()
        assert not server.said("LOGIN")

    def test_silence(self):
        with ScriptedServer(greeting=b"") as server:
            error = failure(server, ConnectError, 0.2)
        assert "did not answer within 0.2 seconds" in error.text


class TestMailboxes:
    @pytest.mark.parametrize(
        ("lines", "names"),
        [
            (b'* LIST () "/" INBOX\r\n* LIST () "/" {3}\r\nA"B\r\n', ['A"B', "INBOX"]),
            (b'* LIST () NIL inbox\r\n* LIST (\\Sent) NIL "7"\r\n', ["7", "inbox"]),
            (b'* LIST (\\NOSELECT) "/" A\r\n* LIST (\\NonExistent) "/" B\r\n', ["INBOX"]),
            (b"", ["INBOX"]),
            (b'* LIST () "/" R&D\r\n* LIST () "/" "&AOk-t&AOk-"\r\n', ["INBOX", "R&D", "été"]),
        ],
    )
    def test_dialects(self, lines, names):
        with ScriptedServer({"LIST": lines + b"TAG OK done\r\n"}) as server, source_of(server) as source:
            assert [listing.name for listing in source.mailboxes()] == names

    def test_signs_of_news_are_no_attributes_of_a_mailbox(self):
        """They change with every visit; attributes that change make all messages due again."""
        listed = (
            b'* LIST (\\Marked \\HasNoChildren \\Sent) "/" A\r\n* LIST (\\UnMarked \\HasChildren \\Archive) "/" B\r\n'
        )
        with ScriptedServer({"LIST": listed + b"TAG OK done\r\n"}) as server, source_of(server) as source:
            assert [m.attributes for m in source.mailboxes()] == [("\\sent",), ("\\archive",), ()]

    def test_a_name_is_sent_back_as_it_came(self):
        listed = b'* LIST () "/" R&D\r\n* LIST () "/" "&AOk-t&AOk-"\r\nTAG OK done\r\n'
        with ScriptedServer({"LIST": listed}) as server, source_of(server) as source:
            for listing in source.mailboxes():
                source.open(listing.name, None)
        assert server.said("EXAMINE") == ['EXAMINE "INBOX"', 'EXAMINE "R&D"', 'EXAMINE "&AOk-t&AOk-"']

    @pytest.mark.parametrize("answer", [b"TAG NO no\r\n", b"TAG BAD what?\r\n", b"lorem ipsum\r\nTAG OK done\r\n"])
    def test_list_that_cannot_be_read(self, answer):
        with ScriptedServer({"LIST": answer}) as server, source_of(server) as source, pytest.raises(MailboxError):
            source.mailboxes()

    @pytest.mark.parametrize(
        ("examine", "state"),
        [
            (b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\nTAG OK [READ-ONLY] done\r\n", MailboxState(7, None, 3)),
            (
                (
                    b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 0] x\r\n* OK [NOMODSEQ] x\r\n"
                    b"TAG OK [READ-ONLY] done\r\n"
                ),
                MailboxState(7, None, 3),
            ),
            (
                (
                    b"* 3 EXISTS\r\n* OK [UIDVALIDITY 4294967295] x\r\n* OK [HIGHESTMODSEQ 9]\r\n* OK [UIDNEXT 5]\r\n"
                    b"TAG OK [READ-ONLY] done\r\n"
                ),
                MailboxState(4_294_967_295, 5, 3, 9),
            ),
        ],
    )
    def test_open(self, examine, state):
        with ScriptedServer({"EXAMINE": examine}) as server, source_of(server) as source:
            assert source.open("INBOX", None) == state

    @pytest.mark.parametrize(
        "examine",
        [
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-WRITE] done\r\n",
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK done [read-write]\r\n",
            b"* 3 EXISTS\r\n* OK [READ-ONLY] x\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-WRITE] done\r\n",
            b"* 3 EXISTS\r\nTAG OK [READ-ONLY] done\r\n",
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 0] x\r\nTAG OK [READ-ONLY] done\r\n",
            b"* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-ONLY] done\r\n",
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY x] x\r\nTAG OK [READ-ONLY] done\r\n",
            b"TAG NO [NONEXISTENT] no\r\n",
            b"TAG BAD no\r\n",
        ],
    )
    def test_open_refused(self, examine):
        with ScriptedServer({"EXAMINE": examine, "UID FETCH": answer_all}) as server, source_of(server) as source:
            with pytest.raises(MailboxError):
                source.open("INBOX", None)
            with pytest.raises(MailboxError):
                list(source.fetch([1]))
        assert not server.said("UID FETCH")

    @pytest.mark.parametrize(
        ("last", "said"),
        [
            (b"TAG OK [READ-ONLY] done\r\n", True),
            (b"TAG OK [read-only] done\r\n", True),
            (b"TAG OK done [READ-ONLY]\r\n", True),
            (b"* OK [READ-ONLY] x\r\nTAG OK done\r\n", True),
            (b"TAG OK done\r\n", False),
            (b"TAG OK READ-ONLY\r\n", False),
        ],
    )
    def test_a_server_that_does_not_say_that_it_opens_read_only(self, last, said):
        examine = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + last
        with ScriptedServer({"EXAMINE": examine}) as server, source_of(server) as source:
            assert source.open("INBOX", None) == MailboxState(7, None, 3)
            assert source.not_said_read_only == (() if said else ("INBOX",))

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            (b"* STATUS INBOX (MESSAGES 3 UIDVALIDITY 7)", MailboxState(7, None, 3)),
            (b'* STATUS "INBOX" (uidvalidity 7 MESSAGES 3)', MailboxState(7, None, 3)),
            (b"* status Sent Items (MESSAGES 3 UIDVALIDITY 7)", MailboxState(7, None, 3)),
            (b'* STATUS "a"b) (c" (MESSAGES 3 UIDVALIDITY 7) ', MailboxState(7, None, 3)),
            (b"* STATUS {2}\r\n(( (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)", MailboxState(7, 4, 3)),
            (b"* STATUS INBOX (MESSAGES 3 UIDNEXT 0 UIDVALIDITY 7)", MailboxState(7, None, 3)),
        ],
    )
    def test_status(self, status, state):
        with ScriptedServer({"STATUS": status + b"\r\nTAG OK done\r\n"}) as server, source_of(server) as source:
            assert source.status("INBOX", None) == state
        assert not server.said("EXAMINE")

    @pytest.mark.parametrize(
        "status",
        [
            b"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 4)\r\nTAG OK done\r\n",
            b"* STATUS INBOX (MESSAGES 3 UIDVALIDITY 0)\r\nTAG OK done\r\n",
            b"* STATUS INBOX (MESSAGES -3 UIDVALIDITY 7)\r\nTAG OK done\r\n",
            b"* STATUS INBOX (MESSAGES 3x UIDVALIDITY 7)\r\nTAG OK done\r\n",
            b"* STATUS INBOX (MESSAGES 9223372036854775808 UIDVALIDITY 7)\r\nTAG OK done\r\n",
            b"* STATUS INBOX ()\r\nTAG OK done\r\n",
            b"* STATUS INBOX (MESSAGES (3) UIDVALIDITY 7\r\nTAG OK done\r\n",
            b"* STATUS\r\nTAG OK done\r\n",
            b"lorem ipsum\r\nTAG OK done\r\n",
            b"TAG OK done\r\n",
            b"TAG NO no\r\n",
        ],
    )
    def test_a_mailbox_is_opened_where_status_says_too_little(self, status):
        """So that `check`, which opens none otherwise, finds out what a poll would."""
        with ScriptedServer({"STATUS": status}) as server, source_of(server) as source:
            assert source.status("INBOX", None) == MailboxState(7, 4, 3)
        assert len(server.said("EXAMINE")) == 1
        answers = {"STATUS": status, "EXAMINE": b"TAG NO no\r\n"}
        with (
            ScriptedServer(answers) as server,
            source_of(server) as source,
            pytest.raises(MailboxError, match="can't be opened"),
        ):
            source.status("INBOX", None)


class TestSearch:
    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            (b"* SEARCH 3 1 2 2 0\r\nTAG OK done\r\n", [1, 2, 3]),
            (b"* SEARCH 1 2\r\n* SEARCH 3\r\nTAG OK done\r\n", [1, 2, 3]),
            (b"* SEARCH 1 2 (MODSEQ 3)\r\nTAG OK done\r\n", [1, 2]),
            (b"* SEARCH 2 77\r\nTAG OK done\r\n", [2]),
            (b"* SEARCH\r\nTAG OK done\r\n", []),
            (b"TAG OK done\r\n", []),
            (b"* SEARCH 1 x 2 99999999999999999999\r\nTAG OK done\r\n", [1, 2]),
        ],
    )
    def test_dialects(self, answer, found):
        with ScriptedServer({"UID SEARCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert source.uids(1, 9) == found

    def test_refused(self):
        with ScriptedServer({"UID SEARCH": b"TAG NO not now\r\n"}) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(MailboxError, match="not now"):
                source.uids(1, 9)

    @pytest.mark.parametrize("spread", [1, 7, 60_000])
    def test_windows(self, spread):
        """A huge mailbox is searched in windows of some 20,000 messages, whatever lies between the UIDs."""
        uids = [1000 + n * spread for n in range(65_000)]
        sizes = []

        def search(arguments: str) -> bytes:
            if arguments.startswith("UID "):
                low, high = map(int, arguments.removeprefix("UID ").split(":"))
                found = [uid for uid in uids if low <= uid <= high]
                sizes.append(len(found))
            else:
                found = [uids[number - 1] for number in numbers(arguments)]
            return b"* SEARCH %s\r\nTAG OK done\r\n" % b" ".join(b"%d" % uid for uid in reversed(found))

        examine = b"* 65000 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-ONLY] done\r\n"
        with ScriptedServer({"EXAMINE": examine, "UID SEARCH": search}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert source.uids(1, 4_294_967_295) == uids
            assert len(sizes) == 3
            assert max(sizes) <= 30_000
            assert source.uids(uids[100], uids[64_000]) == uids[100:64_001]


class TestUnsettledUids:
    """A server that says no UIDNEXT may give the UIDs of recent messages to others yet."""

    @pytest.mark.parametrize(
        ("known", "uidnext", "recent", "unsettled"),
        [
            (7, b"", b"* SEARCH 9 8\r\n", 8),
            (7, b"", b"* SEARCH\r\n", None),
            (6, b"", b"* SEARCH 9 8\r\n", None),  # another numbering: all is read anyway
            (None, b"", b"* SEARCH 9 8\r\n", None),
            (7, b"* OK [UIDNEXT 10] x\r\n", b"* SEARCH 9 8\r\n", None),
        ],
    )
    def test_are_asked_for(self, known, uidnext, recent, unsettled):
        opened = b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + uidnext + b"TAG OK [READ-ONLY] done\r\n"
        answers = {"EXAMINE": opened, "UID SEARCH": recent + b"TAG OK done\r\n"}
        with ScriptedServer(answers) as server, source_of(server) as source:
            state = source.open("INBOX", None if known is None else MailboxState(known, None, 9))
            assert state.unsettled_from == unsettled
            wanted = ["UID SEARCH UID 1:4294967295 RECENT"] if known == 7 and not uidnext else []
            assert server.said("UID SEARCH") == wanted


class TestLabels:
    CAPABILITY = b"* CAPABILITY IMAP4rev1 CONDSTORE X-GM-EXT-1\r\nTAG OK done\r\n"

    def read(self, answer, since=None):
        answers = {"CAPABILITY": self.CAPABILITY, "UID FETCH": answer}
        with ScriptedServer(answers) as server, source_of(server) as source:
            source.open("INBOX", None)
            try:
                return list(source.changed(1, 9, since)), server.said("UID FETCH")
            finally:
                source.uids(1, 3)  # the connection, or a new one, goes on

    def test_only_where_there_are_any(self):
        with ScriptedServer() as server, source_of(server) as source:
            assert not source.has_labels

    @pytest.mark.parametrize(("since", "modifier"), [(None, ""), (77, " (CHANGEDSINCE 77)")])
    def test_what_is_asked_and_what_is_taken(self, since, modifier):
        noise = b"* 4 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 X-GM-LABELS ((x)) X-GM-MSGID 5)\r\n"
        half = b"* 3 FETCH (UID 3 FLAGS (\\Seen) X-GM-LABELS ((x)) X-GM-MSGID 5)\r\n* 3 FETCH (UID 13 FLAGS ())\r\n"
        line = b'* 1 FETCH (X-GM-MSGID 4 X-GM-LABELS ("\\\\Inbox") FLAGS (\\Deleted) UID 1)\r\n'
        assert self.read(noise + line + half + noise + b"TAG OK done\r\n", since) == (
            [Changed(1, ("\\Deleted",), "gmail:4", ("\\Inbox",)), Changed(3, ("\\Seen",))],
            [f"UID FETCH 1:9 (UID FLAGS X-GM-MSGID X-GM-LABELS){modifier}"],
        )

    @pytest.mark.parametrize("refusal", [b"TAG NO some failed\r\n", b"TAG BAD no\r\n", b"* 1 FETCH {1\r\nTAG OK\n"])
    def test_refused_or_garbled(self, refusal):
        with pytest.raises(MailboxError, match="flags in mailbox 'INBOX'"):
            self.read(refusal)

    def test_the_server_hangs_up(self):
        answers = {"CAPABILITY": self.CAPABILITY, "UID FETCH": b"* BYE later\r\n"}
        with ScriptedServer(answers) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(ConnectError):
                list(source.changed(1, 9, None))


class TestFetch:
    def test_provider_threads(self):
        for capability, item, thread in (
            (b"X-GM-EXT-1", b"X-GM-THRID 12784553442303 X-GM-MSGID 1 X-GM-LABELS ()", "gmail:12784553442303"),
            (b"OBJECTID", b"THREADID (T64b478a75b7ea9)", "objectid:T64b478a75b7ea9"),
            (b"OBJECTID", b"THREADID ((T1))", "objectid:T1"),  # as pymap sends it
            (b"OBJECTID", b"threadid ((T1))", "objectid:T1"),
            (b"OBJECTID", b"THREADID NIL", None),
            (b"OBJECTID", b"THREADID (NIL)", None),  # as Cyrus sends it, for every message, where it keeps none
            (b"OBJECTID", b"THREADID ((nil))", None),
        ):
            line = fetch_line(1).replace(b"UID 1", b"UID 1 " + item)
            answers = {
                "CAPABILITY": b"* CAPABILITY IMAP4rev1 " + capability + b"\r\nTAG OK done\r\n",
                "UID FETCH": line + fetch_line(2) + b"TAG OK done\r\n",
            }
            with ScriptedServer(answers) as server, source_of(server) as source:
                source.open("INBOX", None)
                # The second one lacks what was asked for.
                assert [(m.uid, m.thread) for m in source.fetch([1, 2])] == [(1, thread)]
            assert item.split()[0].decode().upper() in server.said("UID FETCH")[0]

    def test_only_what_was_asked_for(self):
        noise = b"* 5 EXISTS\r\n* 9 FETCH (FLAGS (\\Answered))\r\n* 2 EXPUNGE\r\n* OK still here\r\n"
        answer = noise + fetch_line(2) + noise + fetch_line(9) + fetch_line(1) + noise + b"TAG OK done\r\n"
        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(source.fetch([1, 2, 3]), key=lambda m: m.uid) == [
                FetchedMessage(uid, b"From: a@x.example\r\n\r\n", 1_736_755_200, 99, ("\\Seen",)) for uid in (1, 2)
            ]

    @pytest.mark.parametrize("refusal", [b"TAG NO some failed\r\n", b"TAG BAD no\r\n"])
    @pytest.mark.parametrize("partly", [True, False])
    def test_a_message_that_the_server_cannot_fetch(self, refusal, partly):
        def answer(arguments: str) -> bytes:
            uids = numbers(arguments)
            if 13 not in uids:
                return answer_all(arguments)
            return b"".join(fetch_line(uid) for uid in uids if partly and uid != 13) + refusal

        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(m.uid for m in source.fetch(range(1, 41))) == [u for u in range(1, 41) if u != 13]
        assert server.connections == 1

    @pytest.mark.parametrize(
        "poison",
        [
            b"* 13 FETCH (UID 13 BODY[HEADER.FIELDS (FROM)] {99000000000}\r\nFrom: x\r\n\r\n)\r\n",
            b"* 13 FETCH (UID 13 BODY[HEADER.FIELDS (FROM)] {%s}\r\nx" % (b"9" * 5000),
            b"From: x\r\n\r\n",
            b"* 13 FETCH (UID 13 FLAGS (" + b"x" * (1 << 20) + b"))\r\n",
            b"A0 OK done\r\n",
        ],
    )
    def test_an_answer_that_cannot_be_read_costs_one_message(self, poison):
        def answer(arguments: str) -> bytes:
            return (poison if 13 in numbers(arguments) else b"") + answer_all(arguments)

        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(m.uid for m in source.fetch(range(1, 21))) == [u for u in range(1, 21) if u != 13]
            assert source.uids(1, 3) == [1, 2, 3]
        assert server.connections > 1

    @pytest.mark.parametrize(
        "poison",
        [
            b"* 13 FETCH " + b"(" * 5000 + b")" * 5000 + b"\r\n",
            b"* 13 FETCH (UID 13\r\n",
            b'* 13 FETCH (UID 13 INTERNALDATE "\r\n',
            b"* 13 FETCH\r\n",
            b"* 13 FETCH (UID 13 BODY[HEADER.FIELDS (FROM)] NIL)\r\n",
        ],
    )
    def test_a_response_that_makes_no_sense_spoils_no_other(self, poison):
        answer = fetch_line(1) + poison + fetch_line(2) + b"TAG OK done\r\n"
        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert [m.uid for m in source.fetch([1, 2, 13])] == [1, 2]
        assert server.connections == 1

    def test_a_server_that_never_makes_sense_is_given_up(self):
        with ScriptedServer({"UID FETCH": b"nonsense\r\nTAG OK done\r\n"}) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(ConnectError, match="keeps sending answers"):
                list(source.fetch(range(1, 500)))
        assert server.connections <= 50

    def test_renumbered_behind_a_new_connection(self):
        epochs = iter((b"7", b"8"))

        def examine(_: str) -> bytes:
            return b"* 3 EXISTS\r\n* OK [UIDVALIDITY %s] x\r\nTAG OK [READ-ONLY] done\r\n" % next(epochs)

        answers = {"EXAMINE": examine, "UID FETCH": b"nonsense\r\nTAG OK done\r\n"}
        with ScriptedServer(answers) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(MailboxError, match="numbered anew"):
                list(source.fetch([1, 2]))

    @pytest.mark.parametrize(
        ("end", "connections"),
        [
            (b"", 3),
            (fetch_line(1)[:-30], 3),
            (fetch_line(1)[:30], 3),
            (fetch_line(1) + b"* BYE shutting down\r\n", 2),
        ],
    )
    def test_connection_lost(self, end, connections):
        """Tried with fewer messages, and without a list of fields unless something came of one."""
        with ScriptedServer({"UID FETCH": end}) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(ConnectError) as caught:
                list(source.fetch([1, 2]))
            assert caught.value.hint
        assert server.connections == connections

    def test_a_server_that_hangs_up_at_lists_of_fields(self):
        """It is not for their number: many are asked for at once again."""

        def answer(arguments: str) -> bytes:
            return b"" if "HEADER.FIELDS" in arguments else answer_all(arguments)

        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(m.uid for m in source.fetch(range(1, 401))) == [*range(1, 401)]
            assert len(server.said("UID FETCH")) < 25

    @pytest.mark.parametrize(
        "end", [b"* BYE Connection is closed. 13\r\n", b"", fetch_line(1) + b"* BYE\r\n", fetch_line(1)[:40]]
    )
    def test_a_server_that_hangs_up_on_those_who_ask_for_many(self, end):
        """As Microsoft's do at 50: fewer are asked for, on another connection, and it stays so."""

        def answer(arguments: str) -> bytes:
            return answer_all(arguments) if len(numbers(arguments)) <= 50 else end

        with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(m.uid for m in source.fetch(range(1, 401))) == list(range(1, 401))
            assert server.connections == 2
            assert sorted(m.uid for m in source.fetch(range(401, 501))) == list(range(401, 501))
        assert server.connections == 2

    def test_a_lost_connection_for_which_there_is_no_other(self):
        with ScriptedServer({"UID FETCH": b""}) as server, source_of(server) as source:
            source.open("INBOX", None)
            server._greeting = b"* BYE go away\r\n"
            with pytest.raises(ConnectError, match="go away"):
                list(source.fetch([1, 2]))

    @pytest.mark.parametrize("text", [b"[LIMIT] slow down", b"Server busy. Suggested Backoff Time: 30000 milliseconds"])
    def test_a_server_that_wants_a_rest_spoils_no_message(self, text):
        with ScriptedServer({"UID FETCH": b"TAG NO " + text + b"\r\n"}) as server, source_of(server) as source:
            source.open("INBOX", None)
            with pytest.raises(ConnectError) as caught:
                list(source.fetch(range(1, 40)))
        assert "Wait" in caught.value.hint
        assert len(server.said("UID FETCH")) == 1

    def test_server_falls_silent(self):
        silent = ScriptedServer({"UID FETCH": b"* OK TAG? no end\r\n"})
        with silent as server, source_of(server, 0.2) as source:
            source.open("INBOX", None)
            with pytest.raises(ConnectError, match="stopped answering"):
                list(source.fetch([1]))

    def test_literals_are_bounded_in_sum(self, monkeypatch):
        monkeypatch.setattr(reader, "ROOM", 5000)
        with ScriptedServer({"UID FETCH": answer_all}) as server, source_of(server) as source:
            source.open("INBOX", None)
            assert sorted(m.uid for m in source.fetch(range(1, 401))) == list(range(1, 401))

    def test_commands_stay_short_for_old_servers(self):
        uids = list(range(1, 400, 2))
        for capability, limit in ((b"", 1000), (b"CONDSTORE", 8000)):
            capable = b"* CAPABILITY IMAP4rev1 " + capability + b"\r\nTAG OK done\r\n"
            answers = {"UID FETCH": answer_all, "CAPABILITY": capable}
            with ScriptedServer(answers) as server, source_of(server) as source:
                source.open("INBOX", None)
                assert [m.uid for m in source.fetch(uids)] == uids
            longest = max(len(command) for command in server.said("UID FETCH"))
            assert limit * 0.8 < longest + 20 < limit or capability


def test_the_library_writes_nothing_to_the_terminal():
    """Python would print its warnings; in a process of its own, since pytest has handlers for everything."""
    with ScriptedServer({"EXAMINE": "TAG NO kein Zügang\r\n".encode()}) as server:
        program = (
            "from replywatch.sources.imap.source import ImapSettings, ImapSource\n"
            f"with ImapSource(ImapSettings('127.0.0.1', 'anna', 'x', {server.port}, 'none')) as source:\n"
            "    try: source.open('INBOX', None)\n"
            "    except Exception as error: print(type(error).__name__)\n"
        )
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("MailboxError\n", "")


def test_leaving_never_raises():
    with ScriptedServer({"LOGOUT": b"garbage\r\n"}) as server, source_of(server):
        pass
    with ScriptedServer({"LOGOUT": b""}) as server, source_of(server):
        pass


def test_an_error_of_the_caller_passes_through():
    with ScriptedServer() as server, pytest.raises(KeyError), source_of(server):
        raise KeyError
    assert not server.said("LOGOUT")
