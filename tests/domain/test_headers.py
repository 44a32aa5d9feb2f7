"""Header blocks: which fields are read, and what they say."""

from __future__ import annotations

from email.parser import BytesHeaderParser
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers import addresses, dates
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.headers.header import (
    FETCH_FIELDS,
    HEADER_LIMIT,
    SUBJECT_LIMIT,
    has_fields,
    keep_fields,
    message_ids,
    parse_header,
)
from replywatch.domain.messages import Address

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"

WHOLE = b"""\
Return-Path: <anna@customer.example>\r
Received: from b (b [192.0.2.2]) by c with ESMTP id 2\r
\tfor <info@example.com>; Mon, 06 Jul 2026 09:12:45 +0200 (CEST)\r
Received: from a by b; Mon, 06 Jul 2026 09:00:00 +0200\r
Delivered-To: info@example.com\r
Delivered-To: team@example.com\r
X-Original-To: Info@example.com\r
Resent-To: Team@example.com, bob@example.com\r
X-Original-From: Anna <anna@customer.example>\r
X-Original-Sender: anna@customer.example\r
From: =?utf-8?q?J=C3=B6rg?= <joerg@customer.example>\r
Sender: office@customer.example\r
Reply-To: anna@customer.example\r
To: info@example.com\r
Cc: bob@example.com\r
CC: carol@example.com\r
Bcc: dave@example.com\r
Subject: Re: =?utf-8?q?Anfrage_=C3=BC?=\r
 =?utf-8?q?ber?=  Fenster\r
Date: Mon, 6 Jul 2026\r
 09:12:43 +0200\r
Message-ID:\r
 <1@customer.example>\r
X-Google-Original-Message-ID: <g@customer.example>\r
X-Microsoft-Original-Message-ID: <m@customer.example>\r
In-Reply-To: <0@example.com>\r
References: <00@example.com>\r
\t<0@example.com>\r
Auto-Submitted: no\r
Precedence: list\r
PRECEDENCE : bulk\r
X-Mailer: not wanted\r
\r
Subject: of the body\r
"""


def test_every_field_finds_its_place():
    header = parse_header(WHOLE)
    assert header.message_id == "1@customer.example"
    assert header.aliases == ("m@customer.example", "g@customer.example")
    assert header.in_reply_to == ("0@example.com",)
    assert header.references == ("00@example.com", "0@example.com")
    assert header.date == 1_783_321_963
    assert header.date_has_zone
    assert header.date_text == "Mon, 6 Jul 2026 09:12:43 +0200"
    assert header.received == header.date + 2
    assert header.from_ == (Address("Jörg", "joerg@customer.example"),)
    assert header.sender == (Address("", "office@customer.example"),)
    assert header.reply_to == (Address("", "anna@customer.example"),)
    assert header.to == (Address("", "info@example.com"),)
    assert header.cc == (Address("", "bob@example.com"), Address("", "carol@example.com"))
    assert header.bcc == (Address("", "dave@example.com"),)
    assert header.delivered_to == (Address("", "info@example.com"), Address("", "team@example.com"))
    assert header.x_original_to == (Address("", "info@example.com"),)
    assert header.resent_to == (Address("", "team@example.com"), Address("", "bob@example.com"))
    assert header.x_original_from == (Address("Anna", "anna@customer.example"),)
    assert header.x_original_sender == (Address("", "anna@customer.example"),)
    assert header.subject == "Re: Anfrage über Fenster"
    assert header.fields == {
        "return-path": ("<anna@customer.example>",),
        "auto-submitted": ("no",),
        "precedence": ("list", "bulk"),
    }


def test_an_empty_header_says_nothing():
    header = parse_header(b"")
    assert header.message_id is None
    assert header.date is None
    assert not header.date_has_zone
    assert header.received is None
    assert header.subject == header.date_text == ""
    assert header.from_ == header.to == header.references == header.aliases == ()
    assert header.fields == {}


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n"])
def test_line_ends_make_no_difference(end):
    assert parse_header(WHOLE.replace(b"\r\n", end)) == parse_header(WHOLE)


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: a", "a"),
        (b"subject:a\n", "a"),
        (b"SUBJECT \t:  a  \n", "a"),
        (b"Subject:\n a\n", "a"),
        (b"Subject: a\n \n b\n", "a b"),
        (b"Subject: a\n\tb\n  c\n", "a b c"),
        (b"Subject:\nSubject: a\nSubject: b\n", "a"),
        (b"From x@example.com Mon Jan  1 10:00:00 2024\nSubject: a\n", "a"),
        (b"rubbish\n more: rubbish\nSubject: a\n", "a"),
        (b": nameless\nSubject: a\n", "a"),
        (b"Subject: a\nno colon\nTo: x@example.com\n", "a"),
        (b" Subject: no field\n", ""),
        (b"\nSubject: in the body\n", ""),
        (b"\r\nSubject: in the body\r\n", ""),
        (b"To: x@example.com\n\nSubject: in the body\n", ""),
        (b"To: x@example.com\n\n Subject: in the body\nSubject: too\n", ""),
        (b"To: x@example.com\n \nSubject: a\n", "a"),  # white space continues a field, it doesn't end the header
        (b"X-Subject: a\nSubject-X: b\nSub ject: c\n", ""),
        (b"To: x@example.com\rSubject: hidden\n", ""),
        (b"Subject: f\xc3\xbcr\n", "für"),
        (b"Subject: f\xfcr\nX-Loop: \xc3\xbc\n", "für"),
        (b"Subject: \xff\xfe\xed\xa0\x80\n", "ÿþí\xa0€".replace("\xa0", " ")),
        (b"Subject: a\x85b\xe2\x80\xa8c\x0bSubject: d\n", "a…bâ€¨c Subject: d"),
    ],
)
def test_lines_become_fields(raw, subject):
    assert parse_header(raw).subject == subject


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("", ()),
        ("<a@x>", ("a@x",)),
        ("<a@x> <b@x>", ("a@x", "b@x")),
        ("<a@x><b@x>", ("a@x", "b@x")),
        ("<a@x>,<b@x>,\t<c@x>", ("a@x", "b@x", "c@x")),
        ('"<a@x>" "<b@x>"', ("a@x", "b@x")),
        ("<a@ x>", ("a@x",)),  # folded inside
        ("<A@X>", ("A@X",)),  # case counts
        ("<no-at-sign>", ("no-at-sign",)),
        ("<>", ()),
        ("< >", ()),
        ("<a@x> <b@x> <a@x>", ("b@x", "a@x")),  # the parent stays last
        ("a@x", ("a@x",)),
        ("a@x b@x", ("a@x", "b@x")),
        ("a@x, b@x", ("a@x", "b@x")),
        ('"a@x"', ("a@x",)),
        ("no id at all", ()),
        ('Your message of "Mon, 1 Jan 2024 10:00:00" <a@x>', ("a@x",)),
        ("Message from Anna <anna@example.com> of Monday <a@x>", ("a@x",)),
        ("<a@x> from Anna <anna@example.com> on Monday", ("a@x",)),
        ("<a@x> <b@x> (was: <c@x>)", ("a@x", "b@x")),
        ("<a@x> (anna@example.com's message of Monday)", ("a@x",)),
        ("anna@example.com's message of Monday", ()),
        ("b@x> <c@x> <d@x> <e", ("c@x", "d@x")),  # cut off at both ends
        ("<a@x> <b@x", ("a@x",)),
        ("<a@x", ("a@x",)),
        ("<a@x <b@x>", ("b@x",)),
    ],
)
def test_ids_are_found(value, ids):
    assert message_ids(value) == ids


@pytest.mark.parametrize(
    ("value", "message_id"),
    [
        ("<a@x>", "a@x"),
        ("<a@x> <b@x>", "a@x"),
        ("a@x", "a@x"),
        ("20240101.17", "20240101.17"),
        ("two words", None),
        ("<>", None),
        ("", None),
    ],
)
def test_a_message_has_one_id_of_its_own(value, message_id):
    assert parse_header(f"Message-ID: {value}\n".encode()).message_id == message_id


def test_an_original_id_equal_to_the_id_is_no_alias():
    raw = b"Message-ID: <a@x>\nX-Google-Original-Message-ID: <a@x>\nX-Microsoft-Original-Message-ID: <b@x>\n"
    assert parse_header(raw).aliases == ("b@x",)


def test_a_message_may_name_itself():
    header = parse_header(b"Message-ID: <a@x>\nReferences: <a@x>\nIn-Reply-To: <a@x>\n")
    assert header.message_id == "a@x"
    assert header.references == header.in_reply_to == ("a@x",)


def test_wanted_names_are_listed_once_and_fit_into_a_command():
    assert len(set(FETCH_FIELDS)) == len(FETCH_FIELDS)
    assert all(name == name.upper() and name.isascii() and ":" not in name for name in FETCH_FIELDS)
    assert len(" ".join(FETCH_FIELDS)) < 1000  # servers echo them with every message


def test_only_wanted_fields_are_kept_and_they_are_kept_whole():
    assert keep_fields(b"X-A: 1\r\n 2\r\nTO: a\r\n\tb\r\nX-B: 3\r\nrubbish\r\n\r\nTo: c\r\n") == b"TO: a\n\tb\n"
    assert keep_fields(b"") == keep_fields(b"\nTo: a\n") == b""


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (
            b"Received: by b;\r\n\tMon, 06 Jul 2026 09:12:45 +0200\r\nReceived: by a;\r\n Mon\r\nTo: x\r\n",
            b"Received: by b;\n\tMon, 06 Jul 2026 09:12:45 +0200\nTo: x\n",
        ),
        (
            b"To: x\nRECEIVED : 1\n 1\nCc: y\n z\nreceived: 2\n 2\nBcc: w\n",
            b"To: x\nRECEIVED : 1\n 1\nCc: y\n z\nBcc: w\n",
        ),
        (b"Received:\nReceived: by a; Mon, 06 Jul 2026 09:12:45 +0200\n", b"Received:\n"),
        (b"Received\nReceived: by a\n", b"Received\n"),
        (b"X-Received: 1\nReceived-SPF: 2\nReceived: 3\n", b"Received: 3\n"),
        (b"Delivered-To: a\nReceived: 1\nDelivered-To: b\n", b"Delivered-To: a\nReceived: 1\nDelivered-To: b\n"),
        ("X-Bul\u212amail: 1\nX-Bul\u212bmail: 2\n".encode(), "X-Bul\u212amail: 1\n".encode()),
        (b"X-Bul\xe2\x84\xaamail: \xff\n", b""),
    ],
)
def test_of_the_trace_the_topmost_line_is_kept(raw, kept):
    assert keep_fields(raw) == kept
    assert keep_fields(kept) == kept
    assert parse_header(kept) == parse_header(raw)


def test_other_fields_are_another_version():
    """Whoever changes which fields are stored raises `FIELDS_VERSION`, so that older rows are asked for them."""
    digest = blake2b(" ".join(sorted(FETCH_FIELDS)).encode(), digest_size=8).hexdigest()
    assert (FIELDS_VERSION, digest) == (2, "0a8da71d6e5a124a")


names = st.sampled_from([*FETCH_FIELDS, "Subject", "X-Mailer", "X-Unknown", "to", "From "])
texts = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
soup = st.lists(
    st.one_of(
        st.binary(max_size=12),
        names.map(str.encode),
        st.sampled_from(
            [
                b"\n",
                b"\r\n",
                b"\r",
                b":",
                b" ",
                b"\t",
                b"<a@b>",
                b"=?utf-8?q?",
                b"?=",
                b";",
                b",",
                b'"',
                b"\xfc",
                b"\n\n",
            ]
        ),
    ),
    max_size=40,
).map(b"".join)


@given(soup)
def test_rubbish_never_raises_and_keeping_fields_loses_nothing(raw):
    header = parse_header(raw)
    assert parse_header(keep_fields(raw)) == header
    assert keep_fields(keep_fields(raw)) == keep_fields(raw)
    repr(header).encode("utf-8")
    assert "\n" not in header.subject + header.date_text


@given(st.lists(st.tuples(names, texts, st.booleans()), max_size=12))
def test_well_formed_fields_come_back(lines):
    raw = "".join(f"{name}:{' ' if space else ''}{text}\r\n" for name, text, space in lines).encode()
    expected: dict[str, list[str]] = {}
    for name, text, _ in lines:
        expected.setdefault(name.strip().lower(), []).append(text.strip())
    header = parse_header(raw)
    for name, values in header.fields.items():
        assert list(values) == expected[name]
    assert header.date_text == next(filter(None, expected.get("date", [])), "")


def sample_headers():
    """Header blocks of all samples."""
    for path in sorted(SAMPLES.rglob("*.eml")):
        yield path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    for path in sorted(SAMPLES.glob("*.mbox")):
        for chunk in path.read_bytes().split(b"\nFrom ")[:600]:
            yield chunk.partition(b"\n")[2].partition(b"\n\n")[0] + b"\n"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the checkout")
def test_samples_are_read_as_the_standard_library_reads_them_and_fast_equals_slow():
    seen = 0
    for raw in sample_headers():
        header, theirs = parse_header(raw), BytesHeaderParser().parsebytes(raw)
        if theirs.defects:  # it stops at the first line that is no field
            continue
        seen += 1
        assert parse_header(keep_fields(raw)) == header
        for name in ("From", "To", "Cc", "Reply-To", "Sender", "Delivered-To"):
            for value in map(str, theirs.get_all(name, [])):
                fast = addresses._plain_addresses(value)
                assert fast in (None, tuple(addresses._any_addresses(value)))
        date = str(theirs.get("Date") or "").replace("\n", "").strip()
        assert header.date_text == date
        assert dates._plain_date(date) in (None, dates._any_date(date))
        for name, values in header.fields.items():
            assert [value.split() for value in values] == [str(value).split() for value in theirs.get_all(name, [])]
    assert seen > 1000


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the checkout")
def test_nearly_every_sample_has_an_id_a_date_and_an_author():
    headers = [parse_header(raw) for raw in sample_headers()]
    for part in (
        [header.message_id for header in headers],
        [header.date for header in headers],
        [header.from_ and header.from_[0].address for header in headers],
    ):
        assert sum(map(bool, part)) > 0.98 * len(headers)


def test_huge_hostile_headers_take_no_time():
    chain = b"References: " + b"\r\n ".join(b"<%d@x>" % number for number in range(10_000)) + b"\r\n"
    assert len(parse_header(chain).references) == 10_000
    assert len(parse_header(b"Cc: " + b",\n ".join(b"u%d@x" % number for number in range(20_000))).cc) == 20_000
    assert len(parse_header(b"Delivered-To: a@x\n" * 50_000).delivered_to) == 50_000
    for piece in (
        b"<",
        b"<a",
        b">",
        b"a@b ",
        b"<a> word ",
        b"\n ",
        b"\r",
        b" ",
        b"=?",
        b":",
        b"\xfc",
        b"\xfc\n ",
        b"To:\n",
        b"(",
        b";",
    ):
        for name in (b"References: ", b"Subject: ", b"Received: ", b"From: ", b"Date: ", b"Message-ID: ", b"X: "):
            parse_header(name + piece * 20_000)
            keep_fields(name + piece * 20_000)


@pytest.mark.parametrize(
    ("header", "some"),
    [
        (b"Subject: a\n\nHello\n", True),
        (b"Subject: a", True),
        (b"message-id : 1\r\n\r\n", True),
        (b"Received: from a by b\n", True),
        (b"rubbish\nSubject: a\n\n", True),
        (b"X-Mailer: a\rSubject: b\r\r", True),
        (b"", False),
        (b"\n", False),
        (b"\r\n\r\n", False),
        (b"X-Unwanted: 1\nContent-Type: text/plain\nMIME-Version: 1.0\n\n", False),
        (b"X-Subject: a\nIn-Reply: b\n\n", False),
        (b"\nSubject: of the body\n", False),
        (b"\r\nSubject: of the body\r\n", False),
        (b"Hello Anna, this is what we said:\n\nSubject: of the body\n", False),
        (b"Hello\n\nSubject: of the body\n", False),
        (b"\tfolded: into nothing\n\n", False),
        (b":\n: a\n\n", False),
        (b"\x1f\x8b\x08\x00\x00\n\x00:\n", False),
    ],
)
def test_a_header_that_tells_nothing_of_a_message_is_told(header, some):
    assert has_fields(header) is some


@given(st.lists(st.sampled_from([b"From", b"TO", b"x", b":", b" ", b"\n", b"\r", b"\xe9", b"\0"])).map(b"".join))
def test_a_header_that_says_anything_has_fields(raw):
    assert has_fields(raw) or parse_header(raw) == parse_header(b"")
    assert has_fields(raw) is has_fields(keep_fields(raw))


class TestWhatIsTooLarge:
    """A header has but so many octets, whatever a server or a file holds."""

    @pytest.mark.parametrize("line", [b"Subject: " + b"x " * 2_000_000, b"X: y\r\n" * 600_000 + b"To: a@b.test"])
    def test_what_is_kept_is_bounded(self, line):
        raw = b"From: a@x.test\r\nMessage-ID: <1@x.test>\r\n" + line + b"\r\nCc: c@d.test\r\n\r\n"
        kept = keep_fields(raw)
        assert len(kept) <= HEADER_LIMIT
        assert kept.startswith(b"From: a@x.test\nMessage-ID: <1@x.test>\n")
        assert kept.endswith(b"\n")
        assert keep_fields(kept) == kept
        assert (b"Cc: c@d.test" in kept) == (b"X: y" in raw)

    def test_folded_lines_without_end(self):
        kept = keep_fields(b"To: a@b.test" + b",\n c@d.test" * 500_000 + b"\n\n")
        assert len(kept) == HEADER_LIMIT
        assert len(parse_header(kept).to) > 80_000

    @pytest.mark.parametrize("blank", [" ", "  ", "\t", "\u3000"])
    def test_the_beginning_of_a_subject_counts(self, blank):
        whole = parse_header(f"Subject: {blank.join(['word'] * 1500)}\n\n".encode()).subject
        longer = parse_header(f"Subject: {blank.join(['word'] * 100_000)}\n\n".encode()).subject
        assert whole == " ".join(["word"] * 1500)
        assert len(longer) <= SUBJECT_LIMIT
        assert longer.startswith(whole)

    def test_one_endless_word(self):
        assert parse_header(b"Subject: " + b"x" * 900_000 + b"\n\n").subject == "x" * SUBJECT_LIMIT
