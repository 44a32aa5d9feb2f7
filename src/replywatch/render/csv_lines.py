"""Lines of CSV: for programs, and for the spreadsheets of a country."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from io import StringIO
from typing import NamedTuple

from replywatch.render.text import safe

Cell = str | int | float | bool | None

_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms are meant
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""
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
"""RFC 4180, but lines end with LF."""


def excel_de(zone: tzinfo) -> Dialect:
    """What a German Excel opens by a double click: semicolons, decimal commas, local dates."""
    return Dialect(";", decimal_comma=True, byte_order_mark=True, zone=zone)


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]], dialect: Dialect = PLAIN) -> Iterator[str]:
    """A line of names, then one line for each row, without line ends; what a row lacks is empty."""
    mark = "\ufeff" if dialect.byte_order_mark else ""
    yield mark + _line(columns, dialect)
    for row in rows:
        yield _line([_shown(name, row.get(name), dialect) for name in columns], dialect)


def _shown(name: str, value: Cell, dialect: Dialect) -> Cell:
    """`value` as it stands in a column of this name."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and dialect.decimal_comma:
        return str(value).replace(".", ",")
    if not isinstance(value, str):
        return value
    if dialect.zone is not None and name.endswith(_INSTANT):
        return f"{datetime.fromisoformat(value).astimezone(dialect.zone):%d.%m.%Y %H:%M:%S}"
    return harmless(value)


def harmless(text: str) -> str:
    """`text` so that a spreadsheet shows it and never runs it: made safe, formulas quoted with `'`."""
    text = safe(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(values: Iterable[Cell], dialect: Dialect) -> str:
    buffer = StringIO()
    csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="").writerow(values)
    return buffer.getvalue()
