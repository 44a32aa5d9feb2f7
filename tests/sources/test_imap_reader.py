"""Octets to responses: whole, byte by byte, broken off anywhere, hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.sources.imap import reader as imap_reader
from replywatch.sources.imap.reader import (
    Bye,
    Fault,
    Fetch,
    Octets,
    Other,
    ReadError,
    Response,
    Search,
    Tagged,
    answer,
)

END = b"A1 OK done\r\n"
DONE = Tagged("OK", b"done")


def octets_of(data: bytes, size: int) -> Octets:
    parts = iter([data[n : n + size] for n in range(0, len(data), size)])
    return Octets(lambda: next(parts, b""))


def read(data: bytes, size: int = 1 << 20) -> list[Response]:
    return list(answer(octets_of(data, size), b"A1"))


def fault_of(data: bytes, size: int = 1 << 20) -> Fault:
    with pytest.raises(ReadError) as caught:
        read(data, size)
    assert str(caught.value).startswith(caught.value.fault)
    assert len(str(caught.value)) < 500
    return caught.value.fault


LETTER = b"From: a@x.example\r\n\r\n* 9 EXISTS\r\nA1 OK done\r\n"
ANSWERS = [
    (b"", []),
    (b"* 5 EXISTS\r\n", [Other(b"* 5 EXISTS\r\n")]),
    (b"* 5 exists\r\n", [Other(b"* 5 exists\r\n")]),
    (b"* 2 EXPUNGE\r\n", [Other(b"* 2 EXPUNGE\r\n")]),
    (b"* BYE [UNAVAILABLE] later {5}\r\n", [Bye(b"[UNAVAILABLE] later {5}")]),
    (b"* BYE\r\n", [Bye(b"")]),
    (b"* OK still here {5}\r\n", [Other(b"* OK still here {5}\r\n")]),
    (b"* 1 RECENT\r\n", [Other(b"* 1 RECENT\r\n")]),
    (b"* 1 FETCH (X {1}\r\na3}\r\n", [Fetch([b"* 1 FETCH (X {1}\r\n", b"a", b"3}\r\n"])]),  # no literal without {
    (b"* LIST () NIL {3}\r\n\r\n)\r\n", [Other(b"* LIST () NIL {3}\r\n", (b"\r\n)", b"\r\n"))]),
    (b"* SEARCH\r\n", [Search([])]),
    (b"* SEARCH 3 1 2 2 0\r\n", [Search([3, 1, 2, 2, 0])]),
    (b"* search 1 x 2 99999999999 (MODSEQ 3)\r\n", [Search([1, 2])]),
    (b"* SEARCH 1\r\n* SEARCH 2\r\n", [Search([1]), Search([2])]),
    (b'* ESEARCH (TAG "A1") UID\r\n', [Search([])]),
    (b'* ESEARCH (TAG "A1") UID ALL 1:3,7\r\n', [Search([1, 2, 3, 7])]),
    (b"* esearch (tag A1) uid all 9:8 \r\n", [Search([8, 9])]),
    (b'* ESEARCH (TAG "A2") UID ALL 1\r\n', [Other(b'* ESEARCH (TAG "A2") UID ALL 1\r\n')]),
    (b"* ESEARCH ALL 1\r\n", [Other(b"* ESEARCH ALL 1\r\n")]),
    (b'* ESEARCH (TAG "A1") UID ALL 1 MIN 1\r\n', [Other(b'* ESEARCH (TAG "A1") UID ALL 1 MIN 1\r\n')]),
    (b'* ESEARCH (TAG "A1") UID ALL 1:*\r\n', [Other(b'* ESEARCH (TAG "A1") UID ALL 1:*\r\n')]),
    (b"* 1 FETCH (FLAGS ())\r\n", [Fetch([b"* 1 FETCH (FLAGS ())\r\n"])]),
    (b"* 1 FETCH (X {0}\r\n)\r\n", [Fetch([b"* 1 FETCH (X {0}\r\n", b"", b")\r\n"])]),
    (b"* 1 FETCH (X {44}\r\n" + LETTER[:44] + b" Y {2}\r\n\r\n)\r\n", None),
    (b"* 1 FETCH (X y{z}\r\n", [Fetch([b"* 1 FETCH (X y{z}\r\n"])]),
]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(("data", "expected"), ANSWERS)
def test_responses(data, expected, size):
    if expected is None:
        expected = [Fetch([b"* 1 FETCH (X {44}\r\n", LETTER[:44], b" Y {2}\r\n", b"\r\n", b")\r\n"])]
    assert read(data + END, size) == [*expected, DONE]


@pytest.mark.parametrize(
    ("line", "tagged"),
    [
        (b"A1 OK done\r\n", DONE),
        (b"A1 OK\r\n", Tagged("OK", b"")),
        (b"A1 ok \r\n", Tagged("OK", b"")),
        (b"A1 NO [LIMIT] slow down\r\n", Tagged("NO", b"[LIMIT] slow down")),
        (b"A1 BAD \xff\x00what\r\n", Tagged("BAD", b"\xff\x00what")),
    ],
)
def test_completion(line, tagged):
    assert read(line + b"* 7 EXISTS\r\n") == [tagged], "what follows belongs to the next answer"


@given(st.lists(st.sampled_from([data for data, _ in ANSWERS])), st.integers(1, 50))
def test_parts_of_any_size(several, size):
    data = b"".join(several) + END
    assert read(data, size) == read(data)


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_the_end_of_the_stream_anywhere(size):
    data = b"".join(data for data, _ in ANSWERS) + END
    whole = read(data)
    for end in range(len(data)):
        octets = octets_of(data[:end], size)
        responses = []
        with pytest.raises(ReadError) as caught:
            responses.extend(answer(octets, b"A1"))
        assert caught.value.fault is Fault.END
        assert responses == whole[: len(responses)]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"* 5 EXISTS\n", Fault.LINE_END),
        (b"* SEARCH 1 2\n", Fault.LINE_END),
        (b"A1 OK done\n", Fault.LINE_END),
        (b"* 1 FETCH (X {2}\r\nab)\n", Fault.LINE_END),
        (b"\r\n", Fault.NO_RESPONSE),
        (b"*\r\n", Fault.NO_RESPONSE),
        (b"* \x00\xff\r\n", Fault.NO_RESPONSE),
        (b"From: x\r\n", Fault.NO_RESPONSE),
        (b"A1 MAYBE\r\n", Fault.NO_RESPONSE),
        (b"A1\r\n", Fault.NO_RESPONSE),
        (b"A2 OK done\r\n", Fault.OTHER_TAG),
        (b"A11 OK done\r\n", Fault.OTHER_TAG),
        (b"+ go ahead\r\n", Fault.CONTINUATION),
        (b"* 1 FETCH (X {99000000000}\r\n", Fault.LITERAL_TOO_LONG),
        (b"* 1 FETCH (X {%s}\r\n" % (b"9" * 5000), Fault.LITERAL_TOO_LONG),
        (b"* LIST {99000000000}\r\n", Fault.LITERAL_TOO_LONG),
        (b"* OK " + b"x" * imap_reader.LINE + b"\r\n", Fault.LINE_TOO_LONG),
        (b"x" * (imap_reader.LINE + 1), Fault.LINE_TOO_LONG),
        (b"* SEARCH " + b"x" * 3 * imap_reader.LINE + b"\r\n", Fault.LINE_TOO_LONG),
        (b"* 1 FETCH (X {2}\r\nab" + b"x" * imap_reader.LINE + b"\r\n", Fault.LINE_TOO_LONG),
    ],
)
@pytest.mark.parametrize("size", [997, 1 << 21])
def test_faults(data, fault, size):
    assert fault_of(data + END, size) is fault


def test_a_literal_that_is_too_long_costs_its_own_response_alone(monkeypatch):
    monkeypatch.setattr(imap_reader, "LITERAL", 5)
    first, second, end = read(b"* 1 FETCH (X {6}\r\n123456)\r\n* 2 FETCH (X {5}\r\n12345)\r\n" + END, 3)
    with pytest.raises(ReadError, match="literal is too long"):
        first.items()
    assert second.items() == {b"X": b"12345"}
    assert end == DONE
    assert fault_of(b"* 1 FETCH (X {6}\r\n12345") is Fault.END


@pytest.mark.parametrize("line", [b"* 5 EXISTS\r\n", b"* 1 FETCH (X {30}\r\n" + b"x" * 30 + b")\r\n", b"* SEARCH\r\n"])
def test_an_answer_without_end(monkeypatch, line):
    monkeypatch.setattr(imap_reader, "ROOM", 1000)
    endless = Octets(lambda: line)
    found = []
    with pytest.raises(ReadError) as caught:
        found.extend(answer(endless, b"A1"))
    assert caught.value.fault is Fault.ANSWER_TOO_LONG
    assert len(found) == 1000 // len(line)


def test_numbers_count_for_what_they_take_in_memory(monkeypatch):
    monkeypatch.setattr(imap_reader, "ROOM", 1000)
    with pytest.raises(ReadError, match="answer is too long"):
        read(b"* SEARCH" + b" 1" * 40 + b"\r\n" + END)
    assert len(read(b"* SEARCH" + b" 1" * 20 + b"\r\n" + END)) == 2


def test_a_command_that_asks_for_literals_has_room_for_them(monkeypatch):
    monkeypatch.setattr(imap_reader, "ROOM", 1000)
    monkeypatch.setattr(imap_reader, "LITERAL", 500)
    line = b"* 1 FETCH (X {500}\r\n" + b"x" * 500 + b")\r\n"
    octets = Octets(iter([line * 3 + END, line * 3 + END]).__next__)
    octets.start(2)
    assert len(list(answer(octets, b"A1"))) == 4
    octets.start()
    with pytest.raises(ReadError, match="answer is too long"):
        list(answer(octets, b"A1"))


def test_every_command_has_the_same_room(monkeypatch):
    monkeypatch.setattr(imap_reader, "ROOM", 1000)
    octets = Octets(lambda: END)
    for _ in range(200):
        octets.start()
        assert list(answer(octets, b"A1")) == [DONE]


def test_a_search_line_of_any_length():
    numbers = list(range(1_000_000, 1_400_000))
    data = b"* SEARCH " + b" ".join(b"%d" % n for n in numbers) + b" (MODSEQ 5)\r\n"
    assert len(data) > 3 * imap_reader.LINE
    *parts, end = read(data + END, 65_536)
    assert [n for part in parts for n in part.numbers] == numbers
    assert end == DONE


def items(*pieces: bytes) -> dict[bytes, object]:
    return Fetch(pieces).items()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"()", {}),
        (b"(UID 5 flags (\\Seen $x) X NIL)", {b"UID": b"5", b"FLAGS": [b"\\Seen", b"$x"], b"X": None}),
        (b'(X "a b" Y "\\"\\\\" Z "")', {b"X": b"a b", b"Y": b'"\\', b"Z": b""}),
        (b'(BODY[HEADER.FIELDS ("FROM" TO)]<0> "x")', {b'BODY[HEADER.FIELDS ("FROM" TO)]<0>': b"x"}),
        (b"( X  ((1 (2)) NIL) )", {b"X": [[b"1", [b"2"]], None]}),
        (b'(X "nil" Y nil)', {b"X": b"nil", b"Y": None}),
        (b"(X \xff\x00)", {b"X": b"\xff\x00"}),
    ],
)
def test_items(text, expected):
    assert items(b"* 1 FETCH " + text + b"\r\n") == expected
    assert items(b"* 4294967295 fetch " + text[:-1] + b" L {3}\r\n", b"a)b", b")\r\n") == expected | {b"L": b"a)b"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b'(X "abc)', Fault.QUOTES),
        (b'(X "abc\\")', Fault.QUOTES),
        (b"(X (1)", Fault.PARENTHESES),
        (b"(X 1))", Fault.PARENTHESES),
        (b"(" * 5000 + b")" * 5000, Fault.NESTING),
        (b"(" * 500_000, Fault.NESTING),
        (b"(X)", Fault.ITEMS),
        (b"((X) 1)", Fault.ITEMS),
        (b"(NIL 1)", Fault.ITEMS),
        (b"(X 1) (Y 2)", Fault.ITEMS),
        (b"X 1", Fault.ITEMS),
        (b"", Fault.ITEMS),
        (b"(BODY[HEADER 1)", Fault.ITEMS),
        (b"(" + b"BODY[ " * 150_000 + b")", Fault.ITEMS),
        (b"(X " + b'"' * 1_000_000, Fault.PARENTHESES),
        (b"(X " + b'\\"' * 500_000, Fault.QUOTES),
    ],
)
def test_items_that_make_no_sense(text, fault):
    with pytest.raises(ReadError) as caught:
        items(b"* 1 FETCH " + text + b"\r\n")
    assert caught.value.fault is fault


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_any_octets_between_literals(texts):
    pieces = [b"* 1 FETCH (" + texts[0], *texts[1:]]
    lines = [b"%s {1}\r\n" % text for text in pieces[:-1]] + [pieces[-1] + b"\r\n"]
    joined = [piece for line in lines for piece in (line, b"x")][:-1]
    try:
        Fetch(joined).items()
    except ReadError as error:
        assert error.fault  # noqa: PT017 - reading may also succeed


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b"\r\n", b"* ", b"SEARCH 1", b"1 FETCH (", b"{3}\r\n", END])))
def test_any_octets_at_all(parts):
    data = b"".join(parts)
    for size in (1, 1000):
        octets = octets_of(data, size)
        try:
            list(answer(octets, b"A1"))
        except ReadError as error:
            assert error.fault in Fault  # noqa: PT017 - reading may also succeed


RANGES = b'* ESEARCH (TAG "A1") UID ALL '


class TestRanges:
    def test_a_line_longer_than_any_other(self, monkeypatch):
        monkeypatch.setattr(imap_reader, "LINE", 100)
        numbers = range(1, 2_000, 2)
        text = RANGES + b",".join(b"%d" % n for n in numbers) + b"\r\n" + END
        for size in (1, 7, 64, 1 << 20):
            found = read(text, size)
            assert [n for part in found[:-1] for n in part.numbers] == list(numbers)
            assert found[-1] == DONE

    def test_nonsense_behind_a_long_beginning(self, monkeypatch):
        monkeypatch.setattr(imap_reader, "LINE", 100)
        found = read(RANGES + b"1:3," * 100 + b"x\r\n" + END, 7)
        assert isinstance(found[-2], Other)

    @pytest.mark.parametrize(
        "text",
        [
            b"1:4294967295",
            b"1:9999999999",
            b"1:2000000,1:2000000",
            b",".join([b"1:1000000"] * 5),
        ],
    )
    def test_so_many_are_too_many(self, text):
        assert fault_of(RANGES + text + b"\r\n" + END) is Fault.ANSWER_TOO_LONG

    def test_many_ranges_in_many_lines_are_bounded_together(self):
        line = RANGES + b"1:1000000\r\n"
        assert sum(len(part.numbers) for part in read(line + END)[:-1]) == 1_000_000
        assert fault_of(line * 3 + END) is Fault.ANSWER_TOO_LONG

    def test_a_word_without_end(self):
        assert fault_of(RANGES + b"9" * (3 << 20) + b"\r\n" + END, 1 << 16) is Fault.LINE_TOO_LONG

    def test_the_end_of_the_stream(self):
        assert fault_of(RANGES + b"1:3,4") is Fault.END
