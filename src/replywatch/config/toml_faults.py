"""Why a text is no TOML, in words that help to find the place; its values may be secrets and are not quoted."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from replywatch.config.table import dotted

_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


def fault_of(text: str, error: ValueError) -> str:
    """What is wrong with `text`, of which `tomllib` says `error`: the key that stands there again, if that is it."""
    found = _LINE.search(str(error))
    if found is None:
        return str(error)
    lines = text.replace("\r\n", "\n").split("\n")
    end = int(found[1] or len(lines))
    begin = _statement(lines, end - 1)
    keys = _keys(lines, begin, "\n".join(lines[begin:end]))
    known = _known("\n".join(lines[:begin]), keys)
    return f"{dotted(known)} is there twice, again at line {begin + 1}" if known else str(error)


def _statement(lines: Sequence[str], last: int) -> int:
    """Where the statement begins that goes on in line `last`: what stands before it is TOML."""
    return next(i for i in range(last, -1, -1) if _data("\n".join(lines[:i])) is not None)


def _keys(lines: Sequence[str], begin: int, statement: str) -> list[str]:
    """The keys, outermost first, of what `statement` in line `begin` sets; none if it is wrong itself."""
    if _data(statement) is None:
        return []
    if statement.lstrip().startswith("["):
        return _path(statement)
    header = next((lines[i] for i in range(begin - 1, -1, -1) if _is_header(lines, i)), "")
    ends = [i for i, letter in enumerate(statement) if letter == "="]
    key = next(statement[:i] for i in ends if _data(statement[:i] + "= 0") is not None)
    return _path(f"{header}\n{key}= 0")


def _is_header(lines: Sequence[str], index: int) -> bool:
    """Whether a line is the head of a table, and no part of a value that goes over several lines."""
    line = lines[index]
    return line.lstrip().startswith("[") and _data(line) is not None and _data("\n".join(lines[:index])) is not None


def _path(text: str) -> list[str]:
    """The keys of `text`, which sets one value or names one table."""
    found: list[str] = []
    data: Any = _data(text)
    while isinstance(data, dict | list) and data:
        if isinstance(data, list):
            data = data[-1]
        else:
            ((key, data),) = data.items()
            found.append(key)
    return found


def _known(before: str, keys: Sequence[str]) -> list[str]:
    """As many of `keys` as `before` has set, or opened as a table, one within the other."""
    found: list[str] = []
    data: Any = _data(before)
    for key in keys:
        data = data[-1] if isinstance(data, list) else data
        if not isinstance(data, dict) or key not in data:
            break
        found.append(key)
        data = data[key]
    return found


def _data(text: str) -> dict[str, Any] | None:
    """What the TOML `text` says; None if it is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
