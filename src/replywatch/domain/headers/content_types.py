"""What a Content-Type field says of a whole message: its type, its parameters, the sort of report it is."""

from __future__ import annotations

import re
from urllib.parse import unquote

_TYPE = re.compile(r"\s*([^\s;/()]{1,60}/[^\s;()]{1,60})")
_PARAMETER = re.compile(
    r""";\s*+([\w.+-]{1,60})((?:\*\d{1,2})?)(\*?)\s*+=\s*+   # name, part, whether %-encoded (RFC 2231, sections 3, 4)
    (?:"((?:[^"\\]|\\.){0,1000}+)"|([^;"\s]{0,1000}+))""",
    re.VERBOSE,
)
_LONGEST = 2000
"""Characters of a field that are looked at."""


def media_type(value: str) -> str:
    """The type in lower case, such as `multipart/report`; "" where there is none."""
    found = _TYPE.match(value[:200])
    return found[1].lower() if found else ""


def parameter(value: str, name: str) -> str:
    """The parameter `name` (lower case), in lower case; "" if it isn't there.

    Reads quoted, split and %-encoded values (RFC 2045, section 5.1; RFC 2231), never one inside of quotes.
    """
    parts: list[str] = []
    for found in _PARAMETER.finditer(value[:_LONGEST]):
        key, _, encoded, quoted, bare = found.groups()
        if key.lower() == name:
            part = bare if quoted is None else quoted
            if encoded:
                part = unquote(part.rpartition("'")[2])
            parts.append(part)
    return "".join(parts).lower()
