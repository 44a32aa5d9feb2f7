"""Mail that tries to steer terminals, spreadsheets and readers, in every field that is ever shown."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterator
from email.utils import formatdate

import pytest
from test_poll_command import on_a_terminal

from planted import Program, maildir_account
from replywatch.store.database import Database
from servers.honest import Honest
from servers.scripted import ScriptedServer
from story import at

STEERING = (
    "\x1b[2J\x1b[31m\x1b]8;;http://evil.example\x07\x1b\\\x1bPq\x9b1m\x9d0;x\x9c\x90\x85\x84"  # escape sequences, C1
    "\0\x07\x08\x0b\x0c\x7f\x1f"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"  # directions
    "\u200b\u200c\u200d\u2060\ufeff\u180e\u00ad\u2028\u2029\u034f"  # seen by nobody, and line ends
    "\U000e0001\U000e0041\U000e007f\ufff9\ufffa\ufffb\ufffe\uffff\U0010ffff\ue000\u0378"  # tags and no characters
)
BROKEN = b"\xed\xa0\x80\xff\xfe\x80\xc0\xaf"  # half a pair, and what is no UTF-8
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "\x1b=1",
    "\u200b=1",
]
WHEN = at("2024-03-04 08:00")

Fields = dict[str, bytes]


def encoded(text: str, charset: str = "utf-8") -> bytes:
    """`text` as an encoded word: so a line break and NUL get past the lines of a header."""
    raw = text.encode(charset, "surrogatepass")
    return b"=?%s?b?%s?=" % (charset.encode(), base64.b64encode(raw))


RAW = STEERING.replace("\0", "").encode() + BROKEN
WORD = encoded(f"x\r\nFrom: evil{STEERING}\ny")
HALF = b"=?utf-7?q?+2AA-?= =?utf-16-be?b?2AA=?= =?utf-8?q?=ED=A0=80?="
SQL = b"'\";DROP/**/TABLE/**/messages;--evil"
NASTY = b" ".join([RAW, WORD, HALF])
NOT_SPACE = re.sub(rb"\s", b"", RAW)


def letter(number: int, **changes: bytes) -> Fields:
    """A letter to info@ with something nasty in every field."""
    return {
        "From": b'"%s" <anna%d%s@anna%d.example>' % (NASTY, number, NOT_SPACE, number),
        "To": b"info@example.com, %s <bob%s@bob.example>" % (NASTY, NOT_SPACE),
        "Cc": NASTY,
        "Reply-To": NASTY + b" <reply%s@reply.example>" % NOT_SPACE,
        "Subject": b"Offer %d %s %s" % (number, NASTY, SQL),
        "Message-ID": b"<%d%s%s@anna.example>" % (number, NOT_SPACE, SQL),
        "Date": formatdate(WHEN + number).encode() + b" (%s)" % WORD,
        "References": b"<%d%s@x.example> <%dy%s>" % (number, NOT_SPACE, number, NOT_SPACE),
        "Received": b"from %s by %s; %s" % (NASTY, NASTY, formatdate(WHEN + number).encode()),
    } | {name.replace("_", "-"): value for name, value in changes.items()}


def letters() -> Iterator[tuple[str, Fields]]:
    """(folder, fields), as a Maildir holds them."""
    signs = {
        "Auto_Submitted": b"auto-replied " + NASTY,
        "Precedence": b"bulk " + NASTY,
        "List_Id": b"<%s.example> %s" % (NOT_SPACE, NASTY),
        "List_Unsubscribe": NASTY,
        "Return_Path": b"<>" + NASTY,
        "Content_Type": b"multipart/report; report-type=delivery-status; x=" + NASTY,
        "X_Loop": NASTY,
        "X_Failed_Recipients": NASTY,
        "X_Spam_Flag": b"YES " + NASTY,
        "X_Original_Sender": b"orig%s@orig.example" % NOT_SPACE,
        "X_Autoreply": NASTY,
        "X_Apple_Action": b"vacation " + NASTY,
        "X_AMAZON_MAIL_RELAY_TYPE": b"notification " + NASTY,
        "From": b"no-reply%s@robot.example (%s)" % (NOT_SPACE, NASTY),
    }
    yield "", letter(0)
    for number, (name, value) in enumerate(signs.items(), 1):
        yield "", letter(number, **{name: value})
    for number, formula in enumerate(FORMULAS, 50):
        text = encoded(formula)
        address = b'"%s"@f%d.example' % (formula.strip().encode(), number)
        yield "", letter(number, Subject=text, From=text + b" <%s>" % address, Reply_To=b"")
        message_id = re.sub(rb"\s", b"", formula.encode()) + b"%d" % number
        yield "", letter(number + 40, Subject=text, Message_ID=b"<%s>" % message_id, Reply_To=b"")
    sent = {"From": b"info@example.com", "To": b"anna0%s@anna0.example" % NOT_SPACE, "Reply_To": b""}
    yield ".Sent", letter(100, **sent, In_Reply_To=letter(0)["Message-ID"], Date=formatdate(WHEN + 9000).encode())
    yield ".Sent", letter(101, **(sent | {"From": b'"%s" <x%s@stranger.example>' % (NASTY, NOT_SPACE)}))
    yield ".Sent", letter(102, **sent, Date=formatdate(at("2024-01-01 09:00")).encode())
    nasty_folder = os.fsdecode((RAW + SQL).replace(b"/", b"").replace(b".", b""))
    yield f".evil{nasty_folder}", letter(103)
    yield "", letter(110, Message_ID=b"<same@x.example>")
    yield "", letter(111, Message_ID=b"<same@x.example>")
    yield "", {}
    yield "", {"Subject": NASTY * 2000}
    long = b"x" * 300_000
    yield "", letter(104, Subject=long, Message_ID=b"<%s@x.example>" % long, From=b"%s@%s.example" % (long, long))
    yield "", letter(105, List_Id=b"<%s>" % long, X_Failed_Recipients=long, Auto_Submitted=b"auto-replied " + long)
    stranger = b"%s@%s.stranger.example" % (long, long)
    yield ".Sent", letter(106, **(sent | {"From": stranger, "Message_ID": b"<%s@y.example>" % long}))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("hostile"), accounts={"info": maildir_account()})
    for number, (folder, fields) in enumerate(letters()):
        mailbox = program.folder / "mail" / folder
        for part in ("cur", "new", "tmp"):
            (mailbox / part).mkdir(parents=True, exist_ok=True)
        path = mailbox / "cur" / f"{WHEN + number}.{number}.host:2,"
        path.write_bytes(b"".join(b"%s: %s\n" % (name.encode(), value) for name, value in fields.items()) + b"\n")
        os.utime(path, (WHEN + number, WHEN + number))
    program.said = program.call("poll").stderr
    return program


def ids(office: Program) -> list[str]:
    return [row["id"] for row in office.lines("review", "-n", "1000")]


WORDS = {
    "poll": [()],
    "check": [(), ("--format", "json")],
    "report": [("--since", "all", *form) for form in ((), ("--format", "json"), ("--format", "csv"))],
    "waiting": [("--all",), ("--all", "--format", "json")],
    "export": [(), ("--format", "csv")],
    "review": [("-n", "1000", "--format", "jsonl")],
    "rebuild": [()],
    "forget": [("anna0@anna0.example", "--dry-run")],
    "purge": [("--before", "2031-01-01", "--dry-run")],
}
CALLS = [(command, *words) for command, every in WORDS.items() for words in every]
CONTROL = re.compile(r"\r|\x1b\[(?:[0-9;]*m|2K|1A|\?25[hl])")
"""What rich writes: colours, and what draws and wipes away a bar."""


def steering(text: str) -> set[str]:
    """What in `text` is neither printable nor a line end."""
    return {character for character in text if not character.isprintable() and character != "\n"}


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_every_command_says_nothing_but_printable_text(office, words):
    done = office.call(*words)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout or words[0] in ("poll", "rebuild")
    assert steering(done.stdout + done.stderr) == set()


@pytest.mark.parametrize("words", [w for w in CALLS if "--format" not in w], ids=" ".join)
def test_on_a_terminal_there_are_colours_besides(office, words):
    _, seen = on_a_terminal(office, *words)
    assert steering(CONTROL.sub("", seen)) == set()
    assert not re.findall(r"\x1b\[(?:31|2J|8)", seen) or words[0] == "check", "red is for errors alone"


def test_explain(office):
    found = ids(office)
    assert len(found) > 30
    for message in found:
        done = office.call("explain", message)
        assert done.returncode == 0
        assert steering(done.stdout) == set()


def test_a_message_id_that_several_have(office):
    done = office.call("explain", "same@x.example")
    assert done.returncode == 2
    assert "several messages have the id" in done.stderr
    assert steering(done.stderr) == set()


def test_a_review_at_the_keyboard(office):
    code, seen = on_a_terminal(
        office, "review", "-n", "9", "--seed", "3", typed="n\n2\nsame@x.example\nb\n" + "s\n" * 8 + "q\n"
    )
    assert code == 0
    assert "several messages have the id" in seen
    assert seen.count("  Kind  ") == 9
    assert steering(CONTROL.sub("", seen)) == set()


def test_json_is_valid_and_ascii(office):
    for words in CALLS:
        if words[-1] in ("json", "jsonl") or words == ("export",):
            text = office.call(*words).stdout
            assert text.isascii()
            for part in [text] if words[-1] == "json" else text.splitlines():
                assert "\ud800" not in json.dumps(json.loads(part), ensure_ascii=False)


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_nothing_is_endless(office, words):
    """A subject may be a megabyte long."""
    done = office.call(*words)
    assert len(done.stdout + done.stderr) < 200_000
    assert max(map(len, (done.stdout + done.stderr).splitlines())) < 20_000


@pytest.mark.parametrize("words", [w for w in CALLS if "csv" in w], ids=" ".join)
def test_no_cell_is_a_formula(office, words):
    rows = list(csv.reader(io.StringIO(office.call(*words).stdout)))
    assert len(rows) > 20
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")), cell
        assert not cell.startswith("-") or re.fullmatch(r"-[\d.]+", cell), cell


def test_no_word_of_a_mail_stands_in_a_statement(office, tmp_path, monkeypatch):
    """Values go by parameters alone: whatever mail says, the statements are made of the program's own words."""
    shutil.copytree(office.folder, tmp_path, dirs_exist_ok=True)
    program = Program(tmp_path)
    said: set[str] = set()

    def heard(name: str) -> None:
        method = getattr(Database, name)
        monkeypatch.setattr(Database, name, lambda self, sql, *values: said.add(sql) or method(self, sql, *values))

    for name in ("rows", "row", "value", "execute", "execute_many"):
        heard(name)
    (tmp_path / "mail/cur/1.again.host:2,").write_bytes(b"Subject: " + NASTY + SQL + b"\n\n")
    nasty = ids(office)[0]
    calls = [("rebuild",), ("mark", nasty, "--kind", "spam"), ("explain", "--", "'\" OR evil"), ("explain", nasty)]
    calls += [("forget", "evil'--@x.example", "--yes"), ("purge", "--before", "2024-03-04", "--yes")]
    for words in (("poll",), *calls, *CALLS):
        program.call(*words)
    assert len(said) > 100
    assert not [sql for sql in said if "evil" in sql or not sql.isascii() or "nasty" in sql]
    assert not [sql for sql in said if re.search(r"'[^']*[0-9a-f]{8}", sql)], "nor an id"


class TestFiles:
    NAMES = (RAW.replace(b"/", b"")[:200], "gr\u00fc\u00dfe\u202e.eml".encode(), b"caf\xe9.eml", b"line\nbreak.eml")

    @pytest.fixture
    def folder(self, tmp_path):
        for name in self.NAMES:
            lines = [b"%s: %s\n" % (field.encode(), value) for field, value in letter(1).items()]
            (tmp_path / os.fsdecode(name)).write_bytes(b"".join(lines) + b"\n")
        return Program(tmp_path)

    @pytest.mark.parametrize("form", ["text", "jsonl"])
    def test_explain(self, folder, form):
        missing = [os.fsdecode(b"no such \x1b[2J\xff")] if form == "jsonl" else []
        done = folder.call("explain", *map(os.fsdecode, self.NAMES), *missing, "--format", form)
        assert done.returncode == 0, done.stderr
        assert steering(done.stdout) == set()
        if form == "jsonl":
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            assert len(rows) == len(self.NAMES) + 1
            for row in rows:
                json.dumps(row, ensure_ascii=False).encode()  # no half of a pair, which other programs refuse
            assert {"caf\\xe9.eml", "gr\u00fc\u00dfe\u202e.eml"} <= {row["path"] for row in rows}


SERVERS = {
    "greeting": ({}, b"* BYE " + RAW + b"\r\n"),
    "login": ({"LOGIN": b"TAG NO %s\r\n" % RAW}, None),
    "names": ({"LIST": b'* LIST (\\%s) "/" "%s"\r\n* LIST () "/" INBOX\r\nTAG OK\r\n' % (NOT_SPACE, RAW)}, None),
    "list": ({"LIST": b"TAG NO %s\r\n" % RAW}, None),
    "examine": ({"EXAMINE": b"TAG NO %s\r\n" % RAW}, None),
    "search": ({"UID SEARCH": b"* %s\r\nTAG BAD %s\r\n" % (RAW, RAW)}, None),
    "capabilities": ({"CAPABILITY": b"* CAPABILITY IMAP4rev1 %s\r\nTAG OK\r\n" % NOT_SPACE}, None),
}


@pytest.mark.parametrize("case", SERVERS)
@pytest.mark.parametrize("words", [("poll",), ("check",), ("check", "--format", "json"), ("poll", "--debug")])
def test_what_servers_say(tmp_path, case, words):
    answers, greeting = SERVERS[case]
    honest = Honest()
    honest.put("INBOX", b"Subject: x\r\n\r\n", WHEN)
    with ScriptedServer(honest.answers() | answers, greeting=greeting or b"* OK hello\r\n") as server:
        keys = {"type": "imap", "host": server.host, "port": server.port, "tls": "none"}
        program = Program(tmp_path, accounts={"info": keys | {"username": "anna", "password": "x"}})
        done = program.call(*words, debug=True)
        assert steering(done.stdout + done.stderr) == set()
        if words == ("poll",) and program.store.exists():
            report = program.call("report", "--since", "all")
            assert steering(report.stdout + report.stderr) == set()
