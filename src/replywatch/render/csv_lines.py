"""Lines of CSV: for programs, and for the spreadsheets of a country."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from replywatch.render.text import brief, safe

Cell = str | int | float | bool | None

_FORMULA = re.compile(r'((?:\A|[;,\t])[\s"]*)([=+\-@＝＋－＠])')  # noqa: RUF001 - the wide forms are meant
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), in front of a cell or within.

Within: a program that takes another character than we do for the one between cells begins a new one behind it, whatever
is quoted.
"""
_INSTANT = ("instant", "_at", "answered_after", "answered_before")
"""How the names of columns end that hold instants."""


class Dialect(NamedTuple):
    """How lines of CSV are written."""

    delimiter: str = ","
    decimal_comma: bool = False
    byte_order_mark: bool = False
    """Without it Excel takes UTF-8 for the code page of the machine."""
    zone: tzinfo | None = None
    """In which instants are shown, as `31.08.2026 14:30:00`; None: RFC 3339 in UTC."""


PLAIN = Dialect()
"""RFC 4180, but lines end with LF; text is quoted, whatever is in it, and numbers are not."""


def excel_de(zone: tzinfo) -> Dialect:
    """What a German Excel opens by a double click: semicolons, decimal commas, local dates."""
    return Dialect(";", decimal_comma=True, byte_order_mark=True, zone=zone)


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]], dialect: Dialect = PLAIN) -> Iterator[str]:
    """A line of names, then one line for each row, without line ends; what a row lacks is empty."""
    mark = "\ufeff" if dialect.byte_order_mark else ""
    yield mark + dialect.delimiter.join(map(_quoted, columns))
    for row in rows:
        yield dialect.delimiter.join(_shown(name, row.get(name), dialect) for name in columns)


def _shown(name: str, value: Cell, dialect: Dialect) -> str:
    """`value` as it stands in a column of this name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value).replace(".", "," if dialect.decimal_comma else ".")
    if dialect.zone is not None and name.endswith(_INSTANT):
        return _quoted(f"{datetime.fromisoformat(value).astimezone(dialect.zone):%d.%m.%Y %H:%M:%S}")
    return _quoted(harmless(value))


def harmless(text: str) -> str:
    """`text` so that a spreadsheet shows it and never runs it: made safe, with `'` before what begins a formula."""
    shown = "\t".join(map(safe, brief(text).split("\t")))  # in the end a tab is a blank, which tells no longer
    return " ".join(_FORMULA.sub(r"\1'\2", shown).split())


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
