"""The table of faults: what a server does, and how a pass over it has to end. docs/faults.md is made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from servers.honest import Box, Call, Falsify, Honest, Letter, response
from servers.scripted import Ending

BAD = 3
"""The UID in INBOX that a fault concerns if it concerns one."""


class End(Enum):
    """How a pass ends."""

    COMPLETE = "complete, nothing is missing"
    QUARANTINE = "complete but for what is in quarantine; all else is read"
    UNOPENED = "complete without one mailbox, which is named"
    MAILBOX = "error for one mailbox, the others are read"
    LOST = "error for the account; what was stored stays"


@dataclass(frozen=True)
class Row:
    """One fault."""

    name: str
    group: str
    does: str
    end: End
    falsify: Falsify | None = None
    unread: int = 0
    """Messages in quarantine after the pass."""
    stored: int | None = None
    """Messages in the store after the pass, if it did not end completely."""
    says: str = ""
    """Part of the error's text."""
    before: int = 0
    """Good passes before the faulty ones."""
    passes: int = 1
    """Faulty passes."""
    days: int = 0
    """Good passes, a day apart, that it takes until all is right, besides one."""
    arrange: Callable[[Honest], None] | None = None
    """What lies in the mailboxes for good, or is changed before the faulty passes."""
    counts: bool = False
    """The server counts changes of flags (CONDSTORE)."""
    slow: bool = False
    """The server lets the client wait: it gives up after a short while."""
    forever: bool = False
    """The fault is in the mail and stays: the other mail must come out as without it."""


ROWS: list[Row] = []


def on(verb: str, change: Callable[[bytes], bytes | Ending], *, nth: int | None = None, mailbox: str = "") -> Falsify:
    """Change the answers to `verb`: all of them, the `nth`, those about `mailbox`."""

    def falsify(call: Call, answer: bytes) -> bytes | Ending:
        meant = call.verb == verb and nth in (None, call.number) and mailbox in ("", call.mailbox)
        return change(answer) if meant else answer

    return falsify


def both(*falsify: Falsify) -> Falsify:
    """Change the answers to more than one verb."""

    def change(call: Call, answer: bytes) -> bytes | Ending:
        return next((said for each in falsify if (said := each(call, answer)) != answer), answer)

    return change


def with_bad(change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change the answers to a FETCH that asks for the bad message, too."""

    def falsify(call: Call, answer: bytes) -> bytes | Ending:
        meant = call.verb == "UID FETCH" and call.mailbox == "INBOX" and BAD in call.uids
        return change(answer) if meant else answer

    return falsify


def of_bad(change: Callable[[bytes], bytes]) -> Falsify:
    """Change the bad message's response alone, wherever it comes."""

    def within(answer: bytes) -> bytes:
        begin = answer.index(b"* %d FETCH (UID %d " % (BAD, BAD))
        end = answer.index(b"\r\n)\r\n", begin) + 5
        return answer[:begin] + change(answer[begin:end]) + answer[end:]

    return with_bad(within)


def to_lists(change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change the answers to a FETCH that asks for a list of fields."""
    return lambda call, a: change(a) if call.verb == "UID FETCH" and "HEADER.FIELDS" in call.arguments else a


def put(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace what has to be there."""

    def change(answer: bytes) -> bytes:
        assert old in answer, (old, answer)
        return answer.replace(old, new, 1)

    return change


def sub(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace what a regular expression finds."""

    def change(answer: bytes) -> bytes:
        changed, times = re.subn(pattern, new.replace(b"\\", b"\\\\"), answer, count=1)
        assert times, (pattern, answer)
        return changed

    return change


def ahead(text: bytes) -> Callable[[bytes], bytes]:
    """Say something before the answer."""
    return lambda answer: text + answer


def instead(text: bytes) -> Callable[[bytes], bytes]:
    """Say something else."""
    return lambda _: text


def refused(text: bytes) -> Callable[[bytes], bytes]:
    """Another completion, nothing else."""
    return lambda _: b"TAG " + text + b"\r\n"


def partly(text: bytes) -> Callable[[bytes], bytes]:
    """All that is asked for but the bad message, and another completion."""

    def change(answer: bytes) -> bytes:
        left = re.sub(rb"\* %d FETCH .*?\r\n\)\r\n" % BAD, b"", answer, flags=re.DOTALL)
        return left.replace(b"TAG OK done", b"TAG " + text)

    return change


def cut(pattern: bytes, how: str = "closed") -> Callable[[bytes], Ending]:
    """End behind what a regular expression finds."""

    def change(answer: bytes) -> Ending:
        found = re.search(pattern, answer, re.DOTALL)
        assert found, (pattern, answer)
        return Ending(answer[: found.end()], how)

    return change


def dripping(answer: bytes) -> Ending:
    """Say it octet by octet."""
    return Ending(answer, "dripping")


def _lower(answer: bytes) -> bytes:
    """Items of STATUS in lower case."""
    return re.sub(rb"\(.*\)", lambda found: found[0].lower(), answer)


def add(group: str, *rows: Row) -> None:
    """Put rows into the table."""
    ROWS.extend(replace(row, group=group) for row in rows)


def row(name: str, does: str, end: End, falsify: Falsify | None = None, **more: object) -> Row:
    """A row; its group is said by `add`."""
    return Row(name, "", does, end, falsify, **more)  # type: ignore[arg-type]


C, Q, U, M, L = End.COMPLETE, End.QUARANTINE, End.UNOPENED, End.MAILBOX, End.LOST
IN_LITERAL = rb"\{\d+\}\r\n.{20}"
INBOX, SENT = 6, 3
"""Messages that the honest server holds; a batch has four."""

_PLACES = {
    "before anything is said": rb"",
    "in the first line": rb"\* 1 FET",
    "in a quoted string": rb'INTERNALDATE "\d\d-',
    "within the announcement of a literal": rb"\{\d",
    "behind the announcement of a literal": rb"\{\d+\}",
    "within the CRLF behind the announcement": rb"\{\d+\}\r",
    "before the first octet of a literal": rb"\{\d+\}\r\n",
    "in a literal": IN_LITERAL,
    "before the closing parenthesis": rb"\r\n\r\n(?=\))",
    "behind the closing parenthesis": rb"\r\n\r\n\)",
    "within the CRLF behind the parenthesis": rb"\r\n\r\n\)\r",
    "between two messages": rb"\r\n\)\r\n(?=\* 2)",
    "before the tagged line": rb".*\r\n(?=TAG)",
    "within the tagged line": rb".*(?=G OK done)",
    "before the last octet": rb".*\r(?=\n$)",
}


add(
    "The stream ends while messages are fetched",
    *(
        row(f"end of stream {place}, once", f"hangs up {place}, once", C, on("UID FETCH", cut(pattern), nth=1))
        for place, pattern in _PLACES.items()
    ),
    *(
        row(f"end of stream {place}", f"hangs up {place}, in every answer", L, on("UID FETCH", cut(pattern)),
            stored=INBOX if "tagged" in place or "last" in place else 0)
        for place, pattern in _PLACES.items() if place != "between two messages"
    ),
    row("end of stream in the second batch, once", "hangs up in a literal of the second batch, once", C,
        on("UID FETCH", cut(IN_LITERAL), nth=2)),
    row("end of stream in the second mailbox", "hangs up in a literal of the second mailbox", L,
        on("UID FETCH", cut(IN_LITERAL), mailbox="Sent"), stored=INBOX),
    row("reset before anything is said", "resets the connection instead of answering FETCH", L,
        on("UID FETCH", cut(rb"", "reset")), stored=0),
    row("reset in a literal", "resets the connection in a literal", L,
        on("UID FETCH", cut(IN_LITERAL, "reset")), stored=0),
    row("reset between two messages, once", "resets the connection between two messages, once", C,
        on("UID FETCH", cut(_PLACES["between two messages"], "reset"), nth=1)),
    row("half-open in a literal", "says no more but listens on", L,
        on("UID FETCH", cut(IN_LITERAL, "half-open")), stored=0),
    row("half-open before the tagged line, once", "says no more but listens on, once", C,
        on("UID FETCH", cut(_PLACES["before the tagged line"], "half-open"), nth=2)),
    row("stall in a literal", "falls silent in a literal", L,
        on("UID FETCH", cut(IN_LITERAL, "stalled")), stored=0, says="stopped answering", slow=True),
    row("stall before the closing parenthesis", "falls silent before `)`", L,
        on("UID FETCH", cut(_PLACES["before the closing parenthesis"], "stalled")), stored=0,
        says="stopped answering", slow=True),
    row("stall before the tagged line", "sends all messages, and then nothing", L,
        on("UID FETCH", cut(_PLACES["before the tagged line"], "stalled")), stored=0,
        says="stopped answering", slow=True),
)  # fmt: skip

add(
    "The stream ends elsewhere",
    *(
        row(f"end of stream at {verb}", f"hangs up instead of answering {verb}", L, on(verb, cut(rb"")), stored=0)
        for verb in ("CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH")
    ),
    row("end of stream at STATUS", "hangs up instead of answering STATUS", L, on("STATUS", cut(rb"")), before=1,
        stored=INBOX + SENT),
    row("end of stream in a SEARCH line", "hangs up between two numbers", L, on("UID SEARCH", cut(rb"SEARCH 1 2")),
        stored=0),
    row("end of stream before the end of SEARCH", "hangs up before the tagged line", L,
        on("UID SEARCH", cut(rb"\r\n(?=TAG)")), stored=0),
    row("end of stream in a list of mailboxes", "hangs up after the first mailbox", L,
        on("LIST", cut(rb"INBOX\"\r\n")), stored=0),
    row("end of stream at LOGOUT", "hangs up instead of answering LOGOUT", C, on("LOGOUT", cut(rb""))),
    *(
        row(f"stall at {verb}", f"never answers {verb}", L, on(verb, cut(rb"", "stalled")), stored=0, slow=True)
        for verb in ("LOGIN", "LIST", "EXAMINE", "UID SEARCH")
    ),
    row("reset at SEARCH", "resets the connection instead of answering SEARCH", L,
        on("UID SEARCH", cut(rb"", "reset")), stored=0),
)  # fmt: skip

add(
    "Answers that drip in, an octet at a time",
    row("drip at CAPABILITY", "drips what it can do", L, on("CAPABILITY", dripping), stored=0, slow=True,
        says="did not answer within"),
    *(
        row(f"drip at {verb}", f"drips the answer to {verb}", L, on(verb, dripping), stored=0, slow=True,
            says="answers too slowly")
        for verb in ("LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH")
    ),
    row("drip at STATUS", "drips the state of a mailbox", L, on("STATUS", dripping), before=1, stored=INBOX + SENT,
        slow=True, says="answers too slowly"),
    row("drip at LOGOUT", "drips its good-bye", C, on("LOGOUT", dripping), slow=True),
)  # fmt: skip


def _without(word: bytes) -> Callable[[bytes], bytes]:
    """Leave a word out, with the blank behind it."""
    return put(word + b" ", b"")


def _can(words: bytes) -> Falsify:
    """Another answer to CAPABILITY."""
    return on("CAPABILITY", put(b"IMAP4rev1", words))


def _named(sent: str) -> Callable[[Honest], None]:
    """The sent mail lies in a mailbox of another name."""

    def arrange(honest: Honest) -> None:
        honest.boxes[sent] = honest.boxes.pop("Sent")

    return arrange


_WITH_BLANKS, _IN_UTF_8 = _named("Sent Items"), _named("Envoyés")


def _named_alike(honest: Honest) -> None:
    """Two letters lie in mailboxes whose names read alike."""
    for name, uid in (("R&D", 1), ("R&-D", 2)):
        honest.boxes[name] = Box({uid: honest.boxes["INBOX"].letters.pop(uid)})


def _until_introduced() -> Falsify:
    """No mailbox is opened before ID, in whatever session."""
    introduced = [False]

    def falsify(call: Call, answer: bytes) -> bytes:
        if call.verb in ("LOGIN", "ID"):
            introduced[0] = call.verb == "ID"
        if call.verb in ("STATUS", "EXAMINE") and not introduced[0]:
            return b"TAG NO Unsafe Login. Please contact the provider\r\n"
        return answer.replace(b"IMAP4rev1", b"IMAP4rev1 ID") if call.verb == "CAPABILITY" else answer

    return falsify


add(
    "Dialects of what comes before the mail",
    row("IMAP4rev2 alone", "does not say IMAP4rev1", C, _can(b"IMAP4rev2")),
    row("capabilities in two lines", "says in two lines what it can do", C,
        _can(b"IMAP4rev1 AUTH=PLAIN\r\n* CAPABILITY ESEARCH")),
    row("NO to ID", "offers ID and refuses it", C, both(_can(b"IMAP4rev1 ID"), on("ID", refused(b"NO no")))),
    row("BAD to ID", "offers ID and does not know it", C, both(_can(b"IMAP4rev1 ID"), on("ID", refused(b"BAD what?")))),
    row("BYE to ID", "says BYE to ID", C, both(_can(b"IMAP4rev1 ID"), on("ID", instead(b"* BYE who are you\r\n")))),
    row("nothing is opened before ID", "refuses every mailbox to those who do not say who they are", C,
        _until_introduced()),
    row("uses of mailboxes refused", "offers to tell the uses of mailboxes and refuses to", C,
        both(_can(b"IMAP4rev1 SPECIAL-USE LIST-EXTENDED"), on("LIST", refused(b"BAD what?"), nth=2))),
    row("mailboxes listed in lower case", "writes list", C, on("LIST", lambda a: a.replace(b"LIST", b"list"))),
    row("mailboxes listed without quotes", "writes names bare", C,
        on("LIST", lambda a: re.sub(rb'"(\w+)"', rb"\1", a))),
    row("names with blanks, without quotes", "writes Sent Items bare", C,
        on("LIST", put(b'"Sent Items"', b"Sent Items")), arrange=_WITH_BLANKS),
    row("names in UTF-8", "lists a name in UTF-8, and wants it back so", C, arrange=_IN_UTF_8),
    row("names in UTF-8, without quotes", "lists a name in UTF-8, bare", C,
        on("LIST", put('"Envoyés"'.encode(), "Envoyés".encode())), arrange=_IN_UTF_8),
    row("names that read alike", "lists R&D and R&-D", C, arrange=_named_alike),
    row("quotes in a name", "writes them within quotes as they are", C,
        on("LIST", ahead(b'* LIST (\\Noselect) "/" "Kunden "A" GmbH"\r\n'))),
    row("mailboxes listed twice", "lists each mailbox twice", C,
        on("LIST", lambda a: a.replace(b"TAG", re.sub(rb"TAG.*", b"", a, flags=re.DOTALL) + b"TAG"))),
    row("a list with news in between", "tells other things between two mailboxes", C,
        on("LIST", ahead(b"* 3 EXISTS\r\n* OK still here\r\n* LSUB () NIL x\r\n"))),
    row("a list without INBOX", "does not list INBOX", C, on("LIST", put(b'* LIST () "/" "INBOX"\r\n', b""))),
    row("EXAMINE without a code", "does not say that a mailbox is open read-only", C,
        on("EXAMINE", _without(b"[READ-ONLY]"))),
    row("EXAMINE with codes in lower case", "writes its codes in lower case", C,
        on("EXAMINE", lambda a: a.replace(b"[READ-ONLY]", b"[read-only]").replace(b"[UIDNEXT", b"[uidnext"))),
    row("EXAMINE with codes at the end", "writes its codes behind the text", C,
        on("EXAMINE", lambda a: re.sub(rb"OK (\[.*?\]) (\w+)", rb"OK \2 \1", a))),
    row("STATUS with an empty list", "says nothing in STATUS", C, on("STATUS", sub(rb"\(.*\)", b"()")), before=1),
    row("STATUS without a line", "says OK to STATUS and nothing else", C, on("STATUS", refused(b"OK done")), before=1),
    row("STATUS in lower case", "writes the items of STATUS in lower case", C, on("STATUS", _lower), before=1),
)  # fmt: skip

add(
    "BYE",
    row("BYE instead of messages", "says BYE to FETCH", L, on("UID FETCH", instead(b"* BYE shutting down\r\n")),
        stored=0, says="shutting down"),
    row("BYE between two messages, once", "says BYE after the first message, once", C,
        on("UID FETCH", lambda a: Ending(cut(_PLACES["between two messages"])(a).said + b"* BYE idle too long\r\n"),
           nth=1)),
    row("BYE before the tagged line", "sends all messages, then BYE", L,
        on("UID FETCH", lambda a: Ending(a.partition(b"TAG")[0] + b"* BYE maintenance\r\n")), stored=INBOX,
        says="maintenance"),
    row("BYE to more than two messages", "says BYE whenever more than two messages are asked for", C,
        lambda call, a: (
            b"* BYE Connection is closed. 13\r\n" if call.verb == "UID FETCH" and len(call.uids) > 2 else a
        )),
    row("BYE and no more connections for a while", "says BYE, and asks to be left alone", L,
        on("UID FETCH", instead(b"* BYE [LIMIT] Too many connections\r\n"), nth=2), stored=4,
        says="Too many connections"),
    row("BYE without a text", "says nothing but BYE", L, on("UID FETCH", instead(b"* BYE\r\n")), stored=0),
    row("BYE to SEARCH", "says BYE to SEARCH", L, on("UID SEARCH", instead(b"* BYE [UNAVAILABLE] later\r\n")), stored=0,
        says="later"),
    row("BYE to EXAMINE", "says BYE to EXAMINE", L, on("EXAMINE", instead(b"* BYE so long\r\n")), stored=0,
        says="so long"),
    row("BYE to LOGIN", "says BYE to LOGIN", L, on("LOGIN", instead(b"* BYE [LIMIT] too many\r\n")), stored=0,
        says="too many"),
)  # fmt: skip

add(
    "Refusals",
    row("NO to every FETCH", "refuses to fetch anything", M, on("UID FETCH", refused(b"NO not today")),
        unread=INBOX + SENT, stored=0, says="refuses to send messages: not today"),
    row("BAD to every FETCH", "does not understand FETCH", M, on("UID FETCH", refused(b"BAD what?")),
        unread=INBOX + SENT, stored=0, says="refuses to send messages: what?"),
    row("NO to every FETCH of one mailbox", "refuses to fetch anything from one mailbox", M,
        on("UID FETCH", refused(b"NO not today"), mailbox="INBOX"), unread=INBOX, stored=SENT, says="none of the 6"),
    row("BYE to lists of fields", "says BYE to every FETCH that names fields", C,
        to_lists(instead(b"* BYE too long\r\n"))),
    row("hangs up at lists of fields", "hangs up at every FETCH that names fields", C, to_lists(cut(rb""))),
    row("NO to lists of fields", "refuses every FETCH that names fields", C, to_lists(refused(b"NO too long"))),
    row("BAD to lists of fields", "does not understand a FETCH that names fields", C,
        to_lists(refused(b"BAD Command Error. 10"))),
    row("NO where one message is asked for", "refuses every FETCH that names one message", Q,
        with_bad(refused(b"NO some messages could not be fetched")), unread=1),
    row("BAD where one message is asked for", "calls every FETCH bad that names one message", Q,
        with_bad(refused(b"BAD internal error")), unread=1),
    row("NO behind the other messages", "sends all but one, then NO", Q,
        with_bad(partly(b"NO [EXPUNGEISSUED] some are gone")), unread=1),
    row("BAD behind the other messages", "sends all but one, then BAD", Q, with_bad(partly(b"BAD oops")), unread=1),
    row("NO once", "refuses the first FETCH", C, on("UID FETCH", refused(b"NO try again"), nth=1)),
    row("NO with a limit", "asks to be left alone for a while", L,
        on("UID FETCH", refused(b"NO [LIMIT] slow down"), nth=2), stored=4, says="slow down"),
    row("NO with a backoff time", "names a time to wait", L,
        on("UID FETCH", refused(b"NO Server busy. Suggested Backoff Time: 30000 milliseconds"), nth=2), stored=4),
    row("NO to SEARCH", "refuses to search one mailbox", M,
        on("UID SEARCH", refused(b"NO not now"), mailbox="INBOX"), stored=SENT, says="not now"),
    row("BAD to SEARCH", "does not understand SEARCH in one mailbox", M,
        on("UID SEARCH", refused(b"BAD what?"), mailbox="INBOX"), stored=SENT, says="what?"),
    row("NO to EXAMINE", "refuses to open one mailbox", M, on("EXAMINE", refused(b"NO locked"), mailbox="INBOX"),
        stored=SENT, says="locked"),
    row("EXAMINE for writing", "opens a mailbox read-write", M,
        on("EXAMINE", put(b"READ-ONLY", b"READ-WRITE"), mailbox="INBOX"), stored=SENT, says="read-only"),
    row("NO to STATUS", "refuses the state of one mailbox, which is opened then", C,
        on("STATUS", refused(b"NO no"), mailbox="INBOX"), before=1),
    row("NO to STATUS and EXAMINE", "refuses the state of one mailbox, and to open it", M,
        both(on("STATUS", refused(b"NO no"), mailbox="INBOX"), on("EXAMINE", refused(b"NO no"), mailbox="INBOX")),
        before=1, stored=INBOX + SENT),
    row("NO to LIST", "refuses the list of mailboxes", M, on("LIST", refused(b"NO no")), stored=0),
    row("tagged OK without a text", "ends answers with a bare OK", C,
        lambda _, answer: answer.replace(b"TAG OK done", b"TAG OK")),
)  # fmt: skip

_EMPTY = sub(rb"(?s)\{\d+\}.*", b"{0}\r\n)\r\n")


def all_empty(answer: bytes) -> bytes:
    """Empty headers in place of all."""
    return re.sub(rb"(?s)\{\d+\}\r\n.*?\r\n\r\n\)", b"{0}\r\n)", answer)


def _stand_in(told: bytes) -> bytes:
    """Exchange's note instead of the header in the response of a message."""
    note = (
        b'Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nFrom: "Microsoft Exchange Server" <>\r\nTo: info@example.com\r\n'
        b"Subject: Retrieval using the IMAP4 protocol failed for the following message: 205\r\n\r\n"
    )
    return re.sub(rb"(?s)\{\d+\}\r\n.*", b"{%d}\r\n%s)\r\n" % (len(note), note), told)


_SHUT = {
    "a mailbox that nobody may read": b"NO [NOPERM] not a mail folder",
    "a mailbox that is no mailbox": b"NO Mailbox isn't selectable",
    "a mailbox that the server stumbles over": b"NO [SERVERBUG] Internal error occurred",
    "a mailbox that the server does not understand": b"BAD Invalid mailbox name",
}


def _listing(line: bytes, text: bytes = b"NO [NONEXISTENT] Mailbox doesn't exist") -> Falsify:
    """Another mailbox in the list, which can't be opened."""

    def falsify(call: Call, answer: bytes) -> bytes:
        if call.verb == "LIST":
            return b"* LIST " + line + b"\r\n" + answer
        of_another = call.verb in ("STATUS", "EXAMINE") and call.mailbox not in ("INBOX", "Sent")
        return b"TAG " + text + b"\r\n" if of_another else answer

    return falsify


def _shut(text: bytes) -> Falsify:
    """The mailbox with the sent mail can neither be opened nor looked at."""
    return lambda call, answer: (
        b"TAG " + text + b"\r\n" if call.verb in ("STATUS", "EXAMINE") and call.mailbox == "Sent" else answer
    )


add(
    "A mailbox that can't be opened",
    *(
        row(name, f"lists a mailbox that is never opened: {text.decode()}", U,
            _listing(b'() "/" Kalender', text), passes=2)
        for name, text in _SHUT.items()
    ),
    *(
        row(f"{name}, after it was read", f"opens the sent mail no more: {text.decode()}", U,
            _shut(text), before=1, passes=2)
        for name, text in _SHUT.items()
    ),
    row("a mailbox that shows no change and can't be opened", "says how the sent mail stands, as before", C,
        on("EXAMINE", refused(b"NO [NOPERM] no"), mailbox="Sent"), before=1),
    row("the sent mail is never opened", "does not open the mailbox with the sent mail", U,
        on("EXAMINE", refused(b"NO [NOPERM] no"), mailbox="Sent"), stored=INBOX),
    row("UIDVALIDITY of the sent mail missing", "does not say how it is numbered", U,
        on("EXAMINE", sub(rb"\* OK \[UIDVALIDITY \d+\] x\r\n", b""), mailbox="Sent"), stored=INBOX),
    row("the sent mail for writing", "opens it read-write", U,
        on("EXAMINE", put(b"READ-ONLY", b"READ-WRITE"), mailbox="Sent"), stored=INBOX),
    row("a mailbox without a name", "lists one, and can't open it", U,
        _listing(b'() "/" ""', b"NO Invalid mailbox name: Name is empty")),
    row("a mailbox in a line that can't be read", "breaks off in the list, within a name", U,
        on("LIST", ahead(b'* LIST () "/" "Kunden\r\n')), passes=2),
    row("a mailbox that is not there", "lists a parent that was deleted long ago", C, _listing(b'() "/" Kunden'),
        passes=2),
    row("a mailbox with sent mail that is not there", "lists another one for sent mail, which does not exist", C,
        _listing(b'(\\Sent) "/" Gesendet', b"NO Mailbox doesn't exist: Gesendet"), passes=2),
    row("a mailbox that the server stumbles over once", "says [SERVERBUG] and mends it meanwhile", C,
        on("EXAMINE", refused(b"NO [SERVERBUG] Corrupted index"), nth=2)),
    row("a mailbox in use", "says that it may be opened later", M,
        on("EXAMINE", refused(b"NO [INUSE] locked"), mailbox="Sent"), stored=INBOX, says="locked"),
    row("a mailbox out of service", "says that it may be opened later, and for how long", M,
        on("EXAMINE", refused(b"NO [UNAVAILABLE] retry after 60 seconds"), mailbox="Sent"), stored=INBOX, says="60"),
    row("the INBOX stumbles", "says [SERVERBUG] to INBOX", M,
        on("EXAMINE", refused(b"NO [SERVERBUG] Internal error"), mailbox="INBOX"), stored=SENT, says="SERVERBUG"),
    row("an INBOX that is not there", "says that INBOX does not exist", M,
        on("EXAMINE", refused(b"NO [NONEXISTENT] Mailbox doesn't exist"), mailbox="INBOX"), stored=SENT),
)  # fmt: skip

_EVIL = Letter(b"From: x@evil.example\r\n\r\n", b"NIL")
add(
    "Messages that do not come, or not as asked for",
    row("a message is missing once", "leaves a message out of the first answer", C,
        on("UID FETCH", partly(b"OK done"), nth=1)),
    row("a message never comes", "lists a message and never sends it", Q, with_bad(partly(b"OK done")), unread=1),
    row("no message comes", "says OK and sends nothing", M, on("UID FETCH", refused(b"OK done")),
        unread=INBOX + SENT, stored=0, says="does not send all messages"),
    row("a message without header and size", "sends an empty header, and says that the message has no octets", Q,
        of_bad(lambda a: re.sub(rb"(?s)SIZE \d+ (.*?)\{\d+\}\r\n.*", rb"SIZE 0 \1{2}\r\n\r\n)\r\n", a)),
        unread=1),
    row("no message of one mailbox comes", "says OK and sends nothing of one mailbox", M,
        on("UID FETCH", refused(b"OK done"), mailbox="Sent"), unread=SENT, stored=INBOX, says="none of the 3"),
    row("a message comes with the next answer only", "sends a message one command too late", C,
        on("UID FETCH", put(b"* 3 FETCH (UID 3 ", b"* 3 FETCH (UID 99 "), nth=1)),
    row("without UID", "leaves the UID out", Q, of_bad(put(b"UID 3 ", b"")), unread=1),
    row("without INTERNALDATE", "leaves the date out", C, of_bad(sub(rb'INTERNALDATE "[^"]*" ', b""))),
    row("without RFC822.SIZE", "leaves the size out", C, of_bad(put(b"RFC822.SIZE 1000 ", b""))),
    row("without FLAGS", "leaves the flags out", C, of_bad(put(b"FLAGS () ", b""))),
    row("nothing but UID and header", "leaves out all that is not needed", C,
        on("UID FETCH", lambda a: re.sub(rb"(UID \d+ )INTERNALDATE .*? (?=BODY)", rb"\1", a))),
    row("without the header", "sends NIL instead of a header", Q,
        of_bad(sub(rb"(?s)\{\d+\}.*", b"NIL)\r\n")), unread=1),
    row("an empty header", "sends an empty header for one message, though not an empty message", Q,
        of_bad(_EMPTY), unread=1),
    row("an empty line for a header", "sends a header without a field for one message", Q,
        of_bad(sub(rb"(?s)\{\d+\}.*", b"{2}\r\n\r\n)\r\n")), unread=1),
    row("empty headers", "sends an empty header for every message", M, on("UID FETCH", all_empty),
        unread=INBOX + SENT, stored=0, says="sends no headers"),
    row("empty headers in one mailbox", "sends an empty header for every message of one mailbox", M,
        on("UID FETCH", all_empty, mailbox="Sent"), unread=SENT, stored=INBOX, says="sends no headers"),
    row("empty headers to lists of fields", "sends headers only where it is asked for the whole of them", C,
        to_lists(all_empty)),
    row("NIL to lists of fields", "sends NIL where it is asked for fields", C,
        to_lists(lambda a: re.sub(rb"(?s)\{\d+\}\r\n.*?\r\n\r\n\)", b"NIL)", a))),
    row("a stand-in", "sends a note instead of one message, as Exchange does", Q, of_bad(_stand_in), unread=1),
    row("stand-ins for all of a mailbox", "sends a note instead of every message of a mailbox", M,
        on("UID FETCH", lambda a: b"".join(map(_stand_in, a.split(b"\r\n)\r\n"))), mailbox="INBOX"),
        unread=INBOX, stored=SENT, says="none of the 6"),
    row("a message in two responses", "tells of one message in two responses", C,
        of_bad(sub(rb" BODY", b")\r\n* 3 FETCH (UID 3 BODY"))),
    row("a message in two responses, the first without UID", "tells whose it is in the second one", C,
        of_bad(lambda r: re.sub(rb"UID 3 (.*?) BODY", rb"\1)\r\n* 3 FETCH (UID 3 BODY", r))),
    row("a message in two responses, the second without UID", "tells whose it is in the first one", C,
        of_bad(sub(rb" BODY", b")\r\n* 3 FETCH (BODY"))),
    row("a message in three responses, one garbled", "tells of one message in three responses", C,
        of_bad(sub(rb" FLAGS \(\)", b")\r\n* 3 FETCH (FLAGS (()\r\n* 3 FETCH (FLAGS ()"))),
    row("two halves of different messages", "numbers messages anew between two responses", Q,
        of_bad(sub(rb"UID 3 ", b"UID 3)\r\n* 1 EXPUNGE\r\n* 3 FETCH (")), unread=1),
    row("UID 0", "gives a message the UID 0", Q, of_bad(put(b"UID 3 ", b"UID 0 ")), unread=1),
    row("a UID of 5,000 digits", "gives a message an absurd UID", Q,
        of_bad(put(b"UID 3 ", b"UID " + b"3" * 5000 + b" ")), unread=1),
    row("the same UID twice", "sends a message again, with other content", C,
        on("UID FETCH", lambda a: a.replace(b"TAG", response(1, _EVIL) + b"TAG"))),
    row("an unasked message", "sends a message nobody asked for", C,
        on("UID FETCH", ahead(response(77, _EVIL)))),
    row("an unasked FLAGS", "tells of changed flags in between", C,
        on("UID FETCH", ahead(b"* 3 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n"))),
    row("EXPUNGE in between", "says that another message is gone", C, on("UID FETCH", ahead(b"* 1 EXPUNGE\r\n"))),
    row("EXISTS in between", "says that more messages came", C,
        on("UID FETCH", ahead(b"* 99 EXISTS\r\n* 3 RECENT\r\n* OK still here\r\n"))),
    row("VANISHED in between", "sends a response of an extension that was not enabled", C,
        on("UID FETCH", ahead(b"* VANISHED (EARLIER) 1:3\r\n"))),
    row("an alert in between", "sends an alert that ends like a literal", C,
        on("UID FETCH", ahead(b"* OK [ALERT] your mailbox is full {99}\r\n"))),
    row("messages in another order", "sends the last message first", C,
        on("UID FETCH", lambda a: b"".join([*reversed(re.findall(rb"(?s)\* .*?\r\n\)\r\n", a)), b"TAG OK done\r\n"]))),
    row("an open bracket", "forgets the bracket behind the names of fields", C,
        on("UID FETCH", lambda a: a.replace(b"(FROM TO)]", b"(FROM TO)"))),
    row("items in lower case", "writes names of items in lower case", C,
        on("UID FETCH", lambda a: a.replace(b"INTERNALDATE", b"internaldate").replace(b" FETCH (UID", b" fetch (uid"))),
)  # fmt: skip


def _stamps(change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change the answers that say whether UIDs still name the same mail."""

    def falsify(call: Call, answer: bytes) -> bytes | Ending:
        return change(answer) if call.verb == "UID FETCH" and b"BODY[" not in answer else answer

    return falsify


def _came_and_went(honest: Honest) -> None:
    """A message came and was deleted, so that its mailbox is opened."""
    honest.boxes["INBOX"].uidnext = INBOX + 2


add(
    "When messages came, and how large they are",
    *(
        row(f"{name} than before", does, C, _stamps(change), before=1, arrange=_came_and_went, passes=2)
        for name, does, change in (
            ("another INTERNALDATE", "names other dates for messages that are known",
             lambda a: re.sub(rb'"\d\d-', b'"09-', a)),
            ("another RFC822.SIZE", "names other sizes for messages that are known",
             lambda a: a.replace(b"SIZE 1000", b"SIZE 1234")),
            ("less", "does not name the sizes of messages that are known",
             lambda a: a.replace(b" RFC822.SIZE 1000", b"")),
            ("absurder sizes", "names a size of 5,000 digits", lambda a: a.replace(b"1000", b"1" * 5000)),
            ("no more", "says OK and nothing of messages that are known", refused(b"OK done")),
            ("UIDs other", "speaks of other messages than it was asked for",
             lambda a: a.replace(b"(UID ", b"(UID 9")),
        )
    ),
    row("NO when it is asked again", "refuses to say dates and sizes of messages that are known", C,
        _stamps(refused(b"NO not that")), before=1, arrange=_came_and_went, passes=2),
    row("garbage when it is asked again", "sends garbage instead of dates and sizes", C,
        _stamps(ahead(b"lorem ipsum\r\n")), before=1, arrange=_came_and_went),
    row("end of stream when it is asked again", "hangs up instead of saying dates and sizes", L,
        _stamps(cut(rb"")), before=1, arrange=_came_and_went, stored=INBOX + SENT),
    row("BYE when it is asked again", "says BYE instead of dates and sizes", L,
        _stamps(instead(b"* BYE later\r\n")), before=1, arrange=_came_and_went, stored=INBOX + SENT, says="later"),
)  # fmt: skip

_GARBAGE = {
    "a line of garbage": b"lorem ipsum\r\n",
    "a line of NULs": b"\0\0\0\0\r\n",
    "a line of 8-bit": b"\xff\xfe\xc3\x28\r\n",
    "an empty line": b"\r\n",
    "an answer in HTTP": b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
    "a bare LF": b"* 3 FETCH (FLAGS ())\n",
    "another command's tag": b"A999 OK done\r\n",
    "a continuation": b"+ go ahead\r\n",
    "a huge line": b"* 3 FETCH (FLAGS (" + b"x" * (2 << 20) + b"))\r\n",
    "a huge line of garbage": b"x" * (2 << 20) + b"\r\n",
    "a literal of 99 GB": b"* 3 FETCH (UID 3 BODY[HEADER] {99000000000}\r\n",
    "a literal of 5,000 digits": b"* 3 FETCH (UID 3 BODY[HEADER] {" + b"9" * 5000 + b"}\r\n",
}
add(
    "Answers in which nobody knows where the next one begins",
    *(
        row(name, f"sends {name} whenever one message is asked for", Q, with_bad(ahead(text)), unread=1)
        for name, text in _GARBAGE.items()
    ),
    row("garbage once", "sends a line of garbage, once", C, on("UID FETCH", ahead(b"lorem ipsum\r\n"), nth=1)),
    row("a literal that is longer than announced", "announces one octet too few", Q,
        of_bad(lambda r: re.sub(rb"\{(\d+)\}", lambda m: b"{%d}" % (int(m[1]) - 1), r)), unread=1),
    row("a literal that is shorter than announced", "announces ten octets too many and waits for the next command", L,
        of_bad(lambda r: re.sub(rb"\{(\d+)\}", lambda m: b"{%d}" % (int(m[1]) + 10), r)), stored=0,
        says="stopped answering", slow=True),
    row("garbage to every SEARCH of a mailbox", "sends a line of garbage to SEARCH", M,
        on("UID SEARCH", ahead(b"lorem ipsum\r\n"), mailbox="INBOX"), stored=SENT, says="no IMAP response"),
    row("garbage to every FETCH", "never sends anything but garbage", L, on("UID FETCH", ahead(b"lorem ipsum\r\n")),
        unread=INBOX + SENT, stored=0, says="keeps sending answers that can't be read"),
    row("garbage to LIST", "sends a line of garbage to LIST", M, on("LIST", ahead(b"lorem ipsum\r\n")), stored=0),
    row("garbage to EXAMINE of the sent mail", "sends a line of garbage when the sent mail is opened", U,
        on("EXAMINE", ahead(b"lorem ipsum\r\n"), mailbox="Sent"), stored=INBOX),
    row("garbage to EXAMINE of one mailbox", "sends a line of garbage when one mailbox is opened", M,
        on("EXAMINE", ahead(b"lorem ipsum\r\n"), mailbox="INBOX"), stored=SENT, says="no IMAP response"),
    row("garbage to STATUS", "sends a line of garbage to STATUS", C, on("STATUS", ahead(b"lorem ipsum\r\n")), before=1),
    row("a list of mailboxes without end", "lists 70 MB of mailboxes", M,
        on("LIST", ahead((b'* LIST () "/" "' + b"x" * 999_000 + b'"\r\n') * 70)), stored=0, says="too long"),
)  # fmt: skip

_SENSELESS = {
    "an unbalanced quote": put(b"FLAGS ()", b'FLAGS ("\\Seen)'),
    "a quote that never ends": put(b"INTERNALDATE ", b'INTERNALDATE "x\\" '),
    "an open parenthesis too many": put(b"(UID", b"((UID"),
    "a parenthesis too few": put(b"\r\n)\r\n", b"\r\n\r\n"),
    "5,000 parentheses": put(b"FLAGS ()", b"FLAGS " + b"(" * 5000 + b")" * 5000),
    "500,000 open parentheses": put(b"FLAGS ()", b"FLAGS " + b"(" * 500_000),
    "a value without a name": put(b"FLAGS ()", b"FLAGS () X"),
    "flags that are no list": put(b"FLAGS ()", b"FLAGS 7"),
    "a size that is no number": put(b"RFC822.SIZE 1000", b"RFC822.SIZE -1"),
    "a keyword with a parenthesis": put(b"FLAGS ()", b"FLAGS (label) x)"),
    "a keyword with a quote": put(b"FLAGS ()", b'FLAGS ($M"x)'),
    "NIL for flags": put(b"FLAGS ()", b"FLAGS NIL"),
    "a date that is a list": sub(rb'INTERNALDATE "[^"]*"', b"INTERNALDATE (x)"),
}
_WORTHLESS = {
    "no parentheses at all": sub(rb"(?s)\(UID.*", b"UID 3\r\n"),
    "two UIDs and a quote": put(b"FLAGS ()", b'FLAGS () " UID 4 '),
    "a literal of 9 MB": sub(rb"(?s)\{\d+\}.*", b"{9000000}\r\n" + b"x" * 9_000_000 + b")\r\n"),
}
add(
    "Answers of which one message makes no sense",
    *(row(name, f"sends {name} in one message", C, of_bad(change)) for name, change in _SENSELESS.items()),
    *(
        row(name, f"sends {name} in one message", Q, of_bad(change), unread=1)
        for name, change in _WORTHLESS.items()
    ),
)  # fmt: skip


def _epochs(numbers: Iterator[int]) -> Falsify:
    """Another UIDVALIDITY with each EXAMINE of INBOX."""

    def falsify(call: Call, answer: bytes) -> bytes:
        if call.verb == "EXAMINE" and call.mailbox == "INBOX":
            return answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY %d" % next(numbers))
        return answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 999") if call.mailbox == "INBOX" else answer

    return falsify


def _renumber(honest: Honest) -> None:
    box = honest.boxes["INBOX"]
    box.uidvalidity = 8
    box.letters = {uid + 10: letter for uid, letter in box.letters.items()}


def _everywhere(old: bytes, new: bytes) -> Falsify:
    """Another state of INBOX, in STATUS and EXAMINE alike."""

    def falsify(call: Call, answer: bytes) -> bytes:
        meant = call.verb in ("STATUS", "EXAMINE") and call.mailbox == "INBOX"
        return re.sub(old, new, answer) if meant else answer

    return falsify


_VALIDITY, _NEXT, _HELD = rb"UIDVALIDITY \d+", rb"\* OK \[UIDNEXT \d+\] x\r\n| UIDNEXT \d+", rb"\* \d+ EXISTS"
add(
    "Numbers of mailboxes",
    row("UIDVALIDITY 0", "numbers a mailbox with 0", M, _everywhere(_VALIDITY, b"UIDVALIDITY 0"), stored=SENT,
        says="UIDVALIDITY"),
    row("UIDVALIDITY beyond all bounds", "numbers a mailbox with more than 63 bits", M,
        _everywhere(_VALIDITY, b"UIDVALIDITY 9223372036854775808"), stored=SENT, says="UIDVALIDITY"),
    row("UIDVALIDITY is no number", "says a word for it", M, _everywhere(_VALIDITY, b"UIDVALIDITY x"), stored=SENT),
    row("UIDVALIDITY missing", "does not say it", M,
        _everywhere(rb"\* OK \[UIDVALIDITY \d+\] x\r\n| UIDVALIDITY \d+", b""), stored=SENT),
    row("UIDVALIDITY changes", "numbers the same mail anew", C, arrange=_renumber, before=1),
    row("UIDVALIDITY flips back", "says another one in one pass, and the old one again", C,
        _everywhere(_VALIDITY, b"UIDVALIDITY 12"), before=1),
    row("UIDVALIDITY changes every time", "says another one with each EXAMINE", C, _epochs(count(20)), before=1,
        passes=3),
    row("UIDVALIDITY changes behind a new connection", "sends garbage and numbers anew meanwhile", M,
        lambda call, answer: (
            answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8")
            if call.verb == "EXAMINE" and call.mailbox == "INBOX" and call.number > 1
            else b"lorem ipsum\r\n" + answer
            if call.verb == "UID FETCH" and call.mailbox == "INBOX" and call.number == 1
            else answer
        ), stored=SENT, says="numbered anew"),
    row("UIDNEXT missing", "does not say it", C, _everywhere(_NEXT, b"")),
    row("UIDNEXT 0", "says 0", C, _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 0")),
    row("UIDNEXT too low", "says one below the highest UID", C, _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 4")),
    row("UIDNEXT rewound", "says a lower one than before", C, _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 2"), before=1),
    row("UIDNEXT absurdly high", "says the highest of all", C, _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 4294967295")),
    row("UIDNEXT beyond all bounds", "says one of more than 63 bits", C,
        _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 9223372036854775808")),
    row("EXISTS too high", "counts a message that it never names", M, _everywhere(_HELD, b"* 7 EXISTS"),
        stored=INBOX + SENT, says="counts 7 messages and names 6"),
    row("EXISTS too high, once", "counts a message that was removed just now", C,
        on("EXAMINE", lambda a: re.sub(_HELD, b"* 7 EXISTS", a), mailbox="INBOX", nth=1)),
    row("EXISTS too high, and EXPUNGE", "says by and by that the message it counts is gone", C,
        lambda call, answer: (
            answer.replace(b"TAG", b"* 7 EXPUNGE\r\nTAG")
            if call.verb == "UID SEARCH" and call.mailbox == "INBOX" and call.number == 1
            else _everywhere(_HELD, b"* 7 EXISTS")(call, answer)
            if call.number == 1
            else answer
        )),
    row("EXISTS absurdly high", "counts four thousand million messages", M,
        _everywhere(_HELD, b"* 4294967295 EXISTS"), stored=INBOX + SENT, says="names 6"),
    row("EXISTS and UIDNEXT absurdly high", "counts four thousand million messages, and says the highest UIDNEXT", M,
        lambda call, answer: _everywhere(rb"UIDNEXT \d+", b"UIDNEXT 4294967295")(
            call, _everywhere(_HELD, b"* 4294967295 EXISTS")(call, answer)
        ), stored=INBOX + SENT, says="names 6"),
    row("EXISTS beyond all bounds", "counts more messages than 63 bits can", M,
        _everywhere(_HELD, b"* 9223372036854775808 EXISTS"), stored=SENT, says="no IMAP response"),
    row("EXISTS too low", "leaves a message out of the count", C, _everywhere(_HELD, b"* 5 EXISTS")),
    row("EXISTS 0", "counts no messages", C, _everywhere(_HELD, b"* 0 EXISTS")),
    row("EXISTS missing", "does not count", M, _everywhere(_HELD + rb"\r\n", b""), stored=SENT),
    row("a mailbox suddenly empty", "says that nothing is there, for one pass", C,
        lambda call, answer: (
            b"* SEARCH\r\nTAG OK done\r\n"
            if call.verb == "UID SEARCH" and call.mailbox == "INBOX"
            else _everywhere(rb"MESSAGES \d+", b"MESSAGES 0")(call, _everywhere(_HELD, b"* 0 EXISTS")(call, answer))
        ), before=1),
    row("a mailbox missing from the list", "does not list the mailbox with the sent mail, for one pass", M,
        on("LIST", put(b'* LIST () "/" "Sent"\r\n', b"")), before=1, stored=INBOX + SENT, says="'Sent'"),
)  # fmt: skip


_ALL = b" ".join(b"%d" % uid for uid in range(1, INBOX + 1))


def _inbox(change: Callable[[bytes], bytes], nth: int | None = None) -> Falsify:
    return on("UID SEARCH", change, mailbox="INBOX", nth=nth)


add(
    "Answers to SEARCH",
    row("SEARCH unsorted", "names the UIDs in another order", C, _inbox(put(b"1 2 3 4 5 6", b"6 1 3 2 5 4"))),
    row("SEARCH split", "names the UIDs in several lines", C,
        _inbox(put(b"1 2 3 4 5 6", b"1 2\r\n* SEARCH\r\n* SEARCH 3 4 5\r\n* 6 EXISTS\r\n* SEARCH 6"))),
    row("SEARCH with duplicates", "names UIDs twice", C, _inbox(put(b"1 2 3 4 5 6", b"1 1 2 2 3 4 5 6 6"))),
    row("SEARCH with UID 0", "names the UID 0", C, _inbox(put(b"SEARCH", b"SEARCH 0"))),
    row("SEARCH beyond what was asked for", "names UIDs outside the range", C,
        _inbox(put(b" 6\r\n", b" 6 4294967295 99999999999\r\n"))),
    row("SEARCH with words", "names words between the UIDs", C,
        _inbox(put(b"1 2 3 4 5 6", b"1 x 2 3 -4 4 5 6 7.0 6:9 (MODSEQ 5)"))),
    row("SEARCH in lower case", "writes search", C, _inbox(put(b"* SEARCH", b"* search"))),
    row("SEARCH without a line", "says nothing instead of an empty SEARCH, once", C,
        _inbox(instead(b"TAG OK done\r\n"), nth=1)),
    row("SEARCH lacks a UID once", "forgets a message in the first answer", C, _inbox(put(b" 3", b""), nth=1)),
    row("SEARCH lacks a UID", "forgets a message in every answer", C, _inbox(lambda a: a.replace(b" 3", b""))),
    row("SEARCH lacks the last UID", "forgets the last message in every answer", C,
        _inbox(lambda a: a.replace(b" 6\r\n", b"\r\n"))),
    row("SEARCH finds nothing in a part, and a message is left out", "names all messages of a mailbox only at once,"
        " and leaves one of them out of every FETCH", Q,
        lambda call, a: (
            b"* SEARCH\r\nTAG OK done\r\n"
            if call.verb == "UID SEARCH" and call.mailbox == "INBOX" and call.arguments != "UID 1:4294967295" else
            with_bad(sub(rb"(?s)\* 3 FETCH .*?\r\n\r\n\)\r\n", b""))(call, a)
        ), unread=1),
    row("SEARCH finds nothing", "finds no message, whatever is asked", C,
        _inbox(instead(b"* SEARCH\r\nTAG OK done\r\n"))),
    row("SEARCH finds nothing, and FETCH knows no numbers", "names messages in a FETCH by UID alone", C,
        lambda call, a: (
            b"* SEARCH\r\nTAG OK done\r\n" if call.verb == "UID SEARCH" else
            b"TAG BAD what?\r\n" if call.verb == "FETCH" else a
        )),
    row("nothing names the messages", "finds no message in any way", M,
        lambda call, a: (
            b"* SEARCH\r\nTAG OK done\r\n" if call.verb == "UID SEARCH" and call.mailbox == "INBOX" else
            b"TAG OK done\r\n" if "*" in call.arguments and call.mailbox == "INBOX" else a
        ), stored=SENT, says="counts 6 messages and names 0"),
    row("nothing names all messages", "leaves a message out in every way, but not the same", M,
        lambda call, a: (
            a.replace(b" 3", b"") if call.verb == "UID SEARCH" and call.mailbox == "INBOX" else
            a.replace(b"* 4 FETCH (UID 4)\r\n", b"") if "*" in call.arguments and call.mailbox == "INBOX" else a
        ), stored=INBOX - 1 + SENT, says="counts 6 messages and names 5"),
    row("SEARCH of two megabytes", "names a hundred thousand UIDs too many", C,
        _inbox(put(b"SEARCH", b"SEARCH " + b" ".join(b"%d" % (n + 4_000_000_000) for n in range(180_000))))),
    row("SEARCH with a huge word", "sends a SEARCH line without a blank", M,
        _inbox(put(b"SEARCH", b"SEARCH " + b"9" * (3 << 20))), stored=SENT, says="too long"),
)  # fmt: skip

_8_BIT = b"\0\xff\xfe\x1b\xc3"
add(
    "NUL and 8-bit anywhere",
    row("NUL and 8-bit in CAPABILITY", "names an extension of NUL and 8-bit", L,
        on("CAPABILITY", put(b"IMAP4rev1", b"IMAP4rev1 X-" + _8_BIT)), stored=0, says="beyond ASCII"),
    row("NUL and 8-bit in a list of mailboxes", "lists a mailbox of NUL and 8-bit that can't be opened", C,
        on("LIST", ahead(b"* LIST (\\Noselect \\" + _8_BIT + b') "/" "' + _8_BIT + b'"\r\n'))),
    row("NUL and 8-bit in EXAMINE", "says NUL and 8-bit before the numbers", C,
        on("EXAMINE", ahead(b"* OK [X-" + _8_BIT + b"] " + _8_BIT + b"\r\n* FLAGS (" + _8_BIT + b")\r\n"))),
    row("NUL and 8-bit in a refusal", "refuses to open a mailbox, in NUL and 8-bit", M,
        on("EXAMINE", refused(b"NO [X-" + _8_BIT + b"] " + _8_BIT), mailbox="INBOX"), stored=SENT),
    row("NUL and 8-bit in STATUS", "counts NUL and 8-bit, too", C,
        on("STATUS", put(b"(MESSAGES", b"(X-" + _8_BIT + b" 7 MESSAGES")), before=1),
    row("NUL and 8-bit in SEARCH", "names NUL and 8-bit between the UIDs", C,
        _inbox(put(b"1 2 3", b"1 " + _8_BIT + b" 2 3"))),
    row("NUL and 8-bit in a name of FETCH", "sends an item of NUL and 8-bit in one message", C,
        of_bad(put(b"FLAGS ", _8_BIT + b" "))),
    row("NUL and 8-bit between messages", "sends alerts of NUL and 8-bit", C,
        on("UID FETCH", ahead(b"* OK [ALERT] " + _8_BIT + b"\r\n"))),
    row("NUL and 8-bit behind OK", "ends all answers in NUL and 8-bit", C,
        lambda _, answer: answer.replace(b"OK done", b"OK " + _8_BIT)),
    row("NUL and 8-bit in BYE", "says BYE in NUL and 8-bit", L,
        on("UID FETCH", instead(b"* BYE " + _8_BIT + b"\r\n")), stored=0),
    row("2 MB behind OK", "ends an answer in a line of 2 MB, once", C,
        on("UID FETCH", lambda a: a.replace(b"OK done", b"OK " + b"x" * (2 << 20)), nth=1)),
    row("2 MB behind BYE", "says BYE in 2 MB", L, on("UID FETCH", instead(b"* BYE " + b"x" * (2 << 20) + b"\r\n")),
        unread=INBOX + SENT, stored=0),
)  # fmt: skip


def ranges(honest: Honest) -> None:
    """The server answers SEARCH by ranges."""
    honest.ranges = True


_RANGES = {
    "that names nothing": put(b" ALL 1:6", b""),
    "that names too few": put(b"1:6", b"1:5"),
    "refused with NO": refused(b"NO not so"),
    "refused with BAD": refused(b"BAD what?"),
    "of another command": put(b'"TAG"', b'"A1"'),
    "without the tag": put(b'(tag "TAG") ', b""),
    "of sequence numbers": put(b" UID", b""),
    "that says more": put(b" ALL 1:6", b" ALL 1:6 COUNT 6"),
    "that says it differently": put(b" ALL 1:6", b" COUNT 6"),
    "in words": put(b"1:6", b"all of them"),
    "with *": put(b"1:6", b"1:*"),
    "with half a range": put(b"1:6", b"1:"),
    "of four thousand million": put(b"1:6", b"1:4294967295"),
    "of a million ranges": put(b"1:6", b"1:6" + b",1:6" * 1_000_000),
    "of numbers without end": put(b"1:6", b"9" * (3 << 20)),
    "that is not given": instead(b"TAG OK done\r\n"),
    "that is a plain one": instead(b"* SEARCH 1 2 3 4 5 6\r\nTAG OK done\r\n"),
    "unsorted and twice": put(b"1:6", b"6,4:3,1:2,5:6,1"),
    "beyond what was asked for": put(b"1:6", b"0:6,4294967290:4294967295"),
    "in several": lambda a: a.replace(b"1:6", b"1:2", 1).replace(
        b"TAG OK", b'* ESEARCH (tag "TAG") UID ALL 3:6\r\nTAG OK'
    ),
    "with garbage in front": ahead(b"lorem ipsum\r\n"),
}


def _by_ranges(change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change what is said of INBOX by ranges."""
    return lambda call, a: change(a) if call.mailbox == "INBOX" and b"* ESEARCH (tag" in a and b"1:6" in a else a


add(
    "Answers to SEARCH by ranges",
    *(
        row(f"an answer by ranges {name}", f"gives an answer by ranges {name}", C, _by_ranges(change), arrange=ranges)
        for name, change in _RANGES.items()
    ),
    row("an answer by ranges that ends early", "hangs up in an answer by ranges", L, _by_ranges(cut(rb"ALL 1")),
        arrange=ranges, stored=0),
)  # fmt: skip


def _bearing(flags: bytes, *uids: int) -> Callable[[Honest], None]:
    """Some messages in INBOX bear flags."""

    def arrange(honest: Honest) -> None:
        for uid in uids:
            honest.boxes["INBOX"].letters[uid].flags = b"(" + flags + b")"

    return arrange


def _of_flag(criterion: str, change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change what is found in INBOX of a flag."""
    return lambda call, a: change(a) if call.mailbox == "INBOX" and call.arguments.endswith(f" {criterion}") else a


def _of_changes(change: Callable[[bytes], bytes | Ending]) -> Falsify:
    """Change what is said of changes in INBOX."""
    return lambda call, a: change(a) if call.mailbox == "INBOX" and "(CHANGEDSINCE" in call.arguments else a


def _since(change: Callable[[int], bytes]) -> Falsify:
    """Another HIGHESTMODSEQ where INBOX is opened, or no such thing."""

    def other(answer: bytes) -> bytes:
        found = re.search(rb"\* OK \[HIGHESTMODSEQ (\d+)\]", answer)
        assert found, answer
        return answer.replace(found[0], b"* OK [" + change(int(found[1])) + b"]")

    return on("EXAMINE", other, mailbox="INBOX")


def _all_of(*falsify: Falsify) -> Falsify:
    """Several lies at once."""

    def together(call: Call, answer: bytes) -> bytes | Ending:
        for one in falsify:
            if isinstance(answer, bytes):
                answer = one(call, answer)
        return answer

    return together


_EVERYTHING = instead(b"* SEARCH 1 2 3 4 5 6 77 4294967295\r\nTAG OK done\r\n")
_NOTHING = instead(b"* SEARCH\r\nTAG OK done\r\n")
_JUNK, _PUT_AWAY, _REPLIED = (_bearing(flags, 2) for flags in (b"$Junk", b"\\Deleted", b"\\Answered"))
_LIE = b"* 1 FETCH (UID 1 FLAGS (%s) MODSEQ (9))\r\n* 6 FETCH (UID 6 FLAGS (%s) MODSEQ (9))\r\n"


add(
    "Flags",
    *(
        row(f"SEARCH {criterion} finds everything", f"says that everything is {said}", C,
            _of_flag(criterion, _EVERYTHING), before=1, arrange=arrange, days=days)
        for criterion, said, arrange, days in (
            ("DELETED", "deleted", _PUT_AWAY, 0),
            ("DRAFT", "a draft", _PUT_AWAY, 0),
            ("KEYWORD $Junk", "junk", _JUNK, 0),
            ("ANSWERED", "answered", _REPLIED, 1),
        )
    ),
    *(
        row(f"SEARCH {criterion} finds nothing", f"says that nothing is {said}", C,
            _of_flag(criterion, _NOTHING), before=1, arrange=arrange)
        for criterion, said, arrange in (
            ("DELETED", "deleted", _PUT_AWAY),
            ("KEYWORD $Junk", "junk", _JUNK),
            ("ANSWERED", "answered", _REPLIED),
        )
    ),
    row("SEARCH KEYWORD refused with NO", "refuses to look for a keyword", C,
        _of_flag("KEYWORD $Junk", refused(b"NO no keywords")), before=1, arrange=_JUNK),
    row("SEARCH KEYWORD refused with BAD", "does not understand KEYWORD", C,
        _of_flag("KEYWORD $Junk", refused(b"BAD what?")), before=1, arrange=_JUNK),
    row("hangs up at KEYWORD", "hangs up where it is asked for a keyword", C,
        lambda call, a: cut(rb"")(a) if "KEYWORD" in call.arguments else a, before=1, arrange=_JUNK),
    row("SEARCH DELETED refused with NO", "refuses to look for a flag", C,
        _of_flag("DELETED", refused(b"NO not now")), before=1, arrange=_PUT_AWAY),
    row("SEARCH ANSWERED refused with BAD", "does not understand a flag", C,
        _of_flag("ANSWERED", refused(b"BAD what?")), before=1, arrange=_REPLIED),
    row("wrong FLAGS at first", "says of a new message that it is deleted and answered", C,
        of_bad(put(b"FLAGS ()", b"FLAGS (\\Deleted \\Answered)")), days=2),
    row("no list of flags", "does not say which flags there are, or says it as nobody reads it", C,
        on("EXAMINE", sub(rb"\* FLAGS [^\r]*", b"* FLAGS")), before=1, arrange=_JUNK),
    row("changes that are none", "says that messages were deleted and answered which were not", C,
        _of_changes(ahead(_LIE % ((b"\\Deleted \\Answered",) * 2))), before=1, arrange=_PUT_AWAY, counts=True, days=2),
    row("changes to nothing", "says of what was deleted that it bears no flag", C,
        _of_changes(sub(rb"FLAGS \([^)]*\)", b"FLAGS ()")), before=1, arrange=_PUT_AWAY, counts=True, days=1),
    row("changes that are kept back", "does not tell of a change, though it counted it", C,
        _of_changes(sub(rb"\* 2 FETCH [^\r]*\r\n", b"")), before=1, arrange=_PUT_AWAY, counts=True, days=1),
    row("changes refused with NO", "refuses to tell what changed", C, _of_changes(refused(b"NO not now")), before=1,
        arrange=_PUT_AWAY, counts=True),
    row("changes refused with BAD", "does not understand CHANGEDSINCE, though it says CONDSTORE", C,
        _of_changes(refused(b"BAD what?")), before=1, arrange=_PUT_AWAY, counts=True),
    row("changes that nobody can read", "breaks off in a list of changes, in garbage", C,
        _of_changes(sub(rb"\* 2 FETCH ", b"lorem ipsum\r\n")), before=1, arrange=_PUT_AWAY, counts=True),
    row("changes without end", "hangs up in a list of changes", L, _of_changes(cut(rb"FLAGS")), before=1,
        arrange=_PUT_AWAY, counts=True, stored=INBOX + SENT),
    row("HIGHESTMODSEQ goes back", "counts changes from the beginning", C, _since(lambda _: b"HIGHESTMODSEQ 1"),
        before=1, arrange=_PUT_AWAY, counts=True),
    row("HIGHESTMODSEQ runs ahead", "counts changes that are yet to come, and tells of none", C,
        _all_of(_since(lambda n: b"HIGHESTMODSEQ %d" % (n + 5)), _of_changes(instead(b"TAG OK done\r\n"))),
        before=1, arrange=_PUT_AWAY, counts=True),
    row("HIGHESTMODSEQ stands still", "does not count a change", C,
        _all_of(_since(lambda _: b"HIGHESTMODSEQ 2"), on("STATUS", sub(rb"HIGHESTMODSEQ \d+", b"HIGHESTMODSEQ 2"))),
        before=1, arrange=_PUT_AWAY, counts=True),
    row("NOMODSEQ", "no longer counts changes", C, _since(lambda _: b"NOMODSEQ"), before=1, arrange=_PUT_AWAY,
        counts=True),
)  # fmt: skip


def _letter(header: bytes, **said: bytes) -> Callable[[Honest], None]:
    def arrange(honest: Honest) -> None:
        uid = honest.put("INBOX", header, 1_773_900_000)
        for name, value in said.items():
            setattr(honest.boxes["INBOX"].letters[uid], name, value)

    return arrange


_FROM = b"From: zoe@zoe.example\r\nTo: info@example.com\r\nDate: Thu, 19 Mar 2026 06:00:00 +0000\r\n"
_MAIL = {
    "INTERNALDATE on 99 Foo": (_FROM + b"\r\n", {"date": b'"99-Foo-0000 25:61:61 +9999"'}),
    "INTERNALDATE NIL": (_FROM + b"\r\n", {"date": b"NIL"}),
    "INTERNALDATE of NUL and 8-bit": (_FROM + b"\r\n", {"date": b'"' + _8_BIT + b'"'}),
    "INTERNALDATE empty": (_FROM + b"\r\n", {"date": b'""'}),
    "INTERNALDATE in 1970": (_FROM + b"\r\n", {"date": b'"01-Jan-1970 00:00:00 +0000"'}),
    "INTERNALDATE in 9999": (_FROM + b"\r\n", {"date": b'"31-Dec-9999 23:59:59 -2359"'}),
    "INTERNALDATE of 100,000 octets": (_FROM + b"\r\n", {"date": b'"' + b"1" * 100_000 + b'"'}),
    "a size of 10^18": (_FROM + b"\r\n", {"size": b"999999999999999999"}),
    "a size of 2^64": (_FROM + b"\r\n", {"size": b"18446744073709551616"}),
    "10,000 flags": (_FROM + b"\r\n", {"flags": b"(" + b" ".join(b"$f%d" % n for n in range(10_000)) + b")"}),
    "flags of 8-bit and NUL": (_FROM + b"\r\n", {"flags": b"(\\Seen $\xff\xfe\x00)"}),
    "a small message with an empty header": (b"", {"size": b"18"}),
    "a small message with a header without fields": (b"no header at all", {"size": b"18"}),
    "a header of 1 MB": (_FROM + b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\n", {}),
    "1 MB in folded lines": (_FROM + b"Subject:" + b" x\r\n" * 250_000 + b"\r\n", {}),
    "10,000 References": (
        _FROM + b"References:" + b"".join(b" <%d@zoe.example>\r\n" % n for n in range(10_000)) + b"\r\n",
        {},
    ),
    "50,000 recipients": (_FROM + b"Cc: " + b", ".join(b"c%d@c.example" % n for n in range(50_000)) + b"\r\n\r\n", {}),
    "NUL in every field": (_FROM.replace(b": ", b": \0") + b"Message-ID: <a\0b@zoe.example>\r\n\r\n", {}),
    "8-bit in every field": (_FROM.replace(b": ", b": \xff\xfe\xc3") + b"Message-ID: <\xe9@zoe.example>\r\n\r\n", {}),
    "bare CR and LF": (b"From: zoe@zoe.example\rTo: info@example.com\nDate: x\r\r\n\n\r\n", {}),
    "protocol in a header": (
        _FROM + b"Subject: a)\r\n * 9 FETCH (UID 9)\r\nX: {3}\r\n\r\n)\r\n* BYE\r\nABCD1 OK done\r\n",
        {},
    ),
    "unbalanced quotes in From": (b'From: "zoe <zoe@zoe.example\r\nTo: "(((info@example.com\r\n\r\n', {}),
    "50,000 comments in From": (b"From: " + b"(" * 50_000 + b" zoe@zoe.example\r\n\r\n", {}),
}
add(
    "Mail that is hostile itself",
    *(
        row(name, f"holds a message: {name}", C, arrange=_letter(header, **said), forever=True)
        for name, (header, said) in _MAIL.items()
    ),
)  # fmt: skip
