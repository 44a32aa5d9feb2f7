"""The report as CSV."""

import csv
from io import StringIO

import pytest

from replywatch.render.csv_lines import csv_lines
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
