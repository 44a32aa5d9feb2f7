"""Reading mbox files."""

from __future__ import annotations

import gzip
import json
import mailbox
import os
import shutil
import tracemalloc
from contextlib import closing, suppress
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbox_files import ALL, ENVELOPE, append, look, mail, subjects, write
from replywatch.domain.headers.header import keep_fields
from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import FetchedMessage, Listing, MailboxState, Source
from replywatch.sources.local import mbox_file
from replywatch.sources.local.mbox import MboxSettings, MboxSource

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"


def test_it_is_a_source():
    source: Source = MboxSource(MboxSettings(Path("x")))
    assert source.in_order


def test_messages_have_header_offset_date_and_size(tmp_path):
    path = write(tmp_path, mail("one"), mail("two", "X-Unwanted: 1", "To: info@example.com"))
    state, (one, two) = look(path)
    assert one == FetchedMessage(
        uid=1,
        header=b"Subject: one\nFrom: anna@example.org\n",
        internal_date=1736157600,
        size=len(mail("one")) - len(ENVELOPE),
    )
    assert two.uid == len(mail("one")) + 1
    assert two.header == b"To: info@example.com\nSubject: two\nFrom: anna@example.org\n"
    assert (state.uidvalidity, state.uidnext, state.exists) == (1, path.stat().st_size + 1, 2)


@pytest.mark.parametrize(
    ("separator", "instant"),
    [
        ("From a@b Tue Feb 22 14:16:20 2005", 1109081780),
        ("From a@b Tue Feb  1 14:16:20 2005", 1107267380),
        ("From 123@xxx Tue Feb 22 14:16:20 +0000 2005", 1109081780),
        ("From 123@xxx Tue Feb 22 14:16:20 +0100 2005", 1109078180),
        ("From a@b Tue Feb 22 14:16:20 2005 -0100", 1109085380),
        ("From a@b Tue Feb 22 14:16 2005", 1109081760),
        ("From - Tue Feb 22 14:16:20 2005", 1109081780),
        ("From a@b Tue, 22 Feb 2005 14:16:20 +0000", 1109081780),
        ("From - ", None),
        ("From a@b Tue Feb 99 14:16:20 2005", None),
        ("From a@b Tue Foo 22 14:16:20 2005", None),
        ("From a@b Tue Feb 22 99:16:20 2005", None),
        ("From a@b Tue Feb 22 14:16:20 9999", None),
    ],
)
def test_internal_date_is_the_separators(tmp_path, separator, instant):
    (message,) = look(write(tmp_path, mail("a", envelope=f"{separator}\n")))[1]
    assert message.internal_date == instant


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ([], ()),
        (["X-Mozilla-Status: 0000"], ()),
        (["X-Mozilla-Status: 0001"], ("\\Seen",)),
        (["x-mozilla-status: 0013", "X-Mozilla-Status2: 00000002"], ("\\Answered", "\\Seen")),
        (["X-Mozilla-Status: rubbish"], ()),
        (["X-Mozilla-Status: -2"], ()),
        (["Status: RO"], ("\\Seen",)),
        (["Status: RO", "X-Status: A"], ("\\Answered", "\\Seen")),
        (["Status: O", "X-Status: D"], ("\\Deleted",)),
        (["X-Mozilla-Status: 0001", "X-Mozilla-Status2: 00200000"], ("\\Deleted", "\\Seen")),
        (["X-Mozilla-Status2: 10200000"], ("\\Deleted",)),
        (["X-Mozilla-Status2: 00800008"], ()),
        (["X-Status: DFT"], ("\\Deleted", "\\Draft", "\\Flagged")),
        (["X-Old-Status: A"], ()),
        (["X-Keywords: $Junk  work"], ("$Junk",)),  # Dovecot and Alpine
        (["Status: RO", "X-Keywords: NonJunk $Junk"], ("$Junk", "NonJunk", "\\Seen")),
        (["X-Mozilla-Status: 0001", "X-Mozilla-Keys: $label1 junk       "], ("Junk", "\\Seen")),
        (["X-Keywords: "], ()),
    ],
)
def test_flags_noted_in_the_header(tmp_path, fields, flags):
    (message,) = look(write(tmp_path, mail("a", *fields, body="X-Status: A\nX-Mozilla-Status: 0002\n")))[1]
    assert message.flags == flags


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ([], None),
        (["X-Gmail-Labels:"], ()),
        (["X-Gmail-Labels: Inbox,Opened"], ("Inbox", "Opened")),
        (["x-gmail-labels: Sent, Sent,Draft versions ,"], ("Draft versions", "Sent")),
        (['X-Gmail-Labels: "Kunden, alt",Entwürfe'], ("Entwürfe", "Kunden, alt")),
        (['X-Gmail-Labels: Kunden "Süd",a"b'], ('Kunden "Süd', 'a"b')),
        (["X-Gmail-Labels: =?UTF-8?Q?Ge=C3=B6ffnet,Entw=C3=BCrfe?="], ("Entwürfe", "Geöffnet")),
        (["X-Gmail-Labels: =?UTF-8?Q?Ge=C3=B6ffnet,?=", " =?UTF-8?Q?Entw=C3=BCrfe?="], ("Entwürfe", "Geöffnet")),
        (["X-Gmail-Labels: Archiv", "\tund mehr,Brouillons"], ("Archiv\tund mehr", "Brouillons")),
        (["X-Gmail-Labels: =?bogus?Q?Drafts?=", "X-Gmail-Labels: Sent"], ("Drafts",)),
        (["X-Gmail-Labels: =?utf-8?X?Drafts"], ("=?utf-8?X?Drafts",)),
        (["X-Gmail-Labels: a," + "x" * 1001], ("a",)),
        (["X-Gmail-Labels: " + ",".join(f"{n:04}" for n in range(1200))], tuple(f"{n:04}" for n in range(1000))),
    ],
)  # fmt: skip
def test_labels_noted_in_the_header(tmp_path, fields, labels):
    (message,) = look(write(tmp_path, mail("a", *fields, body="X-Gmail-Labels: Trash\n")))[1]
    assert message.labels == labels


@pytest.mark.parametrize(
    ("value", "thread"), [("1483925374", "gmail:1483925374"), ("", None), ("12; DROP", None), ("١٢", None)]
)
def test_thread_of_takeout(tmp_path, value, thread):
    (message,) = look(write(tmp_path, mail("a", f"X-GM-THRID: {value}", body="X-GM-THRID: 7\n")))[1]
    assert message.thread == thread


def test_what_thunderbird_deleted_is_not_there(tmp_path):
    path = write(tmp_path, mail("a"), mail("gone", "X-Mozilla-Status: 0009"), mail("c", "X-Mozilla-Status: 0001"))
    state, messages = look(path)
    assert subjects(messages) == ["a", "c"]
    assert state.exists == 2
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", None)
        assert list(source.fetch([len(mail("a")) + 1])) == []


# A file that changes between two passes


def test_only_what_was_appended_is_listed(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"))
    first, _ = look(path)
    append(path, mail("c"))
    second, messages = look(path, first)
    assert subjects(messages) == ["c"]
    assert (second.uidvalidity, second.exists) == (first.uidvalidity, 3)
    third, messages = look(path, second)
    assert third == second
    assert messages == []


def test_an_unchanged_file_is_not_scanned(tmp_path, monkeypatch):
    path = write(tmp_path, mail("a") * 500)
    known, _ = look(path)
    read = count_octets(monkeypatch)
    with MboxSource(MboxSettings(path)) as source:
        assert source.status("info", known) == known
        assert source.open("info", known) == known
        assert source.uids(known.uidnext, ALL) == []
    assert read() < path.stat().st_size // 2


def test_a_grown_file_is_read_from_its_old_end_only(tmp_path, monkeypatch):
    path = write(tmp_path, mail("a", body="x" * 700 + "\n") * 4_000)
    known, _ = look(path)
    append(path, mail("b"))
    read = count_octets(monkeypatch)
    assert subjects(look(path, known)[1]) == ["b"]
    assert read() < 100_000 < path.stat().st_size // 20


def test_a_whole_pass_scans_once(tmp_path, monkeypatch):
    path = write(tmp_path, mail("a", body="x" * 70_000 + "\n") * 100)
    read = count_octets(monkeypatch)
    assert len(look(path)[1]) == 100
    assert read() < 1.6 * path.stat().st_size  # once, and each header twice


def count_octets(monkeypatch):
    """How many octets `os.pread` has read since."""
    total = 0
    pread = os.pread

    def counting(*arguments):
        nonlocal total
        data = pread(*arguments)
        total += len(data)
        return data

    monkeypatch.setattr(os, "pread", counting)
    return lambda: total


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([mail("b")], id="the first one is gone"),
        pytest.param([mail("a")], id="the last one is gone"),
        pytest.param([mail("b"), mail("c"), mail("d")], id="the first one is gone, and it grew"),
        pytest.param([mail("a"), mail("B"), mail("c")], id="the last one changed, and it grew"),
        pytest.param([mail("A"), mail("b")], id="the same size"),
        pytest.param([], id="emptied"),
    ],
)
def test_a_rewritten_file_is_a_new_epoch(tmp_path, content):
    path = write(tmp_path, mail("a"), mail("b"))
    known, _ = look(path)
    write(tmp_path, *content)
    os.utime(path, ns=(0, 0))  # never the old mtime, however coarse the clock is
    state, messages = look(path, known)
    assert state.uidvalidity == known.uidvalidity + 1
    assert len(messages) == len(content) == state.exists
    assert look(path, state)[0] == state


@pytest.mark.parametrize("bookmark", ["", "{", "[]", "{}", '{"size": 1}'])
def test_a_bookmark_not_understood_is_a_new_epoch(tmp_path, bookmark):
    path = write(tmp_path, mail("a"))
    state, messages = look(path, MailboxState(uidvalidity=7, uidnext=1, exists=0, bookmark=bookmark))
    assert state.uidvalidity == 8
    assert subjects(messages) == ["a"]


def test_a_file_only_touched_stays(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"))
    known, _ = look(path)
    os.utime(path, ns=(0, 0))
    state, messages = look(path, known)
    assert (state.uidvalidity, state.exists, messages) == (known.uidvalidity, 2, [])


def test_an_empty_file_may_fill(tmp_path):
    path = write(tmp_path)
    known, _ = look(path)
    assert (known.uidvalidity, known.uidnext, known.exists) == (1, 1, 0)
    append(path, mail("a"))
    state, messages = look(path, known)
    assert (state.uidvalidity, subjects(messages)) == (1, ["a"])


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [ENVELOPE, "From - \n", "From \n"])
def test_a_delivery_cut_at_any_octet_is_listed_once_in_the_end(tmp_path, separator, ends):
    """The message being written is met at every stage; at the end it was listed exactly once, with all its header."""
    before = mail("a", body="body\n\nFrom what I see\n").replace(b"\n", ends.encode())
    after = mail("b", "To: info@example.com", envelope=separator).replace(b"\n", ends.encode())
    for cut in range(len(after) + 1):
        path = write(tmp_path, before, after[:cut])
        first, early = look(path)
        append(path, after[cut:], mail("c"))
        second, late = look(path, first)
        assert subjects(early + late) == ["a", "b", "c"], cut
        assert (early + late)[1].header == b"To: info@example.com\nSubject: b\nFrom: anna@example.org\n", cut
        assert (second.uidvalidity, second.exists) == (first.uidvalidity, 3), cut
        assert first.exists == len(early), cut


def test_a_long_header_cut_is_listed_once_it_is_complete(tmp_path):
    path = write(tmp_path, mail("a"), mail("b", "X-Long: " + "x" * 5000).partition(b"Subject")[0])
    known, early = look(path)
    append(path, b"Subject: b\n\nbody\n")
    assert (subjects(early), subjects(look(path, known)[1])) == (["a"], ["b"])


def test_a_delivery_taken_back_is_no_new_epoch(tmp_path):
    path = write(tmp_path, mail("a"), ENVELOPE.encode(), b"Subject: b\n")
    known, _ = look(path)
    write(tmp_path, mail("a"))
    state, _ = look(path, known)
    assert (state.uidvalidity, state.exists) == (known.uidvalidity, 1)


def test_thunderbirds_marks_in_place_change_flags_and_count_but_not_the_epoch(tmp_path):
    path = write(tmp_path, *(mail(name, "X-Mozilla-Status: 0001") for name in "abc"))
    known, _ = look(path)
    content = path.read_bytes()
    at = content.index(b"Status: 0001", content.index(b"Status: 0001") + 1)
    path.write_bytes(content[:at] + b"Status: 0009" + content[at + 12 :] + mail("d"))
    state, messages = look(path, known)
    assert (state.uidvalidity, state.exists) == (known.uidvalidity, 3)
    assert subjects(messages) == ["d"]
    path.write_bytes(path.read_bytes().replace(b"Status: 0001", b"Status: 0003"))
    os.utime(path, ns=(0, 0))
    assert look(path, state)[0].uidvalidity == known.uidvalidity


@pytest.mark.parametrize(
    ("field", "large", "told"),
    [("", False, True), ("", True, False), ("X-Status: A", True, True), ("X-Mozilla-Status: 0002", True, True)],
)
def test_large_files_are_read_for_flags_where_programs_note_any(tmp_path, monkeypatch, field, large, told):
    path = write(tmp_path, *(mail(name, *filter(None, [field])) for name in "ab"))
    monkeypatch.setattr(mbox_file, "_LARGE", 10 if large else 1 << 20)
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", None)
        flagging = source.flagged(1, ALL, ())
    assert ("\\Answered" in flagging.told) == told
    assert len(flagging.bearers) == (2 if field else 0)


# A file that changes while it is read


def test_what_is_appended_meanwhile_waits_for_the_next_pass(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"))
    with MboxSource(MboxSettings(path)) as source:
        state = source.open("info", None)
        messages = source.fetch(source.uids(1, ALL))
        early = [next(messages)]
        append(path, mail("c"))
        assert subjects(early + list(messages)) == ["a", "b"]
    assert subjects(look(path, state)[1]) == ["c"]


@pytest.mark.parametrize("content", [b"", mail("B"), mail("x") * 9])
def test_a_file_rewritten_meanwhile_gives_an_error_and_no_rubbish(tmp_path, content):
    path = write(tmp_path, mail("a"), mail("b"))
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", None)
        messages = source.fetch(source.uids(1, ALL))
        next(messages)
        path.write_bytes(content)
        os.utime(path, ns=(0, 0))
        with pytest.raises(MailboxError, match="rewritten"):
            next(messages)


def test_a_file_replaced_meanwhile_is_read_to_its_end(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"))
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", None)
        write(tmp_path, mail("b"), name="compacted").replace(path)
        assert subjects(list(source.fetch(source.uids(1, ALL)))) == ["a", "b"]


# Any UIDs


def test_uids_between_and_messages_that_do_not_exist(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"), mail("c"))
    second, third = len(mail("a")) + 1, len(mail("ab")) + len(mail("a"))
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", None)
        assert source.uids(1, ALL) == [1, second, third]
        assert source.uids(2, third - 1) == [second]
        assert source.uids(second, second) == [second]
        assert source.uids(third + 1, ALL) == []
        assert subjects(list(source.fetch([third, 5, 1, ALL]))) == ["c", "a"]
        assert list(source.fetch([])) == []


def test_old_messages_can_be_listed_and_fetched_after_the_new_ones(tmp_path):
    path = write(tmp_path, mail("a"), mail("b"))
    known, _ = look(path)
    append(path, mail("c"))
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", known)
        assert subjects(list(source.fetch([1]))) == ["a"]
    with MboxSource(MboxSettings(path)) as source:
        source.open("info", known)
        assert len(source.uids(known.uidnext, ALL)) == 1
        assert len(source.uids(1, ALL)) == 3


def test_uids_out_of_a_later_window_are_the_same(tmp_path):
    path = write(tmp_path, *(mail(str(n), body="x" * (n % 97) + "\n") for n in range(50)))
    everything = [message.uid for message in look(path)[1]]
    known, _ = look(path)
    for first in range(1, path.stat().st_size + 2, 7):
        with MboxSource(MboxSettings(path)) as source:
            source.open("info", known)
            assert source.uids(first, ALL) == [uid for uid in everything if uid >= first]


# Size


def test_many_messages_in_little_memory(tmp_path):
    path = tmp_path / "big.mbox"
    with path.open("wb") as file:
        file.writelines(mail(str(n), body="x" * 70 * (n % 40) + "\n") for n in range(10_000))
    tracemalloc.start()
    with MboxSource(MboxSettings(path)) as source:
        state = source.open("big", None)
        uids = source.uids(1, ALL)
        count = sum(1 for _ in source.fetch(uids))
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert state.exists == len(uids) == count == 10_000
    assert peak < 5_000_000 < path.stat().st_size


@pytest.mark.parametrize("distance", range(-3, 52, 5))
def test_a_separator_on_the_border_of_two_blocks(tmp_path, distance):
    body = "x" * ((1 << 20) - len(mail("a", body="\n")) - distance)
    path = write(tmp_path, mail("a", body=f"{body}\n"), mail("b"))
    assert subjects(look(path)[1]) == ["a", "b"]


def test_a_header_without_end_is_cut(tmp_path):
    path = write(tmp_path, mail("a", "To: info@example.com", *["X-Long: " + "y" * 900] * 3000), mail("b"))
    messages = look(path)[1]
    assert [message.header[:20] for message in messages] == [b"To: info@example.com", b"Subject: b\nFrom: ann"]


# Which files


def test_a_file_alone_is_named_after_itself(tmp_path):
    for name, listed in (("info.mbox", "info"), ("Inbox", "Inbox"), ("Büro ü.mbox", "Büro ü")):
        with MboxSource(MboxSettings(write(tmp_path, mail("a"), name=name))) as source:
            assert source.mailboxes() == [Listing(listed, "")]


def test_thunderbirds_folder(tmp_path):
    for name in ("Inbox", "Sent", "Kunden.sbd/2024", "Kunden.sbd/Süd.sbd/a.b", "Kunden", "Empty", "Odd.name"):
        content = [] if name in ("Empty", "Kunden", "Odd.name") else [mail(name)]
        write(tmp_path, *content, name=name)
        write(tmp_path, b"// <!-- <mdb:mork", name=f"{name}.msf")
    write(tmp_path, b"version=9", name="msgFilterRules.dat")
    write(tmp_path, name="filterlog.html")
    write(tmp_path, name=".parentlock")
    with MboxSource(MboxSettings(tmp_path)) as source:
        names = ["Empty", "Inbox", "Kunden", "Kunden/2024", "Kunden/Süd/a.b", "Odd.name", "Sent"]
        assert source.mailboxes() == [Listing(name, "/") for name in names]
        source.open("Kunden/Süd/a.b", None)
        assert subjects(list(source.fetch(source.uids(1, ALL)))) == ["Kunden.sbd/Süd.sbd/a.b"]


@pytest.mark.parametrize(
    ("files", "listed"),
    [
        # Apple Mail
        (("Sent.mbox/mbox", "Kunden/Alt.mbox/mbox"), {"Sent", "Kunden/Alt"}),
        # KMail
        (("inbox", "trash", ".trash.directory/alt"), {"inbox", "trash", "trash/alt"}),
        # Thunderbird's copy of a server
        (("INBOX", "Entw&APw-rfe", "INBOX.sbd/Gel&APY-scht"), {"INBOX", "Entwürfe", "INBOX/Gelöscht"}),
        # imap-backup
        (("INBOX.mbox", "INBOX.Sent.mbox", "[Gmail]/Spam.mbox"), {"INBOX", "INBOX.Sent", "[Gmail]/Spam"}),
    ],
)
def test_however_programs_name_their_files(tmp_path, files, listed):
    for name in files:
        write(tmp_path, mail(name), name=name)
    write(tmp_path, name="Sent.mbox/table_of_contents")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert set(source.mailboxes()) == {Listing(name, "/") for name in listed}


@pytest.mark.parametrize("path", ["Sent.mbox", "Sent.mbox/mbox"])
def test_a_mailbox_of_apples_alone(tmp_path, path):
    write(tmp_path, mail("a"), name="Sent.mbox/mbox")
    with MboxSource(MboxSettings(tmp_path / path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Sent"]


def test_a_folder_may_end_as_a_file_does(tmp_path):
    write(tmp_path, mail("a"), name="all.mbox/Sent")
    with MboxSource(MboxSettings(tmp_path / "all.mbox")) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Sent"]


def test_takeout(tmp_path):
    one = mail(
        "a", "X-GM-THRID: 17", "X-Gmail-Labels: Gesendet", envelope="From 17@xxx Tue Feb 22 14:16:20 +0000 2005\n"
    )
    write(tmp_path, one.replace(b"\n", b"\r\n"), name="Mail/All mail Including Spam and Trash.mbox")
    write(tmp_path, b"<html>", name="archive_browser.html")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Mail/All mail Including Spam and Trash"]
        source.open("Mail/All mail Including Spam and Trash", None)
        (message,) = source.fetch(source.uids(1, ALL))
    assert (message.thread, message.internal_date) == ("gmail:17", 1109081780)
    assert b"X-Gmail-Labels: Gesendet" in message.header


def test_files_with_the_same_name_are_both_there(tmp_path):
    write(tmp_path, mail("a"), name="Inbox")
    write(tmp_path, mail("b"), name="Inbox.mbox")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["./Inbox.mbox", "Inbox"]


def test_a_name_that_is_no_utf_8(tmp_path):
    try:
        write(tmp_path, mail("a"), name=os.fsdecode(b"M\xfcller"))
    except OSError:
        pytest.skip("the file system wants UTF-8")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["M\\xfcller"]
        assert source.status("M\\xfcller", None).exists == 1


def test_links_that_lead_in_circles_or_nowhere(tmp_path):
    write(tmp_path, mail("a"), name="Inbox")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "nowhere").symlink_to("missing")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Inbox"]


def test_links_to_folders_are_followed_once(tmp_path):
    write(tmp_path, mail("a"), name="mail/Inbox")
    write(tmp_path, mail("b"), name="elsewhere/Sent")
    (tmp_path / "mail/Old.sbd").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mail/Same.sbd").symlink_to(tmp_path / "elsewhere")
    with MboxSource(MboxSettings(tmp_path / "mail")) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Inbox", "Old/Sent"]


@pytest.mark.parametrize(
    ("name", "content", "why", "form"),
    [
        ("Sent", b"end of a text\n\n" + mail("a"), Why.NO_SEPARATOR, ""),
        ("Sent", b"\0" * 40_000 + mail("a"), Why.NO_SEPARATOR, ""),
        ("Sent", b"\0" * 40 + mail("a"), Why.NO_SEPARATOR, ""),
        ("INBOX", b"*mbx*\r\n67c5550500000003\r\n\r\n", Why.OTHER_PROGRAM, ".mbx"),
        ("Sent", mail("a").decode().encode("utf-16-le"), Why.UTF_16, ""),
        ("Sent", mail("a").decode().encode("utf-16-be"), Why.UTF_16, ""),
        ("old.tar", b"Sent" + b"\0" * 96, Why.PACKED, "tar"),
        ("old.rar", b"Rar!\x1a\x07\0", Why.PACKED, "rar"),
        ("notes", b"Dear all,\n\nFrom now on\nwe write\n", None, ""),
        ("addonStartup.json.lz4", b"mozLz40\0abc", None, ""),
        ("places.sqlite", b"\0" * 40_000, None, ""),
    ],
)
def test_what_lies_beside_mailboxes_and_looks_like_mail_is_named(tmp_path, name, content, why, form):
    write(tmp_path, mail("a"), name="Inbox")
    write(tmp_path, content, name=name)
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Inbox"]
        assert source.unread_files == ((UnreadFile(name, why, form),) if why else ())


@pytest.mark.parametrize(
    ("name", "content", "text", "hint"),
    [
        ("a.mbox", gzip.compress(mail("a"), mtime=0), "gzip", "Unpack"),
        ("takeout.zip", b"PK\x03\x04", "zip", "Unpack"),
        ("a.eml", b"Subject: a\n\n", "not an mbox", "mbox"),
        ("a.mbox", b"\0" * 99, "not an mbox", "mbox"),
        ("folder/a.txt", b"nothing", "no mbox file", "`path`"),
        ("folder/a.mbox.gz", gzip.compress(mail("a"), mtime=0), "no mbox file", "unpacked"),
    ],
)
def test_what_is_no_mbox_is_refused(tmp_path, name, content, text, hint):
    path = write(tmp_path, content, name=name)
    with pytest.raises(SourceError, match=text) as error, MboxSource(MboxSettings(tmp_path / name.split("/")[0])):
        pass
    assert hint in error.value.hint
    assert str(path).startswith(error.value.text.split(" ")[0]) or "no mbox file" in error.value.text


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="does not exist") as error, MboxSource(MboxSettings(tmp_path / "x")):
        pass
    assert "`path`" in error.value.hint


def test_a_file_deleted_or_unknown(tmp_path):
    path = write(tmp_path, mail("a"))
    with MboxSource(MboxSettings(path)) as source:
        with pytest.raises(MailboxError, match="no mailbox 'other'"):
            source.status("other", None)
        path.unlink()
        with pytest.raises(MailboxError, match="can't be read: No such file"):
            source.open("info", None)


def test_a_file_without_permission_is_listed_and_says_so(tmp_path, monkeypatch):
    for name in ("Inbox", "Secret", "notes.txt"):
        write(tmp_path, mail("a"), name=name)
    refuse(monkeypatch, tmp_path / "Secret", tmp_path / "notes.txt")
    with MboxSource(MboxSettings(tmp_path)) as source:
        assert [mailbox.name for mailbox in source.mailboxes()] == ["Inbox", "Secret"]
        with pytest.raises(MailboxError, match="Secret can't be read: Permission denied") as error:
            source.open("Secret", None)
        assert error.value.hint
    with pytest.raises(SourceError, match="Permission denied"), MboxSource(MboxSettings(tmp_path / "Secret")):
        pass


def refuse(monkeypatch, *paths):
    """Opening these files fails, as it does for a user without permission (the tests may run as root)."""
    os_open, path_open = os.open, Path.open

    def refusing(real):
        def opened(path, *arguments, **options):
            if path in paths:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *arguments, **options)

        return opened

    monkeypatch.setattr(os, "open", refusing(os_open))
    monkeypatch.setattr(Path, "open", refusing(path_open))


# Real mail, and anything


@pytest.mark.parametrize("name", ["r-sig-debian", "r-help-2025"])
def test_the_sample_mailboxes(tmp_path, name):
    path = SAMPLES / f"{name}.mbox"
    if not path.exists():
        pytest.skip("no samples here")
    expected = {"r-sig-debian": 3656, "r-help-2025": 1206}[name]
    state, messages = look(path)
    assert state.exists == len(messages) == expected
    with closing(mailbox.mbox(shutil.copy(path, tmp_path))) as box:
        by_python = [keep_fields(message.as_bytes()) for message in box]
    assert [message.header.split(b"\n")[0] for message in messages] == [header.split(b"\n")[0] for header in by_python]
    assert None not in [message.internal_date for message in messages]


text_lines = st.text(st.sampled_from("ab From:>\u00fc\t"), max_size=20)
bodies = st.lists(st.one_of(text_lines, st.just(ENVELOPE.strip())), max_size=6).map("\n".join)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(codec="ascii", categories=("L", "N"))), bodies), max_size=8))
def test_what_pythons_mailbox_wrote_is_read(tmp_path_factory, messages):
    path = tmp_path_factory.mktemp("mail") / "info.mbox"
    box = mailbox.mbox(path)
    for subject, body in messages:
        message = Message()
        message["Subject"] = subject
        message["X-Number"] = "1"
        message.set_payload(body.encode())
        box.add(message.as_bytes())
    box.close()
    found = look(path)[1] if messages else []
    assert [message.header for message in found] == [f"Subject: {subject}\n".encode() for subject, _ in messages]


@settings(deadline=None)
@given(st.lists(st.sampled_from([ENVELOPE, "From ", "\n", "\r\n", "From - x\n", "a: b\n", "Status: RO\n", "\0", "é"])))
def test_any_content_can_be_read_and_read_on(tmp_path_factory, parts):
    path = write(tmp_path_factory.mktemp("mail"), ENVELOPE.encode(), "".join(parts).encode())
    state, early = None, []
    with suppress(MailboxError):  # the first line is none that separates messages
        state, early = listed(path)
    assert state is None or state.exists == len(early)
    append(path, b"\n\n", mail("last"))
    later, late = listed(path, state)
    assert state is None or later.uidvalidity == state.uidvalidity
    whole, together = listed(path)
    assert early + late == together
    assert later.exists == whole.exists
    assert json.loads(later.bookmark) == json.loads(whole.bookmark)
    assert subjects(look(path)[1])[-1] == "last"


def listed(path, known=None):
    """How a file stands, and the UIDs that came since `known`, whether their headers tell anything or not."""
    with MboxSource(MboxSettings(path)) as source:
        state = source.open(source.mailboxes()[0].name, known)
        return state, source.uids(known.uidnext if known else 1, ALL)


class TestWithoutAddresses:
    """A month of pipermail: who wrote is told in a way that no program understands, so that all of it would be lost."""

    @staticmethod
    def letter(author: str, sender: str = "anna at example.org", *, number: int = 1, body: str = "Hello") -> bytes:
        return (
            f"From {sender}  Mon Jan  6 10:00:0{number} 2025\nFrom: {author}\nDate: Mon, 6 Jan 2025 10:00:00 +0100\n"
            f"Subject: Oak\nMessage-ID: <{number}@example.org>\n\n{body}\n\n"
        ).encode()

    HIDDEN = (
        "anna at example.org (Anna Berg)",
        "anna at example.org",
        "=?utf-8?q?x?= at example.org",
        "anna.berg+x at mail.example.org (=?utf-8?q?Anna_M=C3=BCller?=\n =?utf-8?q?_Berg?=)",
        "anna @end|ng |rom ex@mp|e@org (Anna Berg)",
    )
    SHOWN = (
        "Anna Berg <anna@example.org>",
        "Anna at Example.Org <anna@example.org>",
        "anna@example.org (Anna at example.org)",
        '"anna at example.org" <anna@example.org>',
        "Anna at home",
        "Anna Berg",
        "Anna B at example.org",
    )

    @pytest.mark.parametrize("author", HIDDEN)
    def test_it_is_refused_and_a_raw_one_is_named(self, tmp_path, author):
        path = write(tmp_path, self.letter(author), self.letter(author, number=2))
        with pytest.raises(SourceError, match="names people without their addresses") as raised:
            look(path)
        assert str(path) in raised.value.text
        assert "raw archive" in raised.value.hint

    @pytest.mark.parametrize("author", SHOWN)
    def test_what_reads_like_it_is_an_address_or_a_name(self, tmp_path, author):
        _, messages = look(write(tmp_path, self.letter(author)))
        assert len(messages) == 1

    @pytest.mark.parametrize("number", [0, 1, 2])
    def test_one_whole_address_says_that_it_is_an_ordinary_file(self, tmp_path, number):
        letters = [self.letter("eva at example.org (Eva)", number=n) for n in range(3)]
        letters[number] = self.letter("eva@example.org", number=number)
        _, messages = look(write(tmp_path, *letters))
        assert len(messages) == 3

    def test_what_a_letter_quotes_says_nothing(self, tmp_path):
        quoted = "From: eva at example.org (Eva)\n\nFrom eva at example.org  Mon Jan  6\nFrom: eva at example.org"
        _, messages = look(write(tmp_path, self.letter("anna@example.org", body=quoted)))
        assert len(messages) == 1
        with pytest.raises(SourceError, match="without their addresses"):
            look(write(tmp_path, self.letter("anna at example.org", body="From: eva@example.org\n\nx@example.org")))

    def test_in_a_folder_the_other_files_are_read(self, tmp_path):
        write(tmp_path, self.letter("anna at example.org (Anna)"), name="2025-January.txt")
        write(tmp_path, mail("one"), name="2025-February.mbox")
        with MboxSource(MboxSettings(tmp_path)) as source:
            assert [listing.name for listing in source.mailboxes()] == ["2025-February", "2025-January.txt"]
            assert source.open("2025-February", None).exists == 1
            for ask in (source.status, source.open):
                with pytest.raises(MailboxError, match="without their addresses") as raised:
                    ask("2025-January.txt", None)
                assert "raw archive" in raised.value.hint

    def test_it_takes_no_time_that_grows_faster_than_the_file(self, tmp_path):
        for author in ("a." * 30_000 + "<", "a at " + "b." * 30_000 + "<", "a at b.c " * 7_000):
            _, messages = look(write(tmp_path, self.letter(author)))
            assert len(messages) == 1
