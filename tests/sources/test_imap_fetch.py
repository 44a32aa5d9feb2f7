"""How answers to FETCH are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.fetched import FetchedMessage
from replywatch.sources.imap_fetch import Question, instant, uid_set

HEADER = b"From: a@x.example\r\n\r\n"
PLAIN = Question(frozenset({"CONDSTORE"}))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"13-Jan-2025 09:00:00 +0100", 1_736_755_200),
        (b" 3-Jan-2025 09:00:00 +0000", 1_735_894_800),
        (b"3-jan-2025 09:00:00 +0000", 1_735_894_800),
        (b"12-Jan-2025 23:00:00 -0900", 1_736_755_200),
        (b"29-Feb-2024 00:00:00 +0000", 1_709_164_800),
        (b"31-Dec-2016 23:59:60 +0000", 1_483_228_799),
        (b"29-Feb-2023 00:00:00 +0000", None),
        (b"31-Apr-2023 00:00:00 +0000", None),
        (b"00-Jan-2025 00:00:00 +0000", None),
        (b"13-Foo-2025 09:00:00 +0100", None),
        (b"13-Jan-0000 09:00:00 +0100", None),
        (b"13-Jan-2025 25:00:00 +0100", None),
        (b"13-Jan-2025 09:00:00 +9900", None),
        (b"01-Jan-1970 00:00:00 +0000", None),
        (b"01-Jan-0102 00:00:00 +0000", None),
        (b"13-Jan-2025 09:00:00", None),
        (b"13-Jan-99999 09:00:00 +0000", None),
        (b"Mon, 13 Jan 2025 09:00:00 +0100", None),
        (b"", None),
    ],
)
def test_instant(date, expected):
    assert instant(date) == expected


@given(
    st.datetimes(min_value=datetime(1970, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001 - local on purpose
    st.integers(-14 * 60, 14 * 60),
)
def test_instant_of_any_date(local, zone):
    when = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=zone)))
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][when.month - 1]
    text = f"{when.day:2}-{month}-{when.year:04} {when:%H:%M:%S %z}"
    assert instant(text.encode()) == int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def response(attributes: bytes, header: bytes = HEADER, rest: bytes = b")") -> list[object]:
    return [(b"1 (%s BODY[HEADER.FIELDS (FROM TO)] {%d}" % (attributes, len(header)), header), rest]


ATTRIBUTES = (b"UID 5", b'INTERNALDATE "13-Jan-2025 09:00:00 +0100"', b"RFC822.SIZE 99", b"FLAGS (\\Seen $x)")
EXPECTED = FetchedMessage(5, HEADER, 1_736_755_200, 99, ("\\Seen", "$x"))


@pytest.mark.parametrize("before", range(5))
@given(order=st.permutations(ATTRIBUTES))
def test_attributes_in_any_order(before, order):
    rest = b"".join(b" " + attribute for attribute in order[before:]) + b")"
    line = b"7 (" + b"".join(attribute + b" " for attribute in order[:before])
    pieces = [(line + b"BODY[HEADER.FIELDS (FROM)] {%d}" % len(HEADER), HEADER), rest]
    assert PLAIN.messages(pieces, [5]) == [EXPECTED]


@pytest.mark.parametrize(
    "pieces",
    [
        response(b" ".join(ATTRIBUTES).lower().replace(b"\\seen", b"\\Seen").replace(b"jan", b"Jan")),
        response(b" ".join(ATTRIBUTES) + b" MODSEQ (77)"),
        response(b" ".join(ATTRIBUTES) + b" X-UNASKED (1 (2 NIL))"),
        [(b"1 (" + b" ".join(ATTRIBUTES) + b' BODY[HEADER.FIELDS ("FROM" "TO")] {%d}' % len(HEADER), HEADER), b")"],
        [(b"1 (" + b" ".join(ATTRIBUTES) + b" BODY[HEADER] {%d}" % len(HEADER), HEADER), b")"],
        [(b"1 (X {2}", b"ab"), (b" " + b" ".join(ATTRIBUTES) + b" BODY[HEADER] {%d}" % len(HEADER), HEADER), b")"],
    ],
)
def test_dialects(pieces):
    assert PLAIN.messages(pieces, [5]) == [EXPECTED]


def test_header_as_a_quoted_string():
    line = b"1 (" + b" ".join(ATTRIBUTES) + b' BODY[HEADER.FIELDS (FROM)] "")'
    assert [m.header for m in PLAIN.messages([line], [5])] == [b""]


def test_date_that_is_none():
    absurd = b" ".join(ATTRIBUTES).replace(b"13-Jan-2025", b"99-Foo-0000")
    nil = b" ".join(ATTRIBUTES).replace(ATTRIBUTES[1], b"INTERNALDATE NIL")
    for attributes in (absurd, nil):
        assert [m.internal_date for m in PLAIN.messages(response(attributes), [5])] == [None]


@pytest.mark.parametrize("missing", range(4))
def test_lacking_an_item(missing):
    attributes = b" ".join(a for n, a in enumerate(ATTRIBUTES) if n != missing)
    assert PLAIN.messages(response(attributes), [5]) == []


def test_lacking_the_header():
    assert PLAIN.messages([b"1 (" + b" ".join(ATTRIBUTES) + b")"], [5]) == []


@pytest.mark.parametrize(
    "attributes",
    [
        b" ".join(ATTRIBUTES).replace(b"UID 5", b"UID 99999999999"),
        b" ".join(ATTRIBUTES).replace(b"UID 5", b"UID -5"),
        b" ".join(ATTRIBUTES).replace(b"UID 5", b"UID (5)"),
        b" ".join(ATTRIBUTES).replace(b"(\\Seen $x)", b"7"),
        b" ".join(ATTRIBUTES).replace(b"(\\Seen $x)", b"(NIL (x))"),
        b" ".join(ATTRIBUTES).replace(b"(\\Seen $x)", b"(UID 5"),
        b" ".join(ATTRIBUTES).replace(b"99", b"9" * 5000),
        b"7 8 9",
        b'"',
        b"[",
        b"",
    ],
)
def test_nonsense(attributes):
    assert PLAIN.messages(response(attributes) + response(b" ".join(ATTRIBUTES), b"b"), [5]) in (
        [],
        [FetchedMessage(5, b"b", 1_736_755_200, 99, ("\\Seen", "$x"))],
    )


@given(st.lists(st.binary() | st.tuples(st.binary(), st.binary()) | st.none()))
def test_any_pieces(pieces):
    PLAIN.messages(pieces, range(10))


@given(st.binary(), st.binary())
def test_nothing_in_a_header_is_taken_for_protocol(header, other):
    pieces = response(b" ".join(ATTRIBUTES), header) + response(
        b" ".join(ATTRIBUTES).replace(b"UID 5", b"UID 6"), other
    )
    assert [(m.uid, m.header) for m in PLAIN.messages(pieces, [5, 6])] == [(5, header), (6, other)]


@pytest.mark.parametrize(
    ("uids", "text"),
    [([1], "1"), ([1, 2, 3], "1:3"), ([1, 3, 4, 9], "1,3:4,9"), ([3, 2, 1], "3,2,1"), ([5, 5], "5,5"), ([], "")],
)
def test_uid_set(uids, text):
    assert uid_set(uids) == text


@given(st.lists(st.integers(1, 300), min_size=1))
def test_uid_set_names_exactly_these(uids):
    named = []
    for part in uid_set(uids).split(","):
        first, _, last = part.partition(":")
        named += range(int(first), int(last or first) + 1)
    assert named == uids


@given(st.lists(st.integers(1, 4_294_967_295), max_size=3000), st.booleans())
def test_batches(uids, short):
    question = Question(frozenset() if short else frozenset({"CONDSTORE"}))
    batches = list(question.batches(uids))
    assert [uid for batch in batches for uid in batch] == uids
    assert all(0 < len(batch) <= 1000 for batch in batches)
    longest = max((len(uid_set(batch)) for batch in batches if len(batch) > 1), default=0)
    assert longest + len(question.items) < (980 if short else 8000)


def test_batches_grow_over_the_session():
    question = Question(frozenset({"CONDSTORE"}))
    assert [len(batch) for batch in question.batches(range(1, 1001))] == [80, 160, 320, 440]
    assert [len(batch) for batch in question.batches(range(1, 2001))] == [1000, 1000]
