"""Words of a command: in quotes where a quoted string can hold them, else as literals (RFC 9051, section 4.3)."""

from __future__ import annotations

import re

_QUOTABLE = re.compile(rb"[ -~]*")
_UNQUOTED = re.compile(rb"[ !#-~]*")
_SPECIAL = re.compile(rb'(["\\])')


def is_quotable(text: bytes) -> bool:
    """Whether a quoted string can hold it: printable ASCII."""
    return _QUOTABLE.fullmatch(text) is not None


def quoted(text: bytes) -> bytes:
    """`text`, which `is_quotable`, as a quoted string."""
    return b'"' + _SPECIAL.sub(rb"\\\1", text) + b'"'


def command(*words: str | bytes) -> list[bytes]:
    """The lines of a command, without its tag and line ends: a `str` stands as it is, `bytes` are a string.

    A string with quotes in it becomes a literal, too: servers that send such names without escaping them can't be
    trusted to understand the escape. Behind the announcement of a literal a new line begins, which may leave once the
    server says so; literals that don't wait for that would be commands to a server that does not know them.
    """
    lines = [b""]
    for number, word in enumerate(words):
        lines[-1] += b" " * (number > 0)
        if isinstance(word, str):
            lines[-1] += word.encode("ascii")
        elif _UNQUOTED.fullmatch(word):
            lines[-1] += quoted(word)
        else:
            lines[-1] += b"{%d}" % len(word)
            lines.append(word)
    return lines
