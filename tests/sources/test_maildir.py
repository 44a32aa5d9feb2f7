"""Reading Maildir folders."""

from __future__ import annotations

import bz2
import gzip
import lzma
import mailbox
import os
import sys
import tracemalloc
from email.message import Message
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.app.polling.admission import Admission
from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import FetchedMessage, Listing, MailboxState, Source
from replywatch.sources.local.maildir import MaildirSettings, MaildirSource

ALL = (1 << 63) - 1
LONG_AGO = 1_700_000_000
NOISE = Random(7).randbytes(500_000)
"""Octets that no packing makes less."""


def mail(subject: str) -> bytes:
    return f"X-Unwanted: 1\nSubject: {subject}\nFrom: anna@example.org\n\nHello\n".encode()


def folder(path: Path, *parts: str) -> Path:
    for part in parts or ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    return path


def put(path: Path, name: str, content: bytes = mail("a"), arrived: int = LONG_AGO) -> Path:
    file = path / name
    file.write_bytes(content)
    os.utime(file, (arrived, arrived))
    return file


def age(path: Path, seconds: int = LONG_AGO) -> None:
    """Give the folders an mtime long past, so that nothing counts as changed just now."""
    for part in ("cur", "new"):
        os.utime(path / part, (seconds, seconds))


def look(path: Path, name: str = "INBOX") -> dict[str, FetchedMessage]:
    """Everything in a mailbox, cut as a poll does it: subject → message."""
    with MaildirSource(MaildirSettings(path)) as source:
        state = source.open(name, None)
        uids = source.uids(1, ALL)
        assert state.exists == len(uids)
        assert uids == sorted(set(uids))
        assert all(0 < uid < 1 << 63 for uid in uids)
        return {subject(message): message for message in map(Admission.cut, source.fetch(uids))}


def subject(message: FetchedMessage) -> str:
    return message.header.decode().partition("Subject: ")[2].partition("\n")[0]


def names(path: Path) -> list[str]:
    with MaildirSource(MaildirSettings(path)) as source:
        return [listing.name for listing in source.mailboxes()]


@pytest.fixture
def box(tmp_path):
    return folder(tmp_path / "Maildir")


def test_it_is_a_source():
    source: Source = MaildirSource(MaildirSettings(Path("x")))
    assert not source.in_order


def test_messages_have_header_date_flags_and_size(box):
    put(box, "cur/1.a.host:2,RS", mail("one"), 1_736_157_600)
    put(box, "new/2.a.host", mail("two"))
    messages = look(box)
    one = messages["one"]
    header = b"Subject: one\nFrom: anna@example.org\n"
    assert one == FetchedMessage(one.uid, header, 1_736_157_600, len(mail("one")), ("\\Answered", "\\Seen"))
    assert (messages["two"].internal_date, messages["two"].flags) == (LONG_AGO, ())
    assert len(messages) == 2


def test_reading_changes_nothing(box):
    put(box, "new/1.a.host")
    before = sorted((path, path.stat().st_mtime_ns) for path in box.rglob("*"))
    look(box)
    assert sorted((path, path.stat().st_mtime_ns) for path in box.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("1.a.host", ()),
        ("1.a.host:2,", ()),
        ("1.a.host:2,DFRST", ("\\Draft", "\\Flagged", "\\Answered", "\\Seen", "\\Deleted")),
        ("1.a.host:2,PRab", ("\\Answered",)),
        ("1.a.host:1,R", ()),
        ("1.a.RST.host", ()),
        ("1.a.host;2,R", ("\\Answered",)),
        ("1.a.host!2,R", ("\\Answered",)),
        ("1.a.host,S=12,W=13:2,R", ("\\Answered",)),
    ],
)
def test_flags(box, name, flags):
    put(box, f"cur/{name}")
    assert look(box)["a"].flags == flags


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("new/1.a.host", "cur/1.a.host:2,", True),
        ("new/1.a.host", "cur/1.a.host", True),
        ("cur/1.a.host:2,S", "cur/1.a.host:2,RS", True),
        ("cur/1.a.host:2,S", "cur/1.a.host;2,S", True),
        ("cur/1.a.host,S=5:2,S", "cur/1.a.host,S=5:2,", True),
        ("cur/1.a.host:2,S", "cur/1.a.host,U=7:2,S", True),  # numbered by mbsync
        ("cur/1.a.host,U=7,FMD5=0a1b:2,S", "cur/1.a.host,U=8,FMD5=0a1b:2,S", True),
        ("cur/1.a.host:2,S", "cur/2.a.host:2,S", False),
        ("cur/1.a.host:2,S", "cur/1.a.host,U=x:2,S", False),
        ("cur/1.a.host,a:2,S", "cur/1.a.host,b:2,S", False),
    ],
)
def test_a_uid_belongs_to_the_unique_part_of_the_name(box, before, after, same):
    file = put(box, before)
    old = look(box)["a"].uid
    file.rename(box / after)
    assert (look(box)["a"].uid == old) is same


def test_uids_stay_the_same_from_release_to_release(box):
    put(box, "cur/1736157600.M1P2.host,S=5:2,S")
    assert look(box)["a"].uid == 2636361340523316499


def test_uids_between(box):
    for number in range(20):
        put(box, f"cur/{number}.a.host")
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        uids = source.uids(1, ALL)
        assert source.uids(uids[5], uids[9]) == uids[5:10]
        assert source.uids(uids[5] + 1, uids[9] - 1) == uids[6:9]


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"\xef\xbb\xbfSubject: a\n\nSubject: body\n", b"Subject: a\n"),
        (b"\xef\xbb\xbfSubject: a\r\n\r\nSubject: body\n", b"Subject: a\n"),
        (b"Subject: a\n", b"Subject: a\n"),  # no empty line
        (b"Subject: a", b"Subject: a\n"),
        (b"Subject: a\r\n\r\nSubject: body\r\n", b"Subject: a\n"),
        (b"Subject: a\n\nSubject: body\n", b"Subject: a\n"),
        (b"X-Long: " + b"x" * 20_000 + b"\nSubject: a\n\nTo: body\n", b"Subject: a\n"),
        (b"Subject: a\n" + b"X-Long: " + b"x" * (3 << 20) + b"\nTo: too far\n\n", b"Subject: a\n"),
        *(
            (b"Subject: a\nX: " + b"x" * (8192 - 14 - cut) + b"\r\n\r\nTo: body\n\n", b"Subject: a\n")
            for cut in range(6)  # the empty line lies on the border of two reads
        ),
    ],
)
def test_only_the_header_is_read(box, content, header):
    put(box, "cur/1.a.host", content)
    (message,) = look(box).values()
    assert (message.header, message.size) == (header, len(content))


def test_a_file_from_before_1970_has_no_date(box):
    put(box, "cur/1.a.host", arrived=0)
    assert look(box)["a"].internal_date is None


def test_a_message_may_be_a_link(box):
    (box / "cur/1.a.host:2,R").symlink_to(put(box.parent, "elsewhere", mail("linked")))
    assert look(box)["linked"].flags == ("\\Answered",)


def test_what_is_no_message_is_left_out(box):
    put(box, "cur/1.a.host")
    put(box, "cur/.nfs0001")
    put(box, "tmp/2.a.host")
    put(box, "dovecot-uidlist", b"3 V1")
    put(box, "dovecot.index.log", b"")
    folder(box / "cur/3.a.host", "x")
    os.mkfifo(box / "cur/4.a.host")
    (box / "cur/5.a.host").symlink_to("5.a.host")
    assert len(look(box)) == 1


# What looks like mail and is not read


@pytest.mark.parametrize(
    ("content", "why", "packing"),
    [
        (b"", Why.EMPTY, ""),
        (b"\n", Why.NO_HEADER, ""),
        (b"\n" + mail("a"), Why.NO_HEADER, ""),
        (b"\r\n" + mail("a"), Why.NO_HEADER, ""),
        (b"\xef\xbb\xbf\n" + mail("a"), Why.NO_HEADER, ""),
        (gzip.compress(b"\n" + mail("a"), mtime=0), Why.NO_HEADER, "gzip"),
        (b"\n" * 9_000 + mail("a"), Why.NO_HEADER, ""),
        (b"Hello Anna,\nthis is what we said: nothing\n", Why.NO_HEADER, ""),
        (b"MIME-Version: 1.0\nContent-Type: text/plain\n\nFrom: anna\n", Why.NO_HEADER, ""),
        (mail("a").decode().encode("utf-16"), Why.UTF_16, ""),
        (b"\x04\x22\x4d\x18" + mail("a"), Why.PACKED, "lz4"),
        (b"Dovecot-LZ4\x0d\x2a\x9b\xc5\0\0\0" + mail("a"), Why.PACKED, "lz4"),
        (b"\x1f\x9d" + mail("a"), Why.PACKED, "compress"),
        (b"CRYPTED\x03\x07\x02" + mail("a"), Why.ENCRYPTED, ""),
        (b"\x1f\x8b\x08" + mail("a"), Why.DAMAGED, "gzip"),
        (b"BZh9" + mail("a"), Why.DAMAGED, "bzip2"),
        (b"\xfd7zXZ\0" + mail("a"), Why.DAMAGED, "xz"),
        (gzip.compress(b"\n\nHello\n", mtime=0), Why.NO_HEADER, "gzip"),
        (gzip.compress(b"", mtime=0), Why.NO_HEADER, "gzip"),
    ],
)  # fmt: skip
def test_files_that_are_no_message_are_there_left_out_and_named(box, content, why, packing):
    for number in range(3):
        put(box, f"cur/{number}.b.host:2,S", content)
    put(box, "cur/1.a.host")
    with MaildirSource(MaildirSettings(box)) as source:
        assert source.unread_files == ()
        assert source.open("INBOX", None).exists == 4
        assert [subject(message) for message in source.fetch(source.uids(1, ALL))] == ["a"]
        packing = "" if why is Why.NO_HEADER else packing
        assert source.unread_files == tuple(UnreadFile(f"cur/{n}.b.host:2,S", why, packing) for n in range(3))


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda octets: lzma.compress(octets, lzma.FORMAT_ALONE)],
    ids=["gzip", "bzip2", "xz", "lzma"],
)
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"X-Long: " + NOISE[:9_000].hex().encode() + b"\n"], ids=["", "a mark", "much"]
)
def test_packed_messages_are_read(box, pack, before):
    whole = before + mail("packed") + NOISE
    put(box, f"cur/1.a.host,S={len(whole)},W=7:2,RS", pack(whole))
    put(box, "cur/2.a.host:2,S", pack(mail("no size")))
    messages = look(box)
    one = messages["packed"]
    assert one == FetchedMessage(
        one.uid, b"Subject: packed\nFrom: anna@example.org\n", LONG_AGO, len(whole), ("\\Answered", "\\Seen")
    )
    assert len(messages) == 2


def test_of_a_packed_message_cut_short_the_header_is_read_as_far_as_it_goes(box):
    put(box, "cur/1.a.host", gzip.compress(mail("a") + NOISE)[:20_000])
    assert list(look(box)) == ["a"]


ZSTD = b"\x28\xb5\x2f\xfd\x20" + bytes([len(mail("a"))]) + (len(mail("a")) << 3 | 1).to_bytes(3, "little") + mail("a")
"""One block as it is."""


def test_zstd_is_read_where_python_can(box):
    put(box, "cur/1.a.host", ZSTD)
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        found = [subject(message) for message in source.fetch(source.uids(1, ALL))]
        if sys.version_info >= (3, 14):
            assert (found, source.unread_files) == (["a"], ())
        else:
            assert (found, source.unread_files) == ([], (UnreadFile("cur/1.a.host", Why.PACKED, "zstd"),))


@pytest.mark.parametrize(
    ("letters", "names", "flags"),
    [
        ("Sa", b"0 $Junk\n1 NonJunk\n", ("$Junk", "\\Seen")),
        ("Sb", b"0 $Junk\n1 NonJunk\n", ("NonJunk", "\\Seen")),
        ("Saz", b"0 work\n25 junk\n", ("Junk", "\\Seen")),
        ("Sc", b"0 $Junk\n", ("\\Seen",)),
        ("Sa", b"rubbish\n-1 Junk\n99 Junk\nx Junk\n\xff\n", ("\\Seen",)),
        ("Sa", b"", ("\\Seen",)),
    ],
)
def test_keywords_of_dovecot(box, letters, names, flags):
    put(box, f"cur/1.a.host:2,{letters}")
    (box / "dovecot-keywords").write_bytes(names)
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        (message,) = source.fetch(source.uids(1, ALL))
        assert message.flags == flags
        assert source.flagged(1, ALL, ()).bearers.get(message.uid, frozenset()) == set(flags) - {"\\Seen"}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("cut", [1, 20, 60])
def test_what_is_packed_in_parts_is_one_message(box, pack, cut):
    put(box, "cur/1.a.host", pack(mail("a")[:cut]) + pack(b"") + pack(mail("a")[cut:]))
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        (message,) = source.fetch(source.uids(1, ALL))
        assert message.header == mail("a")[: mail("a").index(b"\n\n") + 2]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("filling", [b"\n", b"X"])
def test_a_packed_header_without_end_costs_little(box, pack, filling):
    put(box, "cur/1.a.host", pack(b"Subject: a\nX: ") + pack(filling * (60 << 20)))
    put(box, "cur/2.a.host", pack(filling * (60 << 20)))
    tracemalloc.start()
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        list(source.fetch(source.uids(1, ALL)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [file.path for file in source.unread_files] == ["cur/2.a.host"]
    assert peak < 16 << 20


def test_files_beside_the_messages_are_named(box):
    folder(box / ".Sent")
    for name, content in (
        ("letter.eml", mail("a")),
        ("old/other.EML", mail("a")),
        (".Sent/more.eml", b""),
        ("Inbox", b"From - Mon Jan  6 10:00:00 2025\n" + mail("a")),
        ("archive.pst", b"!BDN"),
        ("years.tar.gz", gzip.compress(b"", mtime=0)),
        ("lost", mail("a")),
        ("notes.txt", b"To: do\n\nDate: today\n"),
        ("dovecot-uidlist", b"3 V1736157600 N3 G0123\n1 :1.a.host\n"),
        ("dovecot-keywords", b"0 $Junk\n"),
        ("subscriptions", b"V\t2\n\nSent\n"),
        ("maildirsize", b"5000S\n12 1\n"),
        ("report.docx", b"PK\3\4"),
        (".hidden.eml", mail("a")),
    ):
        put(folder((box / name).parent, "."), name.rpartition("/")[2], content)
    with MaildirSource(MaildirSettings(box)) as source:
        assert list(source.unread_files) == [
            UnreadFile(".Sent/more.eml", Why.SINGLE),
            UnreadFile("Inbox", Why.MBOX),
            UnreadFile("archive.pst", Why.OTHER_PROGRAM, ".pst"),
            UnreadFile("letter.eml", Why.SINGLE),
            UnreadFile("lost", Why.NO_SEPARATOR),
            UnreadFile("old/other.EML", Why.SINGLE),
            UnreadFile("years.tar.gz", Why.PACKED, "gzip"),
        ]


# Which mailboxes


def test_maildir_plus_plus(box):
    for name in (".Sent", ".INBOX.Archiv", ".Entw&APw-rfe", ".R&D", ".Kunden.S&APw-d", ".Käse"):
        put(folder(box / name), "cur/1.a.host", mail(name))
    folder(box / ".no mail", "x")
    expected = ["Entwürfe", "INBOX", "INBOX.Archiv", "Kunden.Süd", "Käse", "R&D", "Sent"]
    with MaildirSource(MaildirSettings(box)) as source:
        assert source.mailboxes() == [Listing(name, ".") for name in expected]
    assert list(look(box, "Kunden.Süd")) == [".Kunden.S&APw-d"]


def test_folders_in_folders(tmp_path):
    for name in ("INBOX", "Sent", "Kunden/2024", "Entw&APw-rfe", "Kunden/2024/S&APw-d"):
        put(folder(tmp_path / name), "cur/1.a.host", mail(name))
    expected = ["Entwürfe", "INBOX", "Kunden/2024", "Kunden/2024/Süd", "Sent"]
    with MaildirSource(MaildirSettings(tmp_path)) as source:
        assert source.mailboxes() == [Listing(name, "/") for name in expected]
    assert list(look(tmp_path, "Kunden/2024/Süd")) == ["Kunden/2024/S&APw-d"]


@pytest.mark.parametrize(
    ("folders", "listed"),
    [
        # Thunderbird
        (("Inbox", "Trash", "Trash.sbd/Old", "Trash.sbd/Old.sbd/1"), {"Inbox", "Trash", "Trash/Old", "Trash/Old/1"}),
        # KMail
        (("inbox", "trash", ".trash.directory/alt"), {"inbox", "trash", "trash/alt"}),
        # OfflineIMAP
        (("INBOX", "INBOX.Junk", "[Gmail].Trash"), {"INBOX", "INBOX.Junk", "[Gmail].Trash"}),
        # several Maildir++ in a folder
        (("anna", "anna/.Sent", "ben/.Sent"), {"anna", "anna/Sent", "ben/Sent"}),
        # isync's SubFolders Legacy
        (("Kunden", "Kunden/.2024"), {"Kunden", "Kunden/2024"}),
        # both ways of writing one name
        (("a/b", "a.sbd/b"), {"a/b", "./a.sbd/b"}),
    ],
)
def test_however_programs_write_down_what_is_below(tmp_path, folders, listed):
    for name in folders:
        put(folder(tmp_path / name), "cur/1.a.host", mail(name))
    with MaildirSource(MaildirSettings(tmp_path)) as source:
        assert set(source.mailboxes()) == {Listing(name, "/") for name in listed}


def test_a_folder_with_half_of_it(tmp_path):
    put(folder(tmp_path / "a", "cur"), "cur/1.a.host")
    put(folder(tmp_path / "b", "new"), "new/1.a.host")
    folder(tmp_path / "c", "tmp")
    assert names(tmp_path) == ["a", "b"]
    assert len(look(tmp_path, "a")) == len(look(tmp_path, "b")) == 1


def test_names_that_decode_alike_are_both_there(box):
    folder(box / ".Süd")
    folder(box / ".S&APw-d")
    folder(box / "INBOX")
    found = names(box)
    assert len(found) == len(set(found)) == 4
    assert {"INBOX", "Süd", "./INBOX"} < set(found)


def test_links_that_lead_in_circles_or_nowhere(box):
    folder(box / ".Sent")
    (box / "again").symlink_to(box)
    (box / "self").symlink_to("self")
    (box / "nowhere").symlink_to("missing")
    (box / "other").symlink_to(folder(box.parent / "shared"))
    assert names(box) == ["INBOX", "Sent", "other"]


def test_a_name_that_is_no_utf_8(box):
    try:
        folder(Path(os.fsdecode(os.fsencode(box) + b"/.M\xfcller")))
    except OSError:
        pytest.skip("the file system wants UTF-8")
    assert names(box) == ["INBOX", "M\\xfcller"]


# A mailbox that changes between two passes


def test_an_unchanged_mailbox_is_not_listed(box, monkeypatch):
    put(box, "cur/1.a.host")
    age(box)
    with MaildirSource(MaildirSettings(box)) as source:
        known = source.status("INBOX", None)
    with MaildirSource(MaildirSettings(box)) as source:
        monkeypatch.setattr(os, "scandir", None)
        assert source.status("INBOX", known) == known
        assert source.open("INBOX", known) == known


def delivered(box):
    put(box, "new/2.a.host")


def moved(box):
    (box / "new/1.a.host").rename(box / "cur/1.a.host:2,")


def deleted(box):
    (box / "new/1.a.host").unlink()


@pytest.mark.parametrize(("change", "exists"), [(delivered, 2), (moved, 1), (deleted, 0)])
def test_every_change_shows_in_the_bookmark(box, change, exists):
    put(box, "new/1.a.host")
    age(box)
    with MaildirSource(MaildirSettings(box)) as source:
        known = source.status("INBOX", None)
        change(box)
        state = source.status("INBOX", known)
        assert state.bookmark != known.bookmark
        assert (state.uidvalidity, state.uidnext, state.exists) == (known.uidvalidity, None, exists)
        assert source.open("INBOX", known).exists == len(source.uids(1, ALL)) == exists


def test_a_change_in_the_same_tick_of_the_clock_is_not_missed(box):
    put(box, "new/1.a.host")
    with MaildirSource(MaildirSettings(box)) as source:
        known = source.status("INBOX", None)
        tick = (box / "new").stat().st_mtime_ns
        put(box, "new/2.a.host")
        os.utime(box / "new", ns=(tick, tick))
        state = source.open("INBOX", known)
        assert (state.exists, len(source.uids(1, ALL))) == (2, 2)
        assert state.bookmark != known.bookmark


# A mailbox that changes while it is read


def test_a_file_renamed_meanwhile_is_found(box):
    for number in range(3):
        put(box, f"new/{number}.a.host", mail(str(number)))
    age(box)
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        messages = source.fetch(source.uids(1, ALL))
        found = [next(messages)]
        for file in list((box / "new").iterdir()):
            file.rename(box / "cur" / f"{file.name}:2,R")
        found += messages
    assert sorted(map(subject, found)) == ["0", "1", "2"]
    assert [message.flags for message in found] == [(), ("\\Answered",), ("\\Answered",)]


def test_a_file_deleted_meanwhile_is_left_out(box):
    for number in range(3):
        put(box, f"new/{number}.a.host", mail(str(number)))
    with MaildirSource(MaildirSettings(box)) as source:
        source.open("INBOX", None)
        uids = source.uids(1, ALL)
        (box / "new/1.a.host").unlink()
        assert sorted(map(subject, source.fetch([*uids, 12345]))) == ["0", "2"]
        assert len(source.uids(1, ALL)) == 2


def test_a_file_met_in_new_and_in_cur_counts_once(box):
    put(box, "new/1.a.host")
    put(box, "cur/1.a.host:2,R")
    assert look(box)["a"].flags == ("\\Answered",)


def test_a_listing_disturbed_by_renaming_is_made_again(box, monkeypatch):
    file = put(box, "cur/1.a.host:2,")
    age(box)
    scandir = os.scandir

    def disturbed(path):
        if path == box / "cur" and file.exists():
            file.rename(box / "cur/1.a.host:2,F")
            return scandir(box / "tmp")  # a directory need not show a file that is renamed while it is read
        return scandir(path)

    monkeypatch.setattr(os, "scandir", disturbed)
    assert look(box)["a"].flags == ("\\Flagged",)


def test_a_mailbox_deleted_meanwhile(box):
    folder(box / ".Sent")
    with MaildirSource(MaildirSettings(box)) as source:
        for part in ("cur", "new", "tmp"):
            (box / ".Sent" / part).rmdir()
        with pytest.raises(MailboxError, match="no Maildir folder any more"):
            source.open("Sent", None)
        with pytest.raises(MailboxError, match="no mailbox 'Other'"):
            source.status("Other", MailboxState(1, None, 0))


# What can't be read


@pytest.mark.parametrize(
    ("path", "text"),
    [("missing", "does not exist"), ("file", "not a folder"), ("empty", "not a Maildir"), ("file/x", "does not exist")],
)
def test_what_is_no_maildir_is_refused(tmp_path, path, text):
    put(tmp_path, "file")
    folder(tmp_path / "empty", "Documents")
    with pytest.raises(SourceError, match=text) as error, MaildirSource(MaildirSettings(tmp_path / path)):
        pass
    assert str(tmp_path / path) in error.value.text
    assert "cur and new" in error.value.hint


def refuse(monkeypatch, name, *paths):
    """Calls of `os.NAME` for these paths fail as for a user without permission (the tests may run as root)."""
    real = getattr(os, name)

    def refusing(path, *arguments):
        if path in paths:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments)

    monkeypatch.setattr(os, name, refusing)


def test_a_maildir_without_permission(box, monkeypatch):
    refuse(monkeypatch, "scandir", box)
    with pytest.raises(SourceError, match="Permission denied") as error, MaildirSource(MaildirSettings(box)):
        pass
    assert error.value.hint


def test_a_mailbox_without_permission_is_listed_and_says_so(box, monkeypatch):
    for name in (".Sent", ".Secret"):
        folder(box / name)
    refuse(monkeypatch, "scandir", box / ".Secret", box / ".Secret/new")
    assert names(box) == ["INBOX", "Secret", "Sent"]
    with MaildirSource(MaildirSettings(box)) as source, pytest.raises(MailboxError, match="Permission denied"):
        source.open("Secret", None)


def test_a_message_without_permission_is_listed_and_left_out(box, monkeypatch):
    put(box, "cur/1.a.host", mail("secret"))
    put(box, "cur/2.a.host", mail("open"))
    refuse(monkeypatch, "open", box / "cur/1.a.host")
    with MaildirSource(MaildirSettings(box)) as source:
        assert source.open("INBOX", None).exists == 2
        assert [subject(message) for message in source.fetch(source.uids(1, ALL))] == ["open"]
        assert source.unread_files == (UnreadFile("cur/1.a.host", Why.DENIED),)


# Size, and anything


def test_large_messages_in_little_memory(box):
    for number in range(40):
        put(box, f"cur/{number}.a.host", mail(str(number)) + b"x" * (1 << 20))
    look(box)  # what is imported and remembered at first use is not what grows
    tracemalloc.start()
    found = look(box)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 40
    assert peak < 1 << 20


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))


@settings(deadline=None)
@given(st.dictionaries(st.text("abc12", min_size=1), st.tuples(st.lists(lines), st.sets(st.sampled_from("DFRST")))))
def test_what_pythons_mailbox_wrote_is_read(tmp_path_factory, messages):
    path = tmp_path_factory.mktemp("mail") / "Maildir"
    written = mailbox.Maildir(path)
    for title, (body, flags) in messages.items():
        message = Message()
        message["Subject"] = title
        message.set_payload("\n".join(body).encode())
        stored = mailbox.MaildirMessage(message)
        stored.set_flags("".join(flags))
        stored.set_date(LONG_AGO)
        written.add(stored)
    found = look(path)
    letters = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}
    assert {title: {letters[flag] for flag in message.flags} for title, message in found.items()} == {
        title: flags for title, (_, flags) in messages.items()
    }
    assert {message.header for message in found.values()} == {f"Subject: {title}\n".encode() for title in messages}
    assert {message.internal_date for message in found.values()} <= {LONG_AGO}
