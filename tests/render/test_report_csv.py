"""The report as CSV."""

import csv
import re
from datetime import UTC
from io import StringIO
from itertools import product

import pytest

from replywatch.render.csv_lines import PLAIN, csv_lines, excel_de
from replywatch.render.report.csv import COLUMNS, report_csv
from sample_report import empty, full


@pytest.mark.parametrize(("name", "make"), [("full", full), ("empty", empty)])
def test_the_whole_text_is_as_expected(name, make, golden):
    golden(f"{name}.csv", report_csv(make()))


def test_it_is_a_rectangle():
    rows = list(csv.reader(StringIO(report_csv(full()))))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 89 1234", "'+49 89 1234"),
        ("-2", "'-2"),
        ("@cmd", "'@cmd"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("\u200b=1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a=b", "a=b"),
        ("Re: x;=cmd|' /C calc'!A0", "Re: x;'=cmd|' /C calc'!A0"),
        ("x,=1+1", "x,'=1+1"),
        ("x\t=1+1", "x '=1+1"),
        ("x;\t=1+1;-2", "x; '=1+1;'-2"),
        ("x;;@cmd, \uff0b1", "x;;'@cmd, '\uff0b1"),
        ('x;"=1+1"', 'x;"\'=1+1"'),
        ('"=1+1"', '"\'=1+1"'),
        ("x; '=1+1", "x; '=1+1"),
        ("one, two; three - four", "one, two; three - four"),
        ('Re: hello, "you"', 'Re: hello, "you"'),
        ("two\nlines", "two lines"),
        (-5, -5),
        (0.25, 0.25),
        (None, None),
    ],
)
def test_a_spreadsheet_shows_cells_and_never_runs_them(value, shown):
    (_, line) = csv_lines(["text"], [{"text": value}])
    ((found,),) = csv.reader(StringIO(line)) if line else [("",)]
    assert found == ("" if shown is None else str(shown))


def test_no_cell_of_a_report_with_hostile_mail_is_a_formula():
    cells = [text for row in csv.reader(StringIO(report_csv(full()))) for text in row]
    assert not [text for text in cells if text.startswith(("=", "+", "-", "@"))]
    assert any(text.startswith("'=HYPERLINK") for text in cells)
    assert any(text.startswith("'=cmd@") for text in cells)


def cells(text, delimiter):
    """All cells as a program sees them that takes `delimiter` for what stands between them."""
    return [cell.strip() for row in csv.reader(StringIO(text), delimiter=delimiter) for cell in row]


NUMBER = re.compile(r"-0(?:[.,]5)?")
HOSTILE = ["x;=1", "x,=1", 'x";"=1', 'x","=1', 'x;""=1;', "x\t=1", '";=1', '",=1', "=1", '"', ";", ",", "'", ' ";\n=1 ']


@pytest.mark.parametrize("dialect", [PLAIN, excel_de(UTC)], ids=["plain", "excel-de"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_no_cell_is_a_formula_whatever_a_program_takes_for_the_separator(dialect, delimiter):
    rows = [{"a": a, "b": b, "n": -0.5, "c": c} for a, b, c in product(HOSTILE, repeat=3)]
    found = cells("\n".join(csv_lines(["a", "b", "n", "c"], rows, dialect)), delimiter)
    assert [text for text in found if text.startswith(("=", "+", "-", "@")) and not NUMBER.fullmatch(text)] == []


@pytest.mark.parametrize("between", [";", ",", "\t", " ;\t ", '","', "\t\N{ZERO WIDTH SPACE}"])
@pytest.mark.parametrize("sign", "=+-@")
def test_what_begins_a_formula_within_a_cell_gets_a_quote(between, sign):
    (_, line) = csv_lines(["a"], [{"a": f"x{between}{sign}1"}])
    assert line.endswith(f"'{sign}1\"")
    assert "\t" not in line


def test_text_is_quoted_and_numbers_are_not():
    row = {
        "text": "a",
        "said": 'a "b"',
        "number": -5,
        "share": 0.25,
        "flag": True,
        "nothing": None,
        "at": "2026-05-28T20:26:40Z",
    }
    names, line = csv_lines([*row], [row])
    assert names == '"text","said","number","share","flag","nothing","at"'
    assert line == '"a","a ""b""",-5,0.25,true,,"2026-05-28T20:26:40Z"'
    _, line = csv_lines(["share", "sent_at"], [{"share": 0.25, "sent_at": "2026-05-28T20:26:40Z"}], excel_de(UTC))
    assert line == '0,25;"28.05.2026 20:26:40"'
