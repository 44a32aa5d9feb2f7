"""What is asked of an IMAP server about messages, and how its answers are read (RFC 9051, section 7.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from replywatch.domain.headers.header import FETCH_FIELDS
from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage
from replywatch.sources.imap.extensions import extensions_of
from replywatch.sources.imap.flags import CHANGE_ITEMS, LABEL_ITEMS
from replywatch.sources.imap.reader import Fetch, ReadError, Value

_FIRST_BATCH = 80
_LARGEST_BATCH = 1000
_LINE = 8000
_SHORT_LINE = 980
"""Octets of a command; the short one for old servers, RFC 2683, section 3.2.1.5."""
_COMMAND = len("ABCD1234567 UID FETCH  \r\n")

_HEADER = b"BODY[HEADER"
"""Begins the header's name in an answer. What follows differs: servers quote or sort the field names."""
_ATTRIBUTES = rb'UID (\d{1,10})|INTERNALDATE "([^"]*)"|RFC822\.SIZE (\d{1,18})|FLAGS \(([^()"]*)\)|MODSEQ \(\d{1,20}\)'
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_QUOTABLE = re.compile(r"[!#-\[\]-~]{1,900}")
"""Printable ASCII without blanks, quotes and backslashes."""
_DIGITS = 20
_LARGEST_SIZE = (1 << 63) - 1
"""What RFC 9051 allows a size to be, and a database can hold."""


class Question:
    """Which items are asked for in a session, and of how many messages at once."""

    def __init__(self, capabilities: frozenset[str]) -> None:
        self._extensions = extensions = extensions_of(capabilities)
        fields = " ".join(FETCH_FIELDS)
        items = extensions.items if extensions else ""
        self.items = f"(UID INTERNALDATE RFC822.SIZE FLAGS {items}BODY.PEEK[HEADER.FIELDS ({fields})])"
        self.has_labels = extensions is not None and extensions.label_item is not None
        self.change_items = LABEL_ITEMS if self.has_labels else CHANGE_ITEMS
        further = extensions.attributes if extensions else b""
        self._attributes = re.compile(rb"(?: ?(?:" + _ATTRIBUTES + further + rb"))*+", re.DOTALL)
        line = _LINE if "CONDSTORE" in capabilities else _SHORT_LINE
        self._size = _FIRST_BATCH
        self._room = max(1, line - _COMMAND - len(self.items))

    def batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """`uids` in parts that grow over the session, each small enough for one command."""
        done = 0
        while done < len(uids):
            batch = list(uids[done : done + self._size])
            while len(batch) > 1 and len(uid_set(batch)) > self._room:
                batch = batch[: len(batch) // 2]
            yield batch
            done += len(batch)
            self._size = min(2 * self._size, _LARGEST_BATCH)

    def message(self, response: Fetch) -> FetchedMessage | None:
        """The message that a response speaks of; None if it lacks what was asked for, or makes no sense.

        Unasked responses (a flag changed meanwhile) lack something.
        """
        return self._common(response) or self._unusual(response)

    def _common(self, response: Fetch) -> FetchedMessage | None:
        """A response of the form that nearly every server sends, read by one regular expression."""
        if len(response.pieces) != 3:
            return None
        line, header, rest = response.pieces
        if line is None or header is None or rest is None or not rest.endswith(b")\r\n"):
            return None
        start, end = line.find(b"("), line.find(_HEADER)
        found = self._attributes.fullmatch((line[start + 1 : end].rstrip() + rest[:-3]).lstrip()) if end > 0 else None
        if found is None:
            return None
        uid, date, size, flags, *extended = found.groups()
        extra = self._extensions.common(extended) if self._extensions else ()
        if extra is None or None in (uid, date, size, flags):
            return None
        return FetchedMessage(int(uid), header, instant(date), int(size), _flags(flags), *extra)

    def _unusual(self, response: Fetch) -> FetchedMessage | None:
        """A response in any other legal form: quoted header, odd letter case, several literals, NIL."""
        try:
            values = response.items()
            header = next(value for name, value in values.items() if name.startswith(_HEADER))
            extra = self._extensions.unusual(values) if self._extensions else ()
            return FetchedMessage(
                _number(values[b"UID"]),
                _octets(header),
                instant(_octets(values[b"INTERNALDATE"] or b"")),
                min(_number(values[b"RFC822.SIZE"]), _LARGEST_SIZE),
                tuple(_text(flag) for flag in _list(values[b"FLAGS"]) if flag is not None),
                *extra,
            )
        except (ReadError, ValueError, TypeError, LookupError, StopIteration):
            return None  # something is missing or garbled: the message counts as not fetched

    def changed(self, response: Fetch) -> Changed | None:
        """What a response tells of flags and labels; None if it tells of neither, or makes no sense."""
        try:
            values = response.items()
            uid = _number(values[b"UID"])
        except (ReadError, ValueError, TypeError, LookupError):
            return None
        (provider_id, labels), flags = self._labels(values), _told_flags(values)
        return None if flags is None and labels is None else Changed(uid, flags, provider_id, labels)

    def _labels(self, values: Mapping[bytes, Value]) -> tuple[str | None, tuple[str, ...] | None]:
        """The provider's id and the labels among the items of an answer; None where they are not told, or garbled."""
        try:
            if self._extensions and (labels := self._extensions.labels(values)) is not None:
                return self._extensions.id_of(values), labels
        except (ValueError, TypeError, LookupError):
            pass
        return None, None


def uid_set(uids: Sequence[int]) -> str:
    """Exactly these UIDs as a sequence set (RFC 9051, section 9), runs written as ranges: `1:3,7`."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and runs[-1][1] + 1 == uid:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{first}:{last}" if first < last else str(first) for first, last in runs)


def by_message_ids(message_ids: Sequence[str]) -> Iterator[str]:
    """Search criteria that together find the messages with these Message-IDs, each short enough for any server.

    An id stands in them as a quoted string (RFC 9051, section 4.3); one that none can hold is left out.
    """
    criteria, room = "", _SHORT_LINE - _COMMAND - len(" SEARCH RETURN (ALL)")
    for message_id in message_ids:
        if not _QUOTABLE.fullmatch(message_id):
            continue
        one = f'HEADER Message-ID "{message_id}"'
        if criteria and len(criteria) + len(one) + len("OR  ") > room:
            yield criteria
            criteria = ""
        criteria = f"OR {one} {criteria}" if criteria else one
    if criteria:
        yield criteria


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
def _flags(text: bytes) -> tuple[str, ...]:
    return tuple(_text(flag) for flag in text.split() if flag.upper() != b"NIL")


def _told_flags(values: Mapping[bytes, Value]) -> tuple[str, ...] | None:
    """The flags among the items of an answer; None where they are not told, or garbled."""
    try:
        return tuple(_text(flag) for flag in _list(values[b"FLAGS"]) if flag is not None)
    except (ValueError, TypeError, LookupError):
        return None


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
