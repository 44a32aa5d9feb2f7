"""docs/formats.md names every field of every form, with its unit, and nothing else."""

import re
from csv import DictReader
from datetime import UTC
from io import StringIO
from pathlib import Path

import pytest

from json_forms import forms, schema, types_of
from replywatch.domain.results.warning import Code
from replywatch.domain.results.warnings import SENDERS_NAMED
from replywatch.errors import ReplywatchError
from replywatch.render import export, listing
from replywatch.render.csv_lines import csv_lines, excel_de
from replywatch.render.report import csv
from replywatch.render.report.csv import report_csv
from replywatch.render.schemas import schema_names
from sample_report import full, warned

TEXT = (Path(__file__).parents[1] / "docs/formats.md").read_text(encoding="utf-8")
WORDS = {"key", "text", "label", "sentence"}
"""Types of the document that JSON has one of: a string."""
TITLES = {name: [f"replywatch.{name}/"] for name in schema_names()} | {
    "report": ["`report --format json`"],
    "explain": ["explain ID", "explain FILE"],
}
"""Form → what stands in the headings of the sections about its objects."""
SECTIONS = [(name, number, title) for name, titles in TITLES.items() for number, title in enumerate(titles)]


def section(title):
    """The text under a heading that holds `title`, with those below it."""
    (found,) = [part for part in TEXT.split("\n## ") if title in part.split("\n")[0]]
    return found


def tables(title):
    """Every table of a section as rows of cells, the first row its head."""
    blocks = re.findall(r"(?:^\|.*\|\n?)+", section(title), re.MULTILINE)
    cells = [[[cell.strip() for cell in line.strip("|").split(" | ")] for line in b.splitlines()] for b in blocks]
    return [(head, rows) for head, _, *rows in cells]


def fields(title, head="field"):
    """Name → type of the fields (or columns) that a section names."""
    found = [(row[0].strip("`"), row[1]) for names, rows in tables(title) if names[0] == head for row in rows]
    assert len(dict(found)) == len(found)
    return dict(found)


def of_json(kind):
    """A type of the document as JSON has it."""
    first, *null = kind.split(" or ")
    return " or ".join(["string" if first in WORDS else first, *null])


@pytest.mark.parametrize(("name", "number", "title"), SECTIONS, ids=str)
def test_each_form_has_its_section_with_all_its_fields(name, number, title):
    promised = types_of(name, number)
    if name == "list":
        promised = {field: kind for field, kind in promised.items() if field not in fields(TITLES["export"][0])}
    told = fields(title)
    assert told.keys() ^ promised.keys() == set()
    assert {field: (kind, promised[field]) for field, kind in told.items() if of_json(kind) != promised[field]} == {}
    said = schema(name)["$id"].removeprefix("urn:").replace(":", ".", 1).replace(":", "/")
    assert re.search(rf"\b{said}\b", section(title).split("\n")[0])


def test_it_has_a_section_for_nothing_else():
    headings = {part.split("\n")[0] for part in TEXT.split("\n## ") if "replywatch." in part.split("\n")[0]}
    known = {section(title).split("\n")[0] for _, _, title in SECTIONS}
    assert headings - known == {section("report --format csv").split("\n")[0]}


def test_the_warnings_of_a_report():
    ((_, rows),) = [table for table in tables(TITLES["report"][0]) if table[0][0] == "code"]
    codes = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) if len(row) > 2 else set() for row in rows}
    assert list(codes) == [code.value for code in Code]
    assert {name for names in codes.values() for name in names} == {
        path.removeprefix("warnings[].")
        for path in fields(TITLES["report"][0])
        if re.match(r"warnings\[\]\.\w+$", path)
    } - {"code", "account", "text"}
    assert {warning.code for warning in warned().warnings} | {Code.ANSWERS_UNSEEN} >= set(Code)
    for warning in warned().warnings:
        assert codes[warning.code] == set(warning.values), warning.code
    assert SENDERS_NAMED == 5, "the document says five"


def test_the_report_as_csv():
    named = fields("report --format csv", "column")
    assert tuple(named) == csv.COLUMNS
    assert csv.SCHEMA in section("report --format csv").split("\n")[0]
    rows = list(DictReader(StringIO(report_csv(full()))))
    (said,) = [row[2] for _, rows in tables("report --format csv") for row in rows if row[0] == "`section`"]
    assert {row["section"] for row in rows} == set(re.findall(r"`(\w+)`", said))
    warned_of = [(row["key"], row["label"]) for row in rows if row["section"] == "warning"]
    assert warned_of == [(warning.code, warning.account) for warning in full().warnings]
    assert [row["section"] for row in rows[-len(warned_of) :]] == ["warning"] * len(warned_of), "the last rows"


@pytest.mark.parametrize(("name", "columns"), [("export", export.COLUMNS), ("list", listing.LIST_COLUMNS)])
def test_columns_are_the_fields(name, columns):
    (form,) = forms(name)
    assert columns == tuple(form["properties"])
    assert columns == (*fields(TITLES["export"][0]), *(fields(TITLES[name][0]) if name == "list" else ()))


def test_every_instant_is_a_local_one_in_a_spreadsheet():
    columns = fields(TITLES["export"][0]) | fields("report --format csv", "column")
    instants = [name for name, kind in columns.items() if kind.startswith("instant")]
    _, line = csv_lines(instants, [dict.fromkeys(instants, "2026-05-28T20:26:40Z")], excel_de(UTC))
    assert line == ";".join(['"28.05.2026 20:26:40"'] * len(instants))
    others = [name for name in columns if name not in instants]
    _, line = csv_lines(others, [dict.fromkeys(others, "2026-05-28T20:26:40Z")], excel_de(UTC))
    assert line == ";".join(['"2026-05-28T20:26:40Z"'] * len(others))


def test_every_exit_code_and_their_order():
    rows = {int(row[0]) for head, rows in tables("What is written where") for row in rows if head[0] == "exit code"}
    family = [ReplywatchError]
    for error in family:
        family += error.__subclasses__()
    assert rows == {0, 70, 130, 143} | {error.exit_code for error in family}
    assert "the first of 2, 70, 1, 4, 6, 3." in section("What is written where")


def test_every_type_that_is_used_is_explained():
    ((_, rows),) = tables("Units")
    explained = {word for row in rows for word in row[0].split(", ")}
    used = {kind.split(" or ")[0] for _, _, title in SECTIONS for kind in fields(title).values()}
    used |= set(fields("report --format csv", "column").values())
    assert used - explained == {"object", "list", "boolean", "counts by key"}
