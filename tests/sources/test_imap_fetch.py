"""How answers to FETCH are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage
from replywatch.sources.imap.fetch import Batches, Question, uid_set
from replywatch.sources.imap.reader import Fetch
from replywatch.sources.imap.told import instant

HEADER = b"From: a@x.example\r\n\r\n"
PLAIN = Question(frozenset({"CONDSTORE"}))
GMAIL = Question(frozenset({"CONDSTORE", "X-GM-EXT-1", "OBJECTID"}))
OBJECTID = Question(frozenset({"OBJECTID"}))


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


def response(attributes: bytes, header: bytes = HEADER, rest: bytes = b")") -> Fetch:
    line = b"* 1 FETCH (%s BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n" % (attributes, len(header))
    return Fetch([line, header, rest + b"\r\n"])


def read(question: Question, answered: Fetch) -> FetchedMessage | None:
    """The message that one response alone tells whole."""
    return question.common(answered) or question.whole(question.told(answered))


ATTRIBUTES = (b"UID 5", b'INTERNALDATE "13-Jan-2025 09:00:00 +0100"', b"RFC822.SIZE 99", b"FLAGS (\\Seen $x)")
EXPECTED = FetchedMessage(5, HEADER, 1_736_755_200, 99, ("\\Seen", "$x"))


@pytest.mark.parametrize("before", range(5))
@given(order=st.permutations(ATTRIBUTES))
def test_attributes_in_any_order(before, order):
    rest = b"".join(b" " + attribute for attribute in order[before:]) + b")\r\n"
    line = b"* 7 FETCH (" + b"".join(attribute + b" " for attribute in order[:before])
    pieces = [line + b"BODY[HEADER.FIELDS (FROM)] {%d}\r\n" % len(HEADER), HEADER, rest]
    assert read(PLAIN, Fetch(pieces)) == EXPECTED


ALL = b" ".join(ATTRIBUTES)


@pytest.mark.parametrize(
    "pieces",
    [
        response(ALL.lower().replace(b"\\seen", b"\\Seen").replace(b"jan", b"Jan")).pieces,
        response(ALL + b" MODSEQ (77)").pieces,
        response(ALL + b" X-UNASKED (1 (2 NIL))").pieces,
        response(ALL + b" THREADID (T1)").pieces,
        response(ALL.replace(b"$x", b"nil $x")).pieces,
        response(ALL + b" X-GM-THRID 1 THREADID ((T1))").pieces,
        [b"* 1 FETCH (" + ALL + b' BODY[HEADER.FIELDS ("FROM" "TO")] {%d}\r\n' % len(HEADER), HEADER, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b" BODY[HEADER] {%d}\r\n" % len(HEADER), HEADER, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b" BODY[HEADER] ~{%d}\r\n" % len(HEADER), HEADER, b")\r\n"],
        [b"* 1 fetch  ( " + ALL + b"  BODY[HEADER]<0> {%d}\r\n" % len(HEADER), HEADER, b" ) \r\n"],
        [
            b"* 1 FETCH (X {2}\r\n",
            b"ab",
            b" " + ALL + b" BODY[HEADER] {%d}\r\n" % len(HEADER),
            HEADER,
            b")\r\n",
        ],
    ],
)
def test_dialects(pieces):
    assert read(PLAIN, Fetch(pieces)) == EXPECTED


@pytest.mark.parametrize(
    ("quoted", "header"),
    [(b'""', b""), (b'"a\\"b\\\\c"', b'a"b\\c'), (b'"(x) {3}"', b"(x) {3}"), (b"NIL", None), (b"(x)", None)],
)
def test_header_as_a_quoted_string(quoted, header):
    message = read(PLAIN, Fetch([b"* 1 FETCH (" + ALL + b" BODY[HEADER.FIELDS (FROM)] " + quoted + b")\r\n"]))
    assert message is None if header is None else message.header == header


def test_date_that_is_none():
    absurd = ALL.replace(b"13-Jan-2025", b"99-Foo-0000")
    nil = ALL.replace(ATTRIBUTES[1], b"INTERNALDATE NIL")
    for attributes in (absurd, nil):
        assert read(PLAIN, response(attributes)).internal_date is None


@pytest.mark.parametrize("form", [b"NIL", b"(NIL)", b"((nil))"])
def test_thread_that_is_none(form):
    question = Question(frozenset({"OBJECTID"}))
    assert read(question, response(ALL + b" THREADID " + form)) == EXPECTED
    assert read(question, response(ALL + b" THREADID (T1)")).thread == "objectid:T1"


@pytest.mark.parametrize("missing", range(4))
def test_lacking_an_item(missing):
    assert read(PLAIN, response(b" ".join(a for n, a in enumerate(ATTRIBUTES) if n != missing))) is None


@pytest.mark.parametrize("missing", range(1, 4))
def test_uid_and_header_are_enough(missing):
    attributes = b" ".join(a for n, a in enumerate(ATTRIBUTES) if n != missing)
    whole = ("internal_date", "size", "flags")[missing - 1]
    expected = EXPECTED._replace(**{whole: () if whole == "flags" else None})
    assert PLAIN.enough(PLAIN.told(response(attributes))) == expected


GARBLED = {
    "a keyword with a parenthesis": (b"(\\Seen $x) \\Answered)", ("\\Seen", "$x", "\\Answered")),
    "a keyword with a quote": (b'(\\Seen $M"x \\Answered)', ("\\Seen", "\\Answered")),
    "a quote that never ends": (b'("\\Seen $x)', ("$x",)),
    "no list": (b"7", ()),
    "NIL": (b"NIL", ()),
    "a list within": (b"((\\Seen) $x)", ()),
    "5,000 parentheses": (b"(" * 5000 + b"\\Seen" + b")" * 5000, ("\\Seen",)),
    "parentheses that stay open": (b"(" * 5000 + b"\\Seen", ("\\Seen",)),
    "a word of 100,000 letters": (b'("' + b"x" * 100_000 + b" \\Seen)", ("\\Seen",)),
    "two lists": (b"(\\Seen) ($x)", ("\\Seen", "$x")),
    "nothing": (b"", ()),
}


class TestGarbledFlagsCostTheFlags:
    @pytest.mark.parametrize("last", [False, True])
    @pytest.mark.parametrize("name", GARBLED)
    def test_in_any_place(self, name, last):
        text, flags = GARBLED[name]
        others = ATTRIBUTES[:3]
        order = (*others, b"FLAGS " + text) if last else (b"FLAGS " + text, *others)
        for found in (response(b" ".join(order)), response(b" ".join(order) + b" MODSEQ (7)")):
            message = PLAIN.enough(PLAIN.told(found))
            assert message is not None
            assert message._replace(flags=()) == EXPECTED._replace(flags=())
            assert set(message.flags) == set(flags) or not message.flags

    @pytest.mark.parametrize("name", GARBLED)
    def test_behind_the_header(self, name):
        rest = b" FLAGS " + GARBLED[name][0] + b")"
        message = PLAIN.enough(PLAIN.told(response(b" ".join(ATTRIBUTES[:3]), rest=rest)))
        assert message is not None
        assert message._replace(flags=()) == EXPECTED._replace(flags=())

    def test_what_tells_figures_apart_is_still_seen(self):
        for name in ("a keyword with a parenthesis", "a keyword with a quote"):
            attributes = ALL.replace(b"(\\Seen $x)", GARBLED[name][0])
            assert PLAIN.enough(PLAIN.told(response(attributes))).flags == GARBLED[name][1]

    def test_a_provider_is_still_heard(self):
        attributes = GM + b'X-GM-LABELS ("a b") ' + ALL.replace(b"$x", b'$M"x')
        assert GMAIL.enough(GMAIL.told(response(attributes))) == EXPECTED._replace(
            flags=("\\Seen",), thread="gmail:7", provider_id="gmail:12", labels=("a b",)
        )


@pytest.mark.parametrize(
    "attributes",
    [
        ALL + b' "',
        b'X "y ' + ALL,
        b"(" + ALL,
        ALL + b" X",
        ALL.replace(b'"13-', b'"x\\" "13-'),
        b"UID 5 " + ALL + b" (",
    ],
)
def test_what_can_be_told_of_nonsense(attributes):
    message = PLAIN.enough(PLAIN.told(response(attributes)))
    assert (message.uid, message.header) == (5, HEADER)


@pytest.mark.parametrize(
    "pieces",
    [
        response(ALL + b' " UID 6 ').pieces,
        response(ALL.replace(b"UID 5 ", b"") + b' "').pieces,
        [b"* 1 FETCH (" + ALL + b' " BODY[HEADER] {19}\r\n', HEADER, b" BODY[HEADER] {19}\r\n", HEADER, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b' " BODY[HEADER] X {19}\r\n', HEADER, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b' " BODY[TEXT] {19}\r\n', HEADER, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b' " BODY[HEADER] {19}\r\n', None, b")\r\n"],
        [b"* 1 FETCH (" + ALL + b' " BODY[HEADER] "x")\r\n'],
    ],
)
def test_where_nobody_knows_which_message_or_which_header(pieces):
    assert PLAIN.enough(PLAIN.told(Fetch(pieces))) is None


def test_lacking_the_header():
    assert read(PLAIN, Fetch([b"* 1 FETCH (" + ALL + b")\r\n"])) is None


def test_a_header_that_was_too_long():
    assert read(PLAIN, Fetch([b"* 1 FETCH (" + ALL + b" BODY[HEADER] {9}\r\n", None, b")\r\n"])) is None


@pytest.mark.parametrize(
    "attributes",
    [
        ALL.replace(b"UID 5", b"UID -5"),
        ALL.replace(b"UID 5", b"UID (5)"),
        ALL.replace(b"UID 5", b"UID 0000000000000000000005"),
        ALL.replace(b"(\\Seen $x)", b"7"),
        ALL.replace(b"(\\Seen $x)", b"(NIL (x))"),
        ALL.replace(b"(\\Seen $x)", b"(UID 5"),
        ALL.replace(b"99", b"9" * 5000),
        ALL + b' "',
        ALL + b" BODY[",
        ALL + b" (" * 5000 + b")" * 5000,
        b"7 8 9",
        b'"',
        b"[",
        b"",
    ],
)
def test_nonsense(attributes):
    assert read(PLAIN, response(attributes)) is None


def test_a_uid_that_no_message_can_have():
    assert read(PLAIN, response(ALL.replace(b"UID 5", b"UID 99999999999"))).uid == 99_999_999_999


GM = b"X-GM-MSGID 12 X-GM-THRID 7 "
LABELS = [
    (b"()", ()),
    (b"(Kunden)", ("Kunden",)),
    (b'("\\\\Inbox" "\\\\Sent" Kunden)', ("Kunden", "\\Inbox", "\\Sent")),
    (b"(\\Inbox \\Sent)", ("\\Inbox", "\\Sent")),
    (b'("a b" "(x) \\"y\\"" B&APw-ro)', ('(x) "y"', "Büro", "a b")),
    (b'("R&-D" R&D "B\xc3\xbcro" "\xff")', ("Büro", "R&D", "\\xff")),
    (b'("UID 9" "BODY[HEADER" "{5}")', ("BODY[HEADER", "UID 9", "{5}")),
    (b"(b a b)", ("a", "b")),
    (b'("' + b"x" * 100_000 + b'" ok "")', ("ok",)),
    (b"(" + b" ".join(b"%04d" % n for n in range(1200)) + b")", tuple(f"{n:04}" for n in range(1000))),
]


class TestProviders:
    def test_what_is_asked_for(self):
        assert "X-GM-MSGID X-GM-THRID X-GM-LABELS BODY.PEEK" in GMAIL.items
        assert "EMAILID THREADID BODY.PEEK" in OBJECTID.items
        assert "FLAGS BODY.PEEK" in PLAIN.items
        assert [q.has_labels for q in (GMAIL, OBJECTID, PLAIN)] == [True, False, False]

    @pytest.mark.parametrize("common", [True, False])
    @pytest.mark.parametrize(("text", "labels"), LABELS)
    def test_labels(self, text, labels, common):
        odd = b"" if common else b"X-UNASKED () "
        found = read(GMAIL, response(odd + GM + b"X-GM-LABELS " + text + b" " + ALL))
        assert found == EXPECTED._replace(thread="gmail:7", provider_id="gmail:12", labels=labels)
        behind = b" X-GM-LABELS " + text + b")"
        assert read(GMAIL, response(odd + GM + ALL, rest=behind)) == found

    def test_labels_as_literals(self):
        pieces = [b"* 1 FETCH (" + GM + b"X-GM-LABELS ({3}\r\n", b"a\nb", b" c {2}\r\n", b"\x1b[", b") " + ALL]
        pieces[-1] += b" BODY[HEADER] {%d}\r\n" % len(HEADER)
        assert read(GMAIL, Fetch([*pieces, HEADER, b")\r\n"])).labels == ("\x1b[", "a\nb", "c")

    @pytest.mark.parametrize(
        "attributes",
        [
            b"X-GM-THRID 7 X-GM-LABELS () " + ALL,
            b"X-GM-MSGID 12 X-GM-LABELS () " + ALL,
            GM + ALL,
            GM + b"X-GM-LABELS NIL " + ALL,
            GM + b"X-GM-LABELS x " + ALL,
            GM + b"X-GM-LABELS ((x)) " + ALL,
            GM + b'X-GM-LABELS ("x) ' + ALL,
            b"X-GM-MSGID (1 2) X-GM-THRID 7 X-GM-LABELS () " + ALL,
        ],
    )
    def test_lacking_what_gmail_says_of_every_message(self, attributes):
        assert read(GMAIL, response(attributes)) is None

    @pytest.mark.parametrize(
        ("items", "said"),
        [
            (b"EMAILID (M1) THREADID (T2)", ("objectid:M1", "objectid:T2")),
            (b"EMAILID ((M1)) THREADID ((T2))", ("objectid:M1", "objectid:T2")),
            (b"EMAILID (M1) THREADID NIL", ("objectid:M1", None)),
            (b"THREADID (T2)", (None, "objectid:T2")),
            (b"EMAILID (M1)", None),
        ],
    )
    def test_objectid(self, items, said):
        found = read(OBJECTID, response(items + b" " + ALL))
        assert (found and (found.provider_id, found.thread)) == said

    def test_what_nobody_asked_for(self):
        unasked = GM + b"X-GM-LABELS (x) EMAILID (M1) THREADID (T2) "
        assert read(PLAIN, response(unasked + ALL)) == EXPECTED

    @pytest.mark.parametrize(("text", "labels"), LABELS)
    def test_labels_alone(self, text, labels):
        line = b"* 1 FETCH (X-GM-MSGID 12 X-GM-LABELS " + text + b" UID 5 MODSEQ (9))\r\n"
        assert GMAIL.changed(Fetch([line])) == Changed(5, None, "gmail:12", labels)
        for question in (PLAIN, OBJECTID):
            assert question.changed(Fetch([line])) is None
        assert GMAIL.changed(Fetch([line.replace(b"UID 5", b"FLAGS ()")])) is None
        assert GMAIL.changed(Fetch([line.replace(b"X-GM-MSGID 12", b"FLAGS (x)")])) == Changed(5, ("x",))

    @pytest.mark.parametrize(
        ("text", "flags"),
        [
            (b"(\\Answered $Junk)", ("\\Answered", "$Junk")),
            (b"()", ()),
            (b"NIL", None),
            (b"(a (b))", None),
            (b"x", None),
        ],
    )
    def test_changed_flags(self, text, flags):
        for question in (PLAIN, GMAIL):
            changed = question.changed(Fetch([b"* 1 FETCH (UID 5 FLAGS " + text + b")\r\n"]))
            assert changed == (None if flags is None else Changed(5, flags))


@given(st.lists(st.binary(), max_size=4), st.binary())
def test_any_labels(labels, literal):
    line = b"* 1 FETCH (" + GM + b"X-GM-LABELS (" + b" ".join(labels)
    for pieces in ([line + b") " + ALL + b")\r\n"], [line + b" {1}\r\n", literal, b") " + ALL + b")\r\n"]):
        read(GMAIL, Fetch(pieces))
        GMAIL.changed(Fetch(pieces))


@given(st.lists(st.binary(), max_size=4), st.binary())
def test_any_items(values, literal):
    line = b"* 1 FETCH (" + b" ".join([*ATTRIBUTES, *values])
    read(PLAIN, Fetch([line + b" {1}\r\n", literal, b")\r\n"]))


@given(st.binary())
def test_nothing_in_a_header_is_taken_for_protocol(header):
    assert read(PLAIN, response(ALL, header)).header == header


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
    batches = list(Batches().of(uids, question.room))
    assert [uid for batch in batches for uid in batch] == uids
    assert all(0 < len(batch) <= 1000 for batch in batches)
    longest = max((len(uid_set(batch)) for batch in batches if len(batch) > 1), default=0)
    assert longest + len(question.items) < (980 if short else 8000)


def sizes(batches: Batches, messages: int) -> list[int]:
    return [len(batch) for batch in batches.of(range(1, messages + 1), PLAIN.room)]


class TestHowManyAtOnce:
    def test_they_grow_over_the_session(self):
        batches = Batches()
        assert sizes(batches, 1000) == [80, 160, 320, 440]
        assert sizes(batches, 2000) == [1000, 1000]

    def test_fewer_for_good_after_a_lost_connection(self):
        batches = Batches()
        assert batches.too_many(80)
        assert sizes(batches, 100) == [40, 40, 20]
        assert batches.too_many(40)
        assert sizes(batches, 50) == [20, 20, 10]

    def test_a_single_one_was_not_too_many(self):
        assert not Batches().too_many(1)

    @pytest.mark.parametrize(("octets", "next_"), [(16 << 20, 160), (17 << 20, 75), (160 << 20, 8), (1 << 40, 1)])
    def test_fewer_for_a_while_where_headers_are_large(self, octets, next_):
        batches = Batches()
        asked = batches.of(range(2000), PLAIN.room)
        assert len(next(asked)) == 80
        batches.came(80, octets)
        assert [len(next(asked)) for _ in range(2)] == [next_, min(2 * next_, 1000)]
