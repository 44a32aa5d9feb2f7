"""What responses to FETCH say of a message (RFC 9051, section 7.5.2), in any legal form, and in many illegal ones.

UID and header are all that a message needs: a garbled item beside them costs that item alone, as long as it is certain
where the header begins and ends. That is so where the server announced it as a literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypedDict

from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.sources.imap.extensions import Extensions, Said
from replywatch.sources.imap.reader import Fetch, ReadError, Value

HEADER = b"BODY[HEADER"
"""Begins the header's name in an answer. What follows differs: servers quote or sort the field names."""
ATTRIBUTES = rb'UID (\d{1,10})|INTERNALDATE "([^"]*)"|RFC822\.SIZE (\d{1,18})|FLAGS \(([^()"]*)\)|MODSEQ \(\d{1,20}\)'
"""Items in their usual form."""
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DIGITS = 20
_LARGEST_SIZE = (1 << 63) - 1
"""What RFC 9051 allows a size to be, and a database can hold."""
_NO_SENSE = (ReadError, ValueError, TypeError, LookupError, StopIteration)

_ITEM = rb" (?:UID|INTERNALDATE|RFC822\.SIZE|MODSEQ|EMAILID|THREADID|X-GM-[A-Z]+|BODY\[)"
_FLAGS = re.compile(rb"(?<=[ (])FLAGS (.*?)\)?(?=" + _ITEM + rb"|\)?\r\n| ?~?\{\d+\}\r\n)", re.IGNORECASE | re.DOTALL)
"""Flags up to the next item, whatever stands between."""
_FLAG = re.compile(rb"[\\$][A-Za-z0-9_-]+|(?:Not|Non)?Junk", re.IGNORECASE)
"""What figures may go by, and what looks like it."""
_ANNOUNCED = re.compile(rb"BODY\[HEADER[^\]]*+\]? ?~?\{\d+\}\r\n", re.IGNORECASE)
_ROUGHLY = {
    name: re.compile(rb"[ (]" + item + rb"(?=[ )\r])", re.IGNORECASE)
    for name, item in {
        "uid": rb"UID (\d{1,10})",
        "internal_date": rb'INTERNALDATE "([^"]*)"',
        "size": rb"RFC822\.SIZE (\d{1,18})",
    }.items()
}


class Told(TypedDict, total=False):
    """What is told of one message. An item that is missing was not told, or made no sense."""

    uid: int
    header: bytes
    internal_date: int | None
    """None: what is told is no date, or one of a clock that was not set."""
    size: int
    flags: tuple[str, ...]
    said: Said
    """By the provider; only where it was asked."""
    words: tuple[str, ...]
    """What looks like flags in a list of flags that can't be read."""


def told(response: Fetch, extensions: Extensions | None) -> Told:
    """What a response says of a message, as far as it can be told for sure."""
    try:
        return _read(response.items(), extensions)
    except ReadError:
        found = _rough(response)
    rest, found["words"] = _without_flags(response)
    if extensions:
        with suppress(*_NO_SENSE):
            found["said"] = extensions.unusual(rest.items())
    return found


def message_of(items: Told, *, said: bool) -> FetchedMessage | None:
    """The message of which this was told; None if that is too little. `said`: its provider has to say something."""
    if "uid" not in items or "header" not in items or (said and "said" not in items):
        return None
    flags = items.get("flags", items.get("words", ()))
    message = FetchedMessage(items["uid"], items["header"], items.get("internal_date"), items.get("size"), flags)
    return message._replace(**items["said"]._asdict()) if "said" in items else message


def _read(values: Mapping[bytes, Value], extensions: Extensions | None) -> Told:
    """What the items of a response say, each for itself."""
    found = Told()
    with suppress(*_NO_SENSE):
        found["uid"] = _number(values[b"UID"])
    with suppress(*_NO_SENSE):
        found["header"] = _octets(next(value for name, value in values.items() if name.startswith(HEADER)))
    with suppress(*_NO_SENSE):
        found["internal_date"] = instant(_octets(values[b"INTERNALDATE"] or b""))
    with suppress(*_NO_SENSE):
        found["size"] = min(_number(values[b"RFC822.SIZE"]), _LARGEST_SIZE)
    if (flags := told_flags(values)) is not None:
        found["flags"] = flags
    if extensions:
        with suppress(*_NO_SENSE):
            found["said"] = extensions.unusual(values)
    return found


def _without_flags(response: Fetch) -> tuple[Fetch, tuple[str, ...]]:
    """The response as if it told of no flags, and what looks like flags in it.

    People give keywords names that break an answer: with a parenthesis, or a quote.
    """
    pieces = list(response.pieces)
    for at in range(0, len(pieces), 2):
        line = pieces[at] or b""
        if found := _FLAGS.search(line):
            pieces[at] = line[: found.start()] + b"FLAGS ()" + line[found.end() :]
            words = found[1].replace(b"(", b" ").replace(b")", b" ").split()
            return Fetch(pieces), tuple(word.decode() for word in words if _FLAG.fullmatch(word))
    return response, ()


def _rough(response: Fetch) -> Told:
    """What can be told of a response in which quotes or parentheses don't match: what it says just once."""
    lines = [line or b"" for line in response.pieces[::2]]
    headers = [
        literal
        for line, literal in zip(lines, response.pieces[1::2], strict=False)
        if _ANNOUNCED.fullmatch(line, max(line.upper().rfind(HEADER), 0))
    ]
    found = Told()
    if len(headers) == 1 and headers[0] is not None:
        found["header"] = headers[0]
    if uid := _once(lines, "uid"):
        found["uid"] = int(uid)
    if date := _once(lines, "internal_date"):
        found["internal_date"] = instant(date)
    if size := _once(lines, "size"):
        found["size"] = int(size)
    return found


def _once(lines: Iterable[bytes], item: str) -> bytes | None:
    """The one value that an item has in these lines; None if there is none, or more than one."""
    values = {value for line in lines for value in _ROUGHLY[item].findall(line)}
    return values.pop() if len(values) == 1 else None


def instant(date: bytes) -> int | None:
    """INTERNALDATE (`date-time` of RFC 9051, section 9) as an instant; None where it is none.

    Instants up to 1970-01-01T00:00:00Z count as none: they stand for a clock that was not set.
    """
    match = _DATE.fullmatch(date)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    midnight = _midnight(day, month, year)
    hours, minutes, zone = int(hour), int(minute), (int(zone_hours) * 60 + int(zone_minutes)) * 60
    if midnight is None or hours > 23 or minutes > 59 or zone >= DAY:
        return None
    seconds = midnight + hours * 3600 + minutes * 60 + min(int(second), 59) + (-zone if sign == b"+" else zone)
    return seconds if seconds > 0 else None


@lru_cache(maxsize=1024)
def _midnight(day: bytes, month: bytes, year: bytes) -> int | None:
    """When a day begins in UTC; None if there is no such day."""
    number = _MONTHS.get(month.lower())
    try:
        return int(datetime(int(year), number, int(day), tzinfo=UTC).timestamp()) if number else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def flags_of(text: bytes) -> tuple[str, ...]:
    """The flags between the parentheses of an answer in its usual form."""
    return tuple(_text(flag) for flag in text.split() if flag.upper() != b"NIL")


def told_flags(values: Mapping[bytes, Value]) -> tuple[str, ...] | None:
    """The flags among the items of an answer; None where they are not told, or garbled."""
    try:
        return tuple(_text(flag) for flag in _list(values[b"FLAGS"]) if flag is not None)
    except (ValueError, TypeError, LookupError):
        return None


def number_of(values: Mapping[bytes, Value], item: bytes) -> int:
    """The number that an item is. Raises `LookupError`, `TypeError` or `ValueError` if it is missing or none."""
    return _number(values[item])


def _text(value: Value) -> str:
    return _octets(value).decode("utf-8", "backslashreplace")


def _number(value: Value) -> int:
    """`value` as a number.

    Raises:
        TypeError: it is a list or NIL.
        ValueError: it is no number, or an absurd one.
    """
    digits = _octets(value)
    if not digits.isdigit() or len(digits) > _DIGITS:
        raise ValueError(digits[:_DIGITS])
    return int(digits)


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise TypeError(type(value).__name__)
    return value


def _octets(value: Value) -> bytes:
    """`value`, which must be a string of the answer.

    Raises:
        TypeError: it is a list or NIL.
    """
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return value
