"""Where the messages of an mbox file begin, whatever program wrote it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mbox_files import ENVELOPE, append, look, mail, subjects, write
from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import FetchedMessage
from replywatch.sources.local.mbox import MboxSettings, MboxSource


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n", []),
        ("{F}Subject: a\n\n", ["a"]),
        ("{F}Subject: a\n\nbody", ["a"]),  # no final newline
        ("\n{F}Subject: a\n\n", ["a"]),  # an empty line first
        ("{F}Subject: a\n\n{F}Subject: b\n\nx\n", ["a", "b"]),  # nothing but a header
        ("{F}\nSubject: not in the header\n\n{F}Subject: b\n\n", ["b"]),
        ("{F}{F}Subject: a\n\n", ["a"]),
        ("\ufeff{F}Subject: a\n\n", ["a"]),
        ("\ufeff\n\n{F}Subject: a\n\n{F}Subject: b\n\n", ["a", "b"]),
        ("{F}>From b@example.org Mon Jan  6 09:00:00 2025 remote from b\nSubject: a\n\n", ["a"]),
        # without an empty line before the separator
        ("{F}Subject: a\n\nline\n{F}Subject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n{F}Subject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n\nline\nFrom - \nX-Mozilla-Status: 0001\nSubject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n\nline\nFrom b@example.org\nReceived: x\nSubject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n\nline\n{F}FCC: imap://x\nSubject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n\nline\nFrom - Mon Jan 06 10:00:00 2025\nMail-From: x\nSubject: b\n\n", ["a", "b"]),
        ("{F}Subject: a\n\nline\nFrom b@example.org\nTel.: 0123\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\nline\nFrom b@example.org I heard:\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\nline\n{F}no field\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\nline\nFrom here on it is prose, Mon Mar  3 1999\n{F}Subject: b\n\n", ["a", "b"]),
        # bodies
        ("{F}Subject: a\n\n{B}From here on it is Mon\n\n", ["a"]),
        ("{F}Subject: a\n\n>{F}Subject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}{F}\nSubject: b\n\n", ["a"]),  # nothing follows
        ("{F}Subject: a\n\n{B} {F}Subject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From you, on Mon Jan 6, I heard\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From - to\nnothing like a field\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}from x@y Mon Jan  6 10:00:00 2025\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From: x@y Mon Jan  6 10:00:00 2025\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From anna@example.org I heard:\nnothing like a field\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From anna@example.org:\nSubject: b\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From anna@example.org\nhttps://example.org\n\n", ["a"]),
        ("{F}Subject: a\n\n{B}From anna to ben@example.org\nSubject: b\n\n", ["a"]),
        # separators of other programs
        *(
            ("{F}Subject: a\n\n{B}" + line + "\nSubject: b\n\n", ["a", "b"])
            for line in (
                "From - Mon Jan 06 10:00:00 2025",
                "From - ",
                "From ",
                "From MAILER-DAEMON",
                "From MAILER-DAEMON Mon Jan  6 10:00:00 2025",
                "From ???@??? Mon Jan 06 10:00:00 2025",
                "From mboxrd@z Mon Jan  6 10:00 2025",
                "From 1483925374@xxx Tue Feb 22 14:16:20 +0000 2005",
                "From anna Sun.Day@example.org Mon Jan  6 10:00:00 CET 2025",
                "From anna@example.org Mon, 6 Jan 2025 10:00:00 +0100",
                "From anna@example.org Mon Jan  6 10:00:00 2025 remote from host",
                "From anna@example.org",
                "From anna@example.org 2025-01-06T10:00:00",
                "From anna@example.org Mo Jan  6 10:00:00 2025",
                "From anna@example.org lun. 6 janv. 2025 10:00",
                "From anna@example.org 1/6/2025 10:00:00 AM",
                "From <anna@example.org> 2025/01/06",
                "From anna@example.org, 6.1.2025",
                "From anna@example.org 2025 Jan 6",
                "From anna Mo Jan  6 10:00:00 2025",
                "From Anna Berg <anna@example.org> Mo, 6. Januar 2025 10:00:00",
                'From "Anna Example"@example.org Mon Jan  6 10:00:00 2025 +0100',
            )
        ),
    ],
)
def test_where_messages_begin(tmp_path, text, found, ends):
    content = text.replace("{F}", ENVELOPE).replace("{B}", "body\n\n").replace("\n", ends)
    assert subjects(look(write(tmp_path, content.encode()))[1]) == found


@pytest.mark.parametrize("line", ["From Anna, yesterday", "From anna 6. Januar", "From “Anna Berg” am Montag"])
@pytest.mark.parametrize("between", ["\n", ""])
def test_lines_that_look_as_the_first_one_of_the_file_separate_as_it_does(tmp_path, line, between):
    letter = f"{line}\nSubject: a\n\nFrom here on\nHello\n{between}"
    assert subjects(look(write(tmp_path, (letter * 3).encode()))[1]) == ["a", "a", "a"]
    usual = look(write(tmp_path, mail("a"), (letter * 3).encode()))[1]
    assert subjects(usual) == ["a"], "in another file they are prose"


@pytest.mark.parametrize(
    "field", ["Received: by x", "X-Mozilla-Status: 0001", "MIME-Version: 1.0", "Message-ID: <b@x>"]
)
@pytest.mark.parametrize("line", ["From Anna, yesterday", "From Anna Berg 06.01.2025", "From 2025-01-06"])
def test_any_line_separates_that_a_field_follows_which_nobody_writes_by_hand(tmp_path, line, field):
    path = write(tmp_path, mail("a"), f"line\n{line}\n{field}\nSubject: b\n\n".encode())
    assert subjects(look(path)[1]) == ["a", "b"]


@pytest.mark.parametrize("content", ["From: anna@example.org\nSubject: a\n\nbody\n", "From Anna, yesterday\n\nbody\n"])
def test_a_file_whose_separators_are_not_known_is_no_empty_mailbox(tmp_path, content):
    path = write(tmp_path, (content * 2).encode())
    with pytest.raises((MailboxError, SourceError)) as caught:
        look(path)
    assert "From" in caught.value.text
    assert caught.value.hint


def test_what_stands_before_the_first_message_is_named_as_long_as_it_is_there(tmp_path):
    path = write(tmp_path, ENVELOPE.encode(), b"\nlost its header\n\n", mail("a"))
    known, messages = look(path)
    assert subjects(messages) == ["a"]
    for content in ([], [mail("b")]):
        append(path, *content)
        with MboxSource(MboxSettings(path)) as source:
            source.status("info", known)
            assert source.unread_files == (UnreadFile("info.mbox", Why.NO_SEPARATOR),)


class TestLinesOfGit:
    """`git format-patch` writes mbox files, and people paste what it wrote into mail."""

    LINE = "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"

    def patch(self, number: int) -> bytes:
        subject = f"From: Ben <ben@example.org>\nDate: Mon, 6 Jan 2025 10:00:00 +0100\nSubject: [PATCH {number}]\n"
        return f"{self.LINE}{subject}\nWhy\n---\n diff\n-- \n2.39\n\n".encode()

    def test_they_separate_in_a_file_of_patches(self, tmp_path):
        patches = b"".join(self.patch(n) for n in range(3))
        assert subjects(look(write(tmp_path, patches))[1]) == ["[PATCH 0]", "[PATCH 1]", "[PATCH 2]"]
        with_mail = write(tmp_path, patches, mail("a"))
        assert subjects(look(with_mail)[1]) == ["[PATCH 0]", "[PATCH 1]", "[PATCH 2]", "a"]

    def test_in_the_text_of_mail_they_do_not(self, tmp_path):
        pasted = b"".join(self.patch(n) for n in range(3)).decode()
        path = write(tmp_path, mail("a", body=f"Look at these:\n\n{pasted}\nBye\n"), mail("b"))
        assert subjects(look(path)[1]) == ["a", "b"]


def test_lines_may_end_in_cr_alone(tmp_path):
    letters = [mail("a", "To: info@example.com"), mail("b", "X-Status: D"), mail("c", envelope="From Anna, 6.1.\n")]
    path = write(tmp_path, b"".join(letters).replace(b"\n", b"\r"))
    state, messages = look(path)
    assert subjects(messages) == ["a", "b"]
    assert messages[0] == FetchedMessage(
        1, b"To: info@example.com\nSubject: a\nFrom: anna@example.org\n", 1736157600, len(letters[0]) - len(ENVELOPE)
    )
    assert messages[1].flags == ("\\Deleted",)
    append(path, mail("d").replace(b"\n", b"\r"))
    assert subjects(look(path, state)[1]) == ["d"]


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ([">From: ben@example.org"], b"From: ben@example.org\n"),
        ([">from : ben@example.org"], b"from : ben@example.org\n"),
        (["From: anna@example.org", ">From: ben@example.org"], b"From: anna@example.org\n"),
    ],
)
def test_a_quoted_from_stands_for_the_field_where_there_is_none(tmp_path, fields, author):
    lines = "\n".join(fields)
    path = write(tmp_path, f"{ENVELOPE}{lines}\nTo: info@example.com\n\n>From: text\n".encode())
    assert look(path)[1][0].header == author + b"To: info@example.com\n"


class TestOneMessageThatIsMany:
    """A separator of a form that nobody knows: all the mail of years would be one message."""

    PICTURE = "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVs\n" * 100_000
    HEADER = "Received: from a by b\nFrom: ben@example.org\nDate: Mon, 6 Jan 2025 10:00:00 +0100\nMessage-ID: <{0}@b>\n"

    @pytest.mark.parametrize("between", ["=====\n", "\n\n", "text\n\n--end--\n\n\1\1\1\1\n", "From\n"])
    def test_it_is_an_error(self, tmp_path, between):
        letters = "".join(f"{between}{self.HEADER.format(n)}Content-Type: text/plain\n\nHi\n" for n in range(3))
        path = write(tmp_path, mail("a", body=self.PICTURE + letters))
        with pytest.raises(MailboxError, match="looks like many messages") as raised:
            look(path)
        assert raised.value.hint

    @pytest.mark.parametrize(
        ("before", "header", "times"),
        [
            ("", "", 1),
            ("---------- Forwarded message ---------\n", "From: ben@example.org\nDate: Mon\nSubject: x\nTo: anna\n", 9),
            ("--x\nContent-Type: message/rfc822;\n\tname=a\n\n", HEADER, 9),
            ("--x\n\n", HEADER, 9),
            ("--x\n\nFrom: c@example.org\nContent-Type: message/rfc822\n\n", HEADER, 9),
            ("\n", HEADER, 1),
        ],
        ids=["a picture", "forwarded", "attached", "a digest", "attached to what is attached", "one quoted"],
    )
    def test_a_large_letter_is_one(self, tmp_path, before, header, times):
        text = "".join(f"{before}{header.format(number)}\nHi\n" for number in range(times))
        assert len(look(write(tmp_path, mail("a", body=self.PICTURE + text)))[1]) == 1

    def test_so_is_a_small_one_whatever_it_holds_and_so_are_two(self, tmp_path):
        many = "".join(f"=====\n{self.HEADER.format(n)}\nHi\n" for n in range(9))
        assert len(look(write(tmp_path, mail("a", body=many)))[1]) == 1
        assert len(look(write(tmp_path, mail("a"), mail("b", body=self.PICTURE + many)))[1]) == 2


def test_what_an_earlier_release_divided_is_divided_anew(tmp_path):
    """Its messages may begin elsewhere by the rules of this one: the same place may name another message."""
    path = write(tmp_path, mail("a", body=f"text\n{ENVELOPE}Subject: b\n"))
    known, _ = look(path)
    bookmark = json.loads(known.bookmark)
    older = {key: bookmark[key] for key in ("size", "mtime_ns", "end", "count", "prints")}
    for before in (older, bookmark | {"rules": 1}):
        state, messages = look(path, replace(known, uidvalidity=3, bookmark=json.dumps(before)))
        assert (state.uidvalidity, subjects(messages)) == (4, ["a", "b"])
        assert look(path, state) == (state, [])


@pytest.mark.parametrize("beginning", [b"From ", b"From Anna, yester", b"From Anna, yesterday\nSubject: a\n"])
def test_one_that_is_still_being_written_is(tmp_path, beginning):
    """It isn't there to the end of its first header; what it will be can't be told."""
    assert look(write(tmp_path, beginning))[1] == []
