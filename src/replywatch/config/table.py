"""Taking values out of a TOML table while collecting everything that is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from replywatch import config_lines
from replywatch.config import names
from replywatch.domain.periods import parse_duration
from replywatch.errors import UsageError

E = TypeVar("E", bound=StrEnum)

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),  # before int: a bool is an int for Python
    (int, "a whole number"),
    (float, "a number"),
    (str, "text in quotes"),
    (list, "a list"),
    (dict, "a table"),
)


def kind_of(value: object) -> str:
    """What TOML calls a value of this type; the value itself may be a secret and is not shown."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "a date or time")


def excerpt(text: str) -> str:
    """`text` as a TOML string, without a password that may stand in it, cut where it is long."""
    text = names.without_secret(text)
    return config_lines.quoted(text if len(text) <= 60 else text[:57] + "…")


def dotted(keys: Iterable[str]) -> str:
    """The path of a value as TOML writes it: `accounts.info.host`."""
    return ".".join(key if _BARE_KEY.fullmatch(key) else excerpt(key) for key in keys)


class Table:
    """One table of the config, read key by key.

    A wrong value becomes a line in `problems`, which all tables of a config share, and the reader goes on with
    a value of the right type; the caller throws the result away if there are problems. A key that nobody asked
    for is a problem too, see `close`.
    """

    def __init__(self, data: Mapping[str, object], path: str, problems: list[str]) -> None:
        self._data = data
        self._path = path
        self._problems = problems
        self._asked: dict[str, None] = {}

    def at(self, key: str) -> str:
        """The dotted path of `key`."""
        return f"{self._path}.{dotted([key])}" if self._path else dotted([key])

    def problem(self, key: str, text: str) -> None:
        """Note that `key` is wrong."""
        self._problems.append(f"{self.at(key)}: {text}")

    def take(self, key: str) -> object | None:
        """The raw value of `key`, or None."""
        self._asked[key] = None
        return self._data.get(key)

    def text(self, key: str, default: str = "") -> str:
        """The text under `key`: never empty if it is there, without control characters."""
        return self._text(key, self.take(key), default)

    def required(self, key: str, example: str) -> str:
        """The text under `key`; a problem that shows `example` if there is none."""
        if self.take(key) is None:
            self.problem(key, f"is missing, such as {key} = {excerpt(example)}")
        return self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list; empty where the key is missing."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problem(key, f'must be a list such as ["…"], not {kind_of(value)}')
            return ()
        return tuple(text for item in value if (text := self._text(key, item, "")))

    def flag(self, key: str, *, default: bool) -> bool:
        """The boolean under `key`."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.problem(key, f"must be true or false, not {kind_of(value)}")
        return default

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """The whole number under `key`, from `low` to `high`."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        shown = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else kind_of(value)
        self.problem(key, f"must be a whole number from {low} to {high}, not {shown}")
        return default

    def duration(self, key: str, default: int, most: int | None = None) -> int:
        """The seconds that the text under `key` means, at least 1 and at most `most`."""
        text = self.text(key)
        if not text:
            return default
        try:
            seconds = parse_duration(text)
        except UsageError:
            seconds = 0
        if seconds and (most is None or seconds <= most):
            return seconds
        example = '"14d" or "36h", more than 0' if most is None else f'"90s" or "5m", at most {most} seconds'
        self.problem(key, f"must be a duration such as {example}, not {excerpt(text)}")
        return 0

    def choice(self, key: str, default: E) -> E:
        """The member of the default's enum that `key` names."""
        text = self.text(key, default.value)
        kind = type(default)
        if text in list(kind):
            return kind(text)
        if text:  # else it was no text, and that has been said
            self.problem(key, f"must be one of {', '.join(kind)}, not {excerpt(text)}")
        return default

    def file(self, key: str, base: Path, example: str = "") -> Path | None:
        """The path under `key`, with `~` for the home folder, otherwise seen from `base`.

        None if there is none, which is a problem where an `example` is given.
        """
        text = self.required(key, example) if example else self.text(key)
        if not text:
            return None
        if names.is_url(text):
            self.problem(key, f"must be a path on this machine, not {excerpt(text)}")
            return None
        path = names.path(text, base)
        if path is None:
            self.problem(key, f"the home folder in {excerpt(text)} is not known")
        return path

    def table(self, key: str) -> Table:
        """The table under `key`; an empty one where it is missing."""
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            self.problem(key, f"must be a table, not {kind_of(value)}")
        return Table(value if isinstance(value, dict) else {}, self.at(key), self._problems)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Every entry with its name; one that is no table is a problem."""
        for key, value in self._data.items():
            table = self.table(key)
            if isinstance(value, dict):
                yield key, table

    def close(self) -> None:
        """Note every key that nobody asked for, with what may have been meant."""
        for key in self._data:
            if key not in self._asked:
                self.problem(key, f"unknown key{_suggestion(key, self._asked)}")

    def _text(self, key: str, value: object, default: str) -> str:
        if value is None:
            return default
        if not isinstance(value, str):
            self.problem(key, f"must be text in quotes, not {kind_of(value)}")
        elif not value.strip():
            self.problem(key, "must not be empty")
        elif any(ord(char) < 32 or ord(char) == 127 for char in value):
            self.problem(key, "must not hold line breaks or other control characters")
        else:
            return value
        return ""


def _suggestion(key: str, known: Collection[str]) -> str:
    """The end of the sentence "unknown key": the one that was meant, or all there are."""
    near = difflib.get_close_matches(key.lower(), known, n=1)
    if near:
        return f", did you mean {near[0]}?"
    return f" (known here: {', '.join(sorted(known))})" if known else ""
