"""Files that look like mail and are not read are named: nothing is left out without a word."""

import gzip
import json

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.render.unread_files import LISTED, NAMED, files_hint, files_text, files_value
from story import Story

LZ4 = b"\x04\x22\x4d\x18 of a plugin"
LETTER = b"From: anna@example.org\nDate: Mon, 4 Mar 2024 09:00:00 +0100\nSubject: Oak\nMessage-ID: <1@x>\n\nHello\n"
SEPARATOR = b"From anna@example.org Mon Mar  4 08:00:00 2024\n"


@pytest.fixture
def maildir(tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    plant_maildir(story, tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


@pytest.fixture
def mboxes(tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/Inbox").write_bytes(SEPARATOR + LETTER)
    return Program(tmp_path, accounts={"info": maildir_account() | {"type": "mbox"}})


def test_a_poll_names_them_when_they_come_and_once_a_day(maildir):
    mail = maildir.folder / "mail"
    assert maildir.call("poll", "--quiet").stderr == ""
    (mail / "cur/5.lz4:2,S").write_bytes(LZ4)
    (mail / "cur/6.empty:2,S").write_bytes(b"")
    (mail / "letter.eml").write_bytes(LETTER)
    done = maildir.call("poll", "--quiet")
    assert done.returncode == 0
    assert done.stderr == (
        "info: 3 files look like mail and were not read: cur/5.lz4:2,S (packed: lz4), cur/6.empty:2,S (empty),"
        " letter.eml (one message alone)\n"
        "  Unpack what is packed; or, where a mail server packed it, read the account by IMAP. Restore what is damaged"
        " or empty from a backup, or delete it. Put single messages into a Maildir, or into an mbox.\n"
    )
    assert maildir.call("poll", "--quiet").stderr == "", "cron would write a mail every time"
    assert "3 files look like mail and were not read" in maildir.call("poll").stderr
    (mail / "letter.eml").unlink()
    assert "2 files look like mail and were not read" in maildir.call("poll", "--quiet").stderr


def test_programs_are_told_too(maildir):
    (maildir.folder / "mail/cur/5.lz4:2,S").write_bytes(LZ4)
    (account,) = json.loads(maildir.call("poll", "--format", "json").stdout)["accounts"]
    first = [{"file": "cur/5.lz4:2,S", "why": "packed", "form": "lz4"}]
    assert (account["unread"], account["unread_files"]) == (1, {"count": 1, "first": first})
    report = json.loads(maildir.call("report", "--since", "all", "--format", "json").stdout)
    assert [warning["count"] for warning in report["warnings"] if warning["code"] == "messages_unread"] == [1]


def test_three_files_without_a_header_are_three_and_no_message(maildir):
    for number in range(3):
        (maildir.folder / f"mail/cur/{number}.none:2,S").write_bytes(b"\n" + LETTER)
    said = maildir.call("poll").stderr
    assert "info: 2 new messages" in said
    assert "3 files look like mail and were not read: cur/0.none:2,S (no header), cur/1.none:2,S (no header)" in said
    assert json.loads(maildir.call("report", "--since", "all", "--format", "json").stdout)["ledger"]["read"] == 2


def test_a_mailbox_of_nothing_else_is_an_error_from_the_first_poll_on(maildir):
    for file in (maildir.folder / "mail/cur").iterdir():
        file.write_bytes(b"\n" + LETTER)
    (maildir.folder / "mail/cur/5.lz4:2,S").write_bytes(LZ4)
    for _ in range(2):
        done = maildir.call("poll")
        assert done.returncode == 3
        assert "none of the 2 messages in mailbox 'INBOX' could be read" in done.stderr
        assert "look at the files, which `check` names" in done.stderr
        assert "2 files look like mail and were not read" in done.stderr


def test_check_names_them(maildir):
    (maildir.folder / "mail/cur/5.lz4:2,S").write_bytes(LZ4)
    (maildir.folder / "mail/letter.eml").write_bytes(LETTER)
    found = json.loads(maildir.call("check", "--format", "json").stdout)["findings"]
    (finding,) = [finding for finding in found if finding["topic"] == "files"]
    assert (finding["level"], finding["code"]) == ("warning", "unread_files")
    assert finding["what"] == (
        "2 files look like mail and were not read: cur/5.lz4:2,S (packed: lz4), letter.eml (one message alone)"
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Sent", b"\xff\xfe" + (SEPARATOR + LETTER).decode().encode("utf-16-le"), "Sent (UTF-16)"),
        ("Sent", LETTER, "Sent (doesn't begin as an mbox)"),
        ("Sent.mbox", b"lost\n", "Sent.mbox (doesn't begin as an mbox)"),
        ("Sent", SEPARATOR + b"\nlost its header\n\n" + SEPARATOR + LETTER, "Sent (doesn't begin as an mbox)"),
        ("Sent", SEPARATOR + b"X-Nothing: 1\n\nHello\n", "Sent (0) (no header)"),
        ("Sent.gz", gzip.compress(SEPARATOR + LETTER), "Sent.gz (packed: gzip)"),
        ("old/Sent.ZIP", b"PK\3\4", "old/Sent.ZIP (packed: zip)"),
        ("Sent", b"BZh91AY", "Sent (packed: bzip2)"),
        ("1.eml", LETTER, "1.eml (one message alone)"),
        ("mail.pst", b"!BDN", "mail.pst (.pst)"),
        ("S\x1b[31ment.xz", b"\xfd7zXZ\0", "S\N{REPLACEMENT CHARACTER}[31ment.xz (packed: xz)"),
    ],
)
def test_what_lies_beside_mboxes_is_named(mboxes, name, content, said):
    path = mboxes.folder / "mail" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    for command in ("check", "poll", "poll"):
        done = mboxes.call(command)
        words = " ".join((done.stdout + done.stderr).split())
        assert f"1 file looks like mail and was not read: {said}" in words, command


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Sent", b"\xef\xbb\xbf" + SEPARATOR + LETTER),
        ("Inbox.msf", b"// <!-- <mdb:mork"),
        ("archive_browser.html", b"<html>"),
        ("notes.txt", b"To: do\n\nDate: today\nFrom: me\n"),
        ("letter.docx", b"PK\3\4"),
        ("Empty", b""),
        (".hidden.gz", b""),
    ],
)
def test_what_is_read_or_is_no_mail_is_not(mboxes, name, content):
    (mboxes.folder / "mail" / name).write_bytes(content)
    assert "not read" not in mboxes.call("check").stdout
    assert "not read" not in mboxes.call("poll").stderr


def test_of_many_some_are_named():
    files = [UnreadFile(f"{number:03}", why) for number in range(200) for why in (Why.EMPTY, Why.DENIED)]
    assert files_text(files).endswith(f"002 (empty) and {400 - NAMED} more")
    assert files_hint(files).count("backup") == 1
    value = files_value(files)
    assert (value["count"], len(value["first"])) == (400, LISTED)


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_words(why):
    files = [UnreadFile("a", why, "x")]
    assert files_text(files).startswith("1 file looks like mail and was not read: a (")
    assert files_hint(files)
