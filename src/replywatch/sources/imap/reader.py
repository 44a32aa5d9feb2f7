"""What an IMAP server sends, read as it comes: octets to lines and literals, those to responses (RFC 9051, section 7).

Pure over octets: they come from a function, in parts of any size. Everything is bounded, and everything that can be
wrong has a name (`Fault`). A fault that leaves it open where the next response begins is raised by `answer`; one that
concerns a single message is raised by `Fetch.items`, and the answer goes on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

LINE = 1 << 20
"""Octets of a line; a SEARCH line may be longer, it is read in parts."""
LITERAL = 8 << 20
"""Octets of a literal that are kept."""
ROOM = 64 << 20
"""Octets of the answer to one command, beside those of the literals that it asks for."""
_NUMBER = 32
"""Octets for which a number counts that is named: so many it takes in memory, and a range names many in few octets."""
NESTING = 32
"""Parentheses within parentheses."""
_DIGITS = 20
"""Of a number; no number of IMAP has more."""

Value: TypeAlias = "bytes | list[Value] | None"
"""A string or an atom, a parenthesised list, or NIL."""


class Fault(StrEnum):
    """What can be wrong with what a server sends, in words."""

    END = "the connection ends within an answer"
    LINE_END = "a line does not end in CRLF"
    LINE_TOO_LONG = "a line is too long"
    LITERAL_TOO_LONG = "a literal is too long"
    ANSWER_TOO_LONG = "an answer is too long"
    NO_RESPONSE = "a line is no IMAP response"
    OTHER_TAG = "an answer is for a command that was not given"
    CONTINUATION = "the server waits for more where there is none"
    QUOTES = "a quoted string does not end"
    PARENTHESES = "parentheses do not match"
    NESTING = "parentheses are nested too deeply"
    ITEMS = "items and values do not pair up"


class ReadError(Exception):
    """What a server sent can't be read; `fault` says why, the text also where."""

    def __init__(self, fault: Fault, where: bytes = b"") -> None:
        shown = where[:80].decode("ascii", "backslashreplace").strip()
        super().__init__(f"{fault}: {shown}" if shown else str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Fetch:
    """Items of one message."""

    pieces: Sequence[bytes | None]
    """Line, literal, line, literal … line, as they came; None for a literal that was too long to be kept."""

    @property
    def number(self) -> int:
        """Of the message among those that are there now, 1 for the first."""
        return int((self.pieces[0] or b"").split(b" ", 2)[1])

    def items(self) -> dict[bytes, Value]:
        """Item name in upper case → value.

        Raises:
            ReadError: the response makes no sense.
        """
        match _values(self.pieces):
            case [list(values)] if len(values) % 2 == 0:
                pass
            case _:
                raise ReadError(Fault.ITEMS, self.pieces[0] or b"")
        found = {}
        for name, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(name, bytes):
                raise ReadError(Fault.ITEMS, self.pieces[0] or b"")
            found[name.upper()] = value
        return found


@dataclass(frozen=True, slots=True)
class Search:
    """Numbers that a SEARCH found, whether it answers by a list or by ranges (ESEARCH); several of these add up."""

    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bye:
    """The server is about to hang up."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Other:
    """Any other untagged response, such as OK, FLAGS, EXISTS, EXPUNGE; `line` is how it begins."""

    line: bytes
    further: Sequence[bytes | None] = ()
    """Literal, line … line, if literals are in it; None for a literal that was too long to be kept."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """The end of an answer."""

    status: str
    """`OK`, `NO` or `BAD`."""
    text: bytes
    """With the code in brackets, if there is one; may be empty."""


Response: TypeAlias = Fetch | Search | Bye | Other | Tagged


class Octets:
    """What comes from a server, to be taken by lines and by counts."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        """`receive` returns the next octets, as many as there are; none at the end of the stream."""
        self._receive = receive
        self._data = b""
        self._at = 0
        self._room = ROOM

    def start(self, literals: int = 0) -> None:
        """A new command begins: its answer may be as long as any, and hold so many literals besides."""
        self._room = ROOM + literals * LITERAL

    def part(self) -> bytes:
        """The rest of the present line with its line end; less at the end of the stream or if it exceeds `LINE`.

        Raises:
            ReadError: the answer is too long.
        """
        end = self._data.find(b"\n", self._at) + 1
        if end:
            line = self._data[self._at : end]
            self._at = end
        else:
            line = b"".join(self._parts_of_line())
        self._spend(len(line))
        return line

    def line(self) -> bytes:
        """The next line with its CRLF.

        Raises:
            ReadError: there is no whole line, or it is too long.
        """
        line = self.part()
        if len(line) > LINE:
            raise ReadError(Fault.LINE_TOO_LONG, line)
        return whole(line)

    def take(self, size: int) -> bytes:
        """The next `size` octets; fewer at the end of the stream.

        Raises:
            ReadError: so many are too many.
        """
        self._spend(size)
        end = self._at + size
        if end <= len(self._data):
            data = self._data[self._at : end]
            self._at = end
            return data
        return b"".join(self._parts(size))

    def skip(self, size: int) -> int:
        """How many of the next `size` octets there were; they are thrown away. Raises as `take`."""
        self._spend(size)
        return sum(map(len, self._parts(size)))

    def count(self, numbers: int) -> None:
        """So many numbers are named.

        Raises:
            ReadError: there are more than an answer has room for.
        """
        if numbers * _NUMBER > self._room:
            raise ReadError(Fault.ANSWER_TOO_LONG)
        self._room -= numbers * _NUMBER

    def _spend(self, size: int) -> None:
        if size > ROOM:
            raise ReadError(Fault.LITERAL_TOO_LONG, b"%d octets" % size)
        self._room -= size
        if self._room < 0:
            raise ReadError(Fault.ANSWER_TOO_LONG)

    def _parts(self, size: int) -> Iterator[bytes]:
        while size > 0 and self._fill():
            part = self._data[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            yield part

    def _parts_of_line(self) -> Iterator[bytes]:
        """Up to the line's end, or until they exceed `LINE`."""
        size = 0
        while size <= LINE and self._fill():
            end = self._data.find(b"\n", self._at) + 1
            part = self._data[self._at : end or len(self._data)]
            self._at += len(part)
            size += len(part)
            yield part
            if end:
                return

    def _fill(self) -> bool:
        """Whether there is more to take."""
        if self._at == len(self._data):
            self._data, self._at = self._receive(), 0
        return bool(self._data)


def whole(line: bytes) -> bytes:
    """`line` itself.

    Raises:
        ReadError: it does not end as a line has to.
    """
    if not line.endswith(b"\r\n"):
        raise ReadError(Fault.LINE_END if line.endswith(b"\n") else Fault.END, line)
    return line


_UNTAGGED = re.compile(rb"\* (?:(\d{1,10}) )?([A-Z]+)", re.IGNORECASE)
_TEXTUAL = frozenset({b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"})
"""End in text for people: what looks like a literal there is none (RFC 9051, section 7.1)."""
_COMPLETION = re.compile(rb"[^ \r\n]+ (OK|NO|BAD)(?: (.*))?\r\n", re.IGNORECASE | re.DOTALL)


def answer(octets: Octets, tag: bytes) -> Iterator[Response]:
    """The responses to the command with this tag, as they come; the last one is `Tagged`.

    Raises:
        ReadError: nobody knows where the next response begins, or it would be too much.
        OSError: whatever receiving octets raises.
    """
    ours = tag + b" "
    while True:
        line = octets.part()
        found = _UNTAGGED.match(line)
        if found is not None and found[2].upper() in _SEARCHES:
            yield from _SEARCHES[found[2].upper()](octets, line[found.end() :], tag)
            continue
        if len(line) > LINE:
            raise ReadError(Fault.LINE_TOO_LONG, line)
        whole(line)
        if found is not None:
            yield _untagged(octets, line, found)
            continue
        if line.startswith(b"+"):
            raise ReadError(Fault.CONTINUATION, line)
        completion = _COMPLETION.fullmatch(line)
        if completion is None:
            raise ReadError(Fault.NO_RESPONSE, line)
        if not line.startswith(ours):
            raise ReadError(Fault.OTHER_TAG, line)
        yield Tagged(completion[1].decode().upper(), completion[2] or b"")
        return


def _untagged(octets: Octets, line: bytes, found: re.Match[bytes]) -> Response:
    """The untagged response that begins with `line`; `found` are its number and its name."""
    number, name = found[1], found[2].upper()
    if name in _TEXTUAL:
        return Bye(line[found.end() :].strip()) if name == b"BYE" else Other(line)
    pieces = _pieces(octets, line)
    return Fetch(pieces) if number is not None and name == b"FETCH" else Other(line, tuple(pieces[1:]))


def _pieces(octets: Octets, line: bytes) -> list[bytes | None]:
    """A response with its literals (RFC 9051, section 4.3): line, literal, line … line."""
    pieces: list[bytes | None] = [line]
    while line.endswith(b"}\r\n"):
        _, brace, digits = line[:-3].rpartition(b"{")
        if not brace or not digits.isdigit():
            break
        if len(digits) > _DIGITS:
            raise ReadError(Fault.LITERAL_TOO_LONG, b"%d digits" % len(digits))
        size = int(digits)
        literal = octets.take(size) if size <= LITERAL else None
        if (octets.skip(size) if literal is None else len(literal)) < size:
            raise ReadError(Fault.END, line)
        line = octets.line()
        pieces += literal, line
    return pieces


def _search(octets: Octets, rest: bytes, _tag: bytes) -> Iterator[Search]:
    """A SEARCH response whose line goes on with `rest`, in parts if it is long."""
    for words in _in_parts(octets, rest, b" "):
        numbers = _numbers(words)
        octets.count(len(numbers))
        yield Search(numbers)


_FOUND = re.compile(rb' \(TAG ("?)([^"() \r\n]{1,40})\1\) UID(?: ALL ([\d:,]*+))?(?=[ \r\n]|$)', re.IGNORECASE)
"""How an answer to `UID SEARCH RETURN (ALL)` goes on (RFC 9051, section 7.3.4); without ALL nothing was found."""
ODD_ESEARCH = b"* ESEARCH"
"""How an ESEARCH response begins that is handed on as `Other`."""


def _esearch(octets: Octets, rest: bytes, tag: bytes) -> Iterator[Search | Other]:
    """An ESEARCH response whose line goes on with `rest`; `Other` if it is not about this command, or says more."""
    found = _FOUND.match(rest)
    ours = found is not None and found[2] == tag and rest[found.end() :].strip() == b""
    at = found.start(3) if found is not None and found[3] is not None else len(rest.rstrip())
    for part in _in_parts(octets, rest[at:], b","):
        numbers = _set(octets, part) if ours else None
        if numbers is None:
            ours = False
            continue
        yield Search(numbers)
    if not ours:
        yield Other(ODD_ESEARCH + rest)


def _set(octets: Octets, text: bytes) -> list[int] | None:
    """The numbers of a sequence set (RFC 9051, section 9), None if it is none.

    Raises:
        ReadError: there are too many.
    """
    numbers: list[int] = []
    for part in text.strip().split(b",") if text.strip() else ():
        first, colon, last = part.partition(b":")
        if not first.isdigit() or len(first) > 10 or (colon and not (last.isdigit() and len(last) <= 10)):
            return None
        low, high = sorted((int(first), int(last or first)))
        octets.count(high - low + 1)
        numbers.extend(range(low, high + 1))
    return numbers


def _in_parts(octets: Octets, rest: bytes, separator: bytes) -> Iterator[bytes]:
    """The line that goes on with `rest`, cut between words that `separator` separates if it is long.

    Raises:
        ReadError: it does not end, or a word is too long.
    """
    while not rest.endswith(b"\n"):
        done, _, begun = rest.rpartition(separator)
        more = octets.part()
        if not more:
            raise ReadError(Fault.END, rest)
        if len(begun) > 2 * _DIGITS:
            raise ReadError(Fault.LINE_TOO_LONG, begun)
        yield done
        rest = begun + more
    yield whole(rest)


_SEARCHES: dict[bytes, Callable[[Octets, bytes, bytes], Iterator[Response]]] = {
    b"SEARCH": _search,
    b"ESEARCH": _esearch,
}
"""May be longer than a line."""


def _numbers(text: bytes) -> list[int]:
    """The numbers among the words; MODSEQ (RFC 7162, section 3.1.5) is in parentheses and so none of them."""
    return [int(word) for word in text.split() if word.isdigit() and len(word) <= 10]


_TOKEN = re.compile(
    rb' *+(?:([()])|"((?:[^"\\]|\\.)*+)"|(BODY\[[^\]]*+\](?:<\d+>)?|[^ ()"\r\n]++))', re.IGNORECASE | re.DOTALL
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def _values(pieces: Sequence[bytes | None]) -> list[Value]:
    """What stands behind the word FETCH (RFC 9051, section 9, `msg-att`).

    Raises:
        ReadError: parentheses or quotes do not match, or there are too many; or a literal was too long.
    """
    root: list[Value] = []
    stack = [root]
    last = len(pieces) - 1
    for at in range(0, last + 1, 2):
        line = pieces[at] or b""
        begin = line.index(b" ", 2) + len(b" FETCH") if at == 0 else 0
        end = len(line) - len(b"\r\n") if at == last else line.rindex(b"{")
        _read_line(line, begin, end - line.endswith(b"~", begin, end), stack)
        if at < last:
            literal = pieces[at + 1]
            if literal is None:
                raise ReadError(Fault.LITERAL_TOO_LONG, line)
            stack[-1].append(literal)
    if len(stack) > 1:
        raise ReadError(Fault.PARENTHESES, pieces[0] or b"")
    return root


def values_of(line: bytes) -> list[Value]:
    """The values behind the name of an untagged response that is one line.

    Raises:
        ReadError: parentheses or quotes do not match, or there are too many.
    """
    root: list[Value] = []
    stack = [root]
    _read_line(line, line.index(b" ", 2), len(line) - len(b"\r\n"), stack)
    if len(stack) > 1:
        raise ReadError(Fault.PARENTHESES, line)
    return root


def _read_line(line: bytes, at: int, end: int, stack: list[list[Value]]) -> None:
    """Put the values in `line` from `at` to `end` into the innermost of the lists that are open."""
    while at < end:
        token = _TOKEN.match(line, at, end)
        if token is None:
            if line[at:end].isspace():
                return
            raise ReadError(Fault.QUOTES, line[at:end])
        at = token.end()
        parenthesis, quoted, atom = token.groups()
        if parenthesis == b"(":
            if len(stack) > NESTING:
                raise ReadError(Fault.NESTING, line)
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif parenthesis:
            stack.pop()
            if not stack:
                raise ReadError(Fault.PARENTHESES, line)
        elif quoted is not None:
            stack[-1].append(_ESCAPED.sub(rb"\1", quoted))
        elif atom[:5].upper() == b"BODY[" and b"]" not in atom:
            raise ReadError(Fault.ITEMS, line[at:])
        else:
            stack[-1].append(None if atom.upper() == b"NIL" else atom)
