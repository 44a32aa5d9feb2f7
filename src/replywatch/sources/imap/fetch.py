"""What is asked of an IMAP server about messages, and of how many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from replywatch.domain.headers.header import AT_ONCE, FETCH_FIELDS
from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage
from replywatch.sources.imap.extensions import extensions_of
from replywatch.sources.imap.flags import CHANGE_ITEMS, LABEL_ITEMS
from replywatch.sources.imap.reader import Fetch, ReadError, Value
from replywatch.sources.imap.told import (
    ATTRIBUTES,
    HEADER,
    Told,
    flags_of,
    instant,
    message_of,
    number_of,
    told,
    told_flags,
)

_FIRST_BATCH = 80
_LARGEST_BATCH = 1000
_LINE = 8000
_SHORT_LINE = 980
"""Octets of a command; the short one for old servers, RFC 2683, section 3.2.1.5."""
_COMMAND = len("ABCD1234567 UID FETCH  \r\n")
_QUOTABLE = re.compile(r"[!#-\[\]-~]{1,900}")
"""Printable ASCII without blanks, quotes and backslashes."""


class Question:
    """Which items are asked for in a session, and what answers say."""

    def __init__(self, capabilities: frozenset[str]) -> None:
        self._extensions = extensions = extensions_of(capabilities)
        items = f"UID INTERNALDATE RFC822.SIZE FLAGS {extensions.items if extensions else ''}"
        self.items = f"({items}BODY.PEEK[HEADER.FIELDS ({' '.join(FETCH_FIELDS)})])"
        self.whole_items = f"({items}BODY.PEEK[HEADER])"
        """The same with the whole header, for servers that make nothing of a list of fields."""
        self.has_labels = extensions is not None and extensions.label_item is not None
        self._wanted = {"uid", "header", "internal_date", "size", "flags"} | ({"said"} if extensions else set())
        self.change_items = LABEL_ITEMS if self.has_labels else CHANGE_ITEMS
        further = extensions.attributes if extensions else b""
        self._attributes = re.compile(rb"(?: ?(?:" + ATTRIBUTES + further + rb"))*+", re.DOTALL)
        line = _LINE if "CONDSTORE" in capabilities else _SHORT_LINE
        self.room = max(1, line - _COMMAND - len(self.items))
        """Octets of the UIDs that one command may name."""

    def told(self, response: Fetch) -> Told:
        """What a response says of a message, be it only a part."""
        return told(response, self._extensions)

    def whole(self, items: Told) -> FetchedMessage | None:
        """The message of which this was told; None if anything is missing."""
        return self.enough(items) if items.keys() >= self._wanted else None

    def enough(self, items: Told) -> FetchedMessage | None:
        """The message of which this was told; None if it can't be used."""
        return message_of(items, said=self._extensions is not None)

    def common(self, response: Fetch) -> FetchedMessage | None:
        """A response of the form that nearly every server sends, read by one regular expression."""
        if len(response.pieces) != 3:
            return None
        line, header, rest = response.pieces
        if line is None or header is None or rest is None or not rest.endswith(b")\r\n"):
            return None
        start, end = line.find(b"("), line.find(HEADER)
        found = self._attributes.fullmatch((line[start + 1 : end].rstrip() + rest[:-3]).lstrip()) if end > 0 else None
        if found is None:
            return None
        uid, date, size, flags, *extended = found.groups()
        extra = self._extensions.common(extended) if self._extensions else ()
        if extra is None or None in (uid, date, size, flags):
            return None
        return FetchedMessage(int(uid), header, instant(date), int(size), flags_of(flags), *extra)

    def changed(self, response: Fetch) -> Changed | None:
        """What a response tells of flags and labels; None if it tells of neither, or makes no sense."""
        try:
            values = response.items()
            uid = number_of(values, b"UID")
        except (ReadError, ValueError, TypeError, LookupError):
            return None
        (provider_id, labels), flags = self._labels(values), told_flags(values)
        return None if flags is None and labels is None else Changed(uid, flags, provider_id, labels)

    def _labels(self, values: Mapping[bytes, Value]) -> tuple[str | None, tuple[str, ...] | None]:
        """The provider's id and the labels among the items of an answer; None where they are not told, or garbled."""
        try:
            if self._extensions and (labels := self._extensions.labels(values)) is not None:
                return self._extensions.id_of(values), labels
        except (ValueError, TypeError, LookupError):
            pass
        return None, None


class Batches:
    """Of how many messages is asked at once; it learns from what comes, as long as it lasts."""

    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """Forget what was learned: it was not for their number that messages did not come."""
        self._size = _FIRST_BATCH
        self._most = _LARGEST_BATCH

    def of(self, uids: Sequence[int], room: int) -> Iterator[list[int]]:
        """`uids` in parts that grow, each small enough for one command that has `room` for so many octets of them."""
        done = 0
        while done < len(uids):
            batch = list(uids[done : done + self._size])
            while len(batch) > 1 and len(uid_set(batch)) > room:
                batch = batch[: len(batch) // 2]
            self._size = min(2 * self._size, self._most)
            yield batch
            done += len(batch)

    def came(self, messages: int, octets: int) -> None:
        """So many messages came at once, with so many octets of headers."""
        if octets > AT_ONCE:
            self._size = max(1, messages * AT_ONCE // octets)

    def too_many(self, messages: int) -> bool:
        """So many at once made the server hang up: fewer are asked for from now on; whether that is possible."""
        self._size = self._most = max(1, messages // 2)
        return messages > 1


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
