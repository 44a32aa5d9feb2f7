"""Whose mailboxes are where: what a server says to NAMESPACE (RFC 2342)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replywatch.sources.imap.reader import ReadError, Value, values_of

_MOST = 20
"""Namespaces of a kind; a server has one or two."""
_LONGEST = 200
"""Octets of a prefix."""
_NEWS = b"#news."
"""Usenet (RFC 9051, section 5.1.2): no mail, and mailboxes by the ten thousand."""

_UNSENDABLE = re.compile(rb"[\r\n\0]")

Space = tuple[bytes, bytes]
"""Prefix of the names in it, and their delimiter, in octets as they are on the wire."""


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Where mailboxes are. Nothing is known of them where the server doesn't say, or not sensibly."""

    personal: tuple[Space, ...] = ()
    others: tuple[Space, ...] = ()
    """Other users' mailboxes."""
    shared: tuple[Space, ...] = ()

    @classmethod
    def of(cls, line: bytes) -> Namespaces | None:
        """What an untagged response says; None if it is no NAMESPACE response, or makes no sense."""
        if not line.upper().startswith(b"* NAMESPACE "):
            return None
        try:
            personal, others, shared = map(_spaces, values_of(line))
        except (ReadError, ValueError, TypeError):
            return None
        return cls(personal, others, shared)

    def besides(self) -> list[bytes]:
        """Prefixes of mailboxes that a list of all may leave out."""
        found = dict.fromkeys(prefix for prefix, _ in (*self.others, *self.shared))
        return [prefix for prefix in found if prefix and not prefix.lower().startswith(_NEWS)]

    def is_others(self, name: bytes) -> bool:
        """Whether the mailbox `name`, as it is on the wire, is another user's: the longest prefix decides."""
        ours, theirs = (
            max((len(prefix) for prefix, delimiter in spaces if _is_in(name, prefix, delimiter)), default=-1)
            for spaces in ((*self.personal, *self.shared), self.others)
        )
        return theirs > ours


def _is_in(name: bytes, prefix: bytes, delimiter: bytes) -> bool:
    return name.startswith(prefix) or (bool(delimiter) and name + delimiter == prefix)


def _spaces(value: Value) -> tuple[Space, ...]:
    """The namespaces of one kind; what stands behind prefix and delimiter is an extension.

    Raises:
        ValueError, TypeError: it makes no sense.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not value or len(value) > _MOST:
        raise ValueError(value)
    return tuple(_space(description) for description in value)


def _space(description: Value) -> Space:
    if not isinstance(description, list):
        raise TypeError(description)
    prefix, delimiter, *_ = description
    if (
        not isinstance(prefix, bytes)
        or len(prefix) > _LONGEST
        or not (delimiter is None or isinstance(delimiter, bytes))
        or _UNSENDABLE.search(prefix)
    ):
        raise TypeError(description)
    return prefix, delimiter or b""
