"""Which mailboxes a server lists: LIST responses (RFC 9051, section 7.3.1) as servers really write them.

A line that breaks the rules costs that line at most. Names are octets on the wire, whatever their encoding, and go back
to the server as they came; for people and for the config they are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import NamedTuple

from replywatch.sources.folder_names import decode_name
from replywatch.sources.imap.reader import Other

_LIST = re.compile(rb"\* LIST ", re.IGNORECASE)
_HEAD = re.compile(rb'\(([^()]*+)\) +(?:(NIL)|"(\\?.)?"|([^ "()])) +', re.IGNORECASE | re.DOTALL)
"""Attributes in parentheses and the delimiter: in quotes, with or without an escape, or bare."""
_QUOTED = re.compile(rb'"((?:[^"\\]|\\["\\])*+)"(?: \(.*\))?', re.DOTALL)
"""A name as it should be; what may stand behind it in parentheses is an extension (RFC 5258)."""
_ESCAPED = re.compile(rb'\\(["\\])')
_LITERAL = re.compile(rb"~?\{\d+\}$")
_UNSELECTABLE = frozenset({"\\noselect", "\\nonexistent"})
_SHOWN = 200
"""Octets of a line that can't be read which stand for its name."""
_FLEETING = frozenset({"\\marked", "\\unmarked", "\\haschildren", "\\hasnochildren"})
"""What LIST says of a mailbox's news and neighbours: it comes and goes and tells no role."""


class Listed(NamedTuple):
    """A mailbox that can be opened, as a server lists it."""

    wire: bytes
    """Its name in octets, without quotes and escapes; of a line that can't be read what stands there."""
    delimiter: str = ""
    attributes: tuple[str, ...] = ()
    """In lower case; only those that last."""
    is_readable: bool = True
    """False: nobody knows what is listed there, so it can't be opened."""

    @property
    def name(self) -> str:
        """The name as text: from modified UTF-7 or UTF-8, else from Latin-1."""
        return text_of(self.wire)

    def joined(self, other: Listed) -> Listed:
        """The same mailbox with the attributes of `other`, too: it was listed twice."""
        return self._replace(attributes=tuple(dict.fromkeys((*other.attributes, *self.attributes))))


def text_of(wire: bytes) -> str:
    """A name as text."""
    try:
        return decode_name(wire.decode())
    except UnicodeDecodeError:
        return wire.decode("latin-1")


def listed(response: Other) -> Iterator[Listed]:
    """The mailbox that a LIST response names; none if it can't be opened, or if it is another response."""
    begin = _LIST.match(response.line)
    if begin is None:
        return
    line = response.line[begin.end() :].removesuffix(b"\r\n")
    head = _HEAD.match(line)
    name = _name(line[head.end() :], response) if head else None
    if head is None or name is None:
        yield Listed(line[:_SHOWN] or b"?", is_readable=False)
        return
    attributes = tuple(word.decode("latin-1").lower() for word in head[1].split())
    if _UNSELECTABLE.isdisjoint(attributes):
        delimiter = b"" if head[2] else (head[3] or head[4] or b"")[-1:]
        yield Listed(name, delimiter.decode("latin-1"), tuple(a for a in attributes if a not in _FLEETING))


def _name(rest: bytes, response: Other) -> bytes | None:
    """The name that stands behind the delimiter; None where nobody knows how far it goes.

    Domino writes names with blanks bare; others put names in quotes without escaping those that are part of them.
    """
    rest = rest.rstrip(b" ")
    if response.further and _LITERAL.match(rest):
        return response.further[0]
    if proper := _QUOTED.fullmatch(rest):
        return _ESCAPED.sub(rb"\1", proper[1])
    if len(rest) > 1 and rest.startswith(b'"') and rest.endswith(b'"'):
        return rest[1:-1]
    return None if rest.startswith(b'"') or not rest or response.further else rest


def by_name(found: Iterable[Listed]) -> dict[str, Listed]:
    """Each mailbox under a name of its own.

    Of several whose names are the same as text the one keeps it that is written so; the others show as they are on the
    wire, with a number where even that is another one's name.
    """
    names: dict[str, Listed] = {}
    for mailbox in sorted(found, key=lambda m: (m.name.encode() != m.wire, m.wire)):
        wire = mailbox.wire.decode("latin-1")
        numbered = (f"{wire} ({number})" for number in count(2))
        names[next(name for name in chain((mailbox.name, wire), numbered) if name not in names)] = mailbox
    return names
