"""Names of mailboxes and labels: what files are called, and modified UTF-7 (RFC 3501, 5.1.3)."""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_DIRECT = re.compile(r"[ -~]")
_LONGEST_LABEL = 1000
"""Characters; Gmail allows 225."""
_MOST_LABELS = 1000
"""Of one message."""


def as_text(name: str) -> str:
    """A file name that any text column can hold; octets that are no UTF-8 show as hexadecimal escapes."""
    return os.fsencode(name).decode(errors="backslashreplace")


def decode_name(name: str) -> str:
    """`name` decoded; `name` as it stands if it is not modified UTF-7 exactly as RFC 3501, 5.1.3 writes it.

    Strict on purpose: `R&D` and `Müller` are names that a person gave to a folder, nothing to decode.
    """
    if not name.isascii():
        return name
    try:
        decoded = _SHIFTED.sub(_unshift, name)
    except ValueError:
        return name
    return name if "&" in _SHIFTED.sub("", name) else decoded


def as_labels(names: Iterable[str]) -> tuple[str, ...]:
    """The labels of a message: sorted, each once; absurdly long or many ones are left out."""
    return tuple(sorted({name for name in names if name and len(name) <= _LONGEST_LABEL})[:_MOST_LABELS])


def _unshift(run: re.Match[str]) -> str:
    """The characters that one `&…-` stands for.

    Raises:
        ValueError: it isn't base64 of UTF-16, or another way of writing than the RFC's.
    """
    coded = run[1].replace(",", "/")
    if not coded:
        return "&"
    text = b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    if _DIRECT.search(text) or b64encode(text.encode("utf-16-be")).rstrip(b"=") != coded.encode():
        raise ValueError(run[0])
    return text
