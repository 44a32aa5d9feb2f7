"""What some providers say of a message beside what every IMAP server says: their ids of it, and Gmail's labels.

Gmail: X-GM-EXT-1 (developers.google.com/workspace/gmail/imap/imap-extensions). Others: OBJECTID (RFC 8474).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from replywatch.sources.folder_names import as_labels, decode_name
from replywatch.sources.imap.reader import Value

GMAIL = "X-GM-EXT-1"

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"|([^ "]++)', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class Said(NamedTuple):
    """What a provider says of a message."""

    thread: str | None
    provider_id: str | None
    labels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Extensions:
    """The items of one provider, and how they are read."""

    name: str
    id_item: bytes
    thread_item: bytes
    label_item: bytes | None
    attributes: bytes
    """Regular expression: the items in their usual form, a group for the value of each."""

    @property
    def items(self) -> str:
        """What to ask for, with a blank behind it."""
        return "".join(f"{item.decode()} " for item in (self.id_item, self.thread_item, self.label_item) if item)

    def common(self, values: list[bytes | None]) -> Said | None:
        """What the groups of `attributes` say; None if one is missing."""
        if None in values:
            return None
        provider_id, thread, *labels = values
        return Said(self._tagged(thread), self._tagged(provider_id), _labels(labels[0] or b"") if labels else None)

    def unusual(self, values: Mapping[bytes, Value]) -> Said:
        """What the items of an answer say.

        Raises:
            LookupError: one is missing. EMAILID may be: no figure needs it.
            ValueError, TypeError: one makes no sense.
        """
        optional = values.get(self.id_item) if self.label_item is None else values[self.id_item]
        return Said(self._id(values[self.thread_item]), self._id(optional), self.labels(values))

    def labels(self, values: Mapping[bytes, Value]) -> tuple[str, ...] | None:
        """The labels among the items of an answer; None if this provider has none. Raises as `unusual`."""
        if self.label_item is None:
            return None
        labels = values[self.label_item]
        if not isinstance(labels, list) or any(isinstance(label, list) for label in labels):
            raise TypeError(self.label_item)
        return _clean(label for label in labels if isinstance(label, bytes))

    def id_of(self, values: Mapping[bytes, Value]) -> str | None:
        """The message's id among the items of an answer. Raises as `unusual`."""
        return self._id(values[self.id_item])

    def _id(self, value: Value) -> str | None:
        """The id in `value`; pymap puts ids of RFC 8474 into two pairs of parentheses, not one."""
        while isinstance(value, list):
            (value,) = value
        return self._tagged(value)

    def _tagged(self, value: bytes | None) -> str | None:
        """The id as it is stored; None for NIL: Cyrus sends it with every message where it keeps no conversations."""
        return (
            None
            if value is None or value.upper() == b"NIL"
            else f"{self.name}:{value.decode('utf-8', 'backslashreplace')}"
        )


_PROVIDERS = {
    GMAIL: Extensions(
        "gmail",
        b"X-GM-MSGID",
        b"X-GM-THRID",
        b"X-GM-LABELS",
        rb"|X-GM-MSGID (\d{1,20})|X-GM-THRID (\d{1,20})"
        rb'|X-GM-LABELS \(((?:[^()"{]|"(?:[^"\\]|\\.)*+")*+)\)',
    ),
    "OBJECTID": Extensions(
        "objectid", b"EMAILID", b"THREADID", None, rb"|EMAILID \(+([^() ]{1,255})\)+|THREADID \(+([^() ]{1,255})\)+"
    ),
}


def extensions_of(capabilities: frozenset[str]) -> Extensions | None:
    """The provider whose items a server with these capabilities knows."""
    return next((provider for name, provider in _PROVIDERS.items() if name in capabilities), None)


@lru_cache(maxsize=1024)
def _labels(text: bytes) -> tuple[str, ...]:
    """The labels between the parentheses of an answer."""
    found = (_ESCAPED.sub(rb"\1", token[1]) if token[2] is None else token[2] for token in _QUOTED.finditer(text))
    return _clean(found)


def _clean(labels: Iterable[bytes]) -> tuple[str, ...]:
    """Labels, decoded as names of mailboxes are (modified UTF-7)."""
    return as_labels(decode_name(label.decode("utf-8", "backslashreplace")) for label in labels)
