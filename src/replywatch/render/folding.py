"""Texts for people, broken into lines of a given width where they may be broken."""

from __future__ import annotations

import re

from replywatch.render.grid import columns_of

_ERROR = "Error: "
_WHOLE = re.compile(
    r"\S*`[^`]+`\S*"  # a command
    r"|(?<=\b[Rr]un: ).+"  # a command to the end of the line
    r'|\w+ = (?:\{[^}]*\}|\[[^\]]*\]|"[^"]*")\S*'  # a line of the config
    # A path, also one with blanks: up to a word that goes on with a slash or has an ending.
    r"|(?:~|\.{1,2})?/\S*(?:(?: [^\s/,;:.()]+){0,2} [^\s/]+(?:/\S*|\.[A-Za-z]\w{1,7}\b\S*))*"
    r"|\S+"
)


def folded(text: str, width: int) -> str:
    """`text`, its lines broken so that they fit into `width` columns, what goes on indented.

    Words, paths, commands (in backticks, or behind `Run:`) and lines of the config stay whole, so that they can be
    copied; one that is wider than `width` stands alone and sticks out. Lines that fit stay as they are.
    """
    return "\n".join(line if columns_of(line) <= width else _folded(line, width) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    words = _WHOLE.findall(line)
    start = " " * (len(line) - len(line.lstrip(" ")))
    further = start + " " * (len(_ERROR) if line.startswith(_ERROR) else 2)
    lines, current = [], start
    for word in words:
        if current.strip() and columns_of(current) + 1 + columns_of(word) > width:
            lines.append(current)
            current = further + word
        else:
            current += (" " if current.strip() else "") + word
    return "\n".join([*lines, current])
