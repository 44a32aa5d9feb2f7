"""docs/formats.md names every field of every form, with its unit, and nothing else."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from office import Office
from replywatch.app.explaining.explain import explain_message
from replywatch.app.progress import Silent
from replywatch.domain.messages import Because, Direction, Kind
from replywatch.domain.results.explanation import FileJudgement
from replywatch.domain.results.finding import Finding, Severity
from replywatch.domain.results.warning import Code
from replywatch.domain.results.warnings import SENDERS_NAMED
from replywatch.render import export
from replywatch.render.check import check_json
from replywatch.render.explain_json import explanation_json_line, judgement_json_line
from replywatch.render.locale import Locale
from replywatch.render.report import comparison, csv
from replywatch.render.report.csv import report_csv
from sample_report import full
from story import Story

TEXT = (Path(__file__).parents[1] / "docs/formats.md").read_text(encoding="utf-8")
WAITING = Path(__file__).parent / "render/golden/waiting.json"
SCHEMA = json.loads(files("replywatch.render.report").joinpath("report.schema.json").read_text(encoding="utf-8"))
WORDS = {"key", "text", "label", "sentence"}
"""Types of the document that JSON has one of: a string."""


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


def of_schema(schema, path=""):
    """(path, type in the words of the document) of every field in a schema."""
    for name, form in schema["properties"].items():
        yield path + name, type_of(form)
        if "properties" in form:
            yield from of_schema(form, f"{path}{name}.")
        elif form.get("type") == "array":
            yield from of_schema(form["items"], f"{path}{name}[].")


def type_of(form):
    if "$ref" in form:
        return form["$ref"].removeprefix("#/$defs/").replace("_or_null", " or null")
    kinds = form.get("type", "string")
    if kinds == "object":
        return "object" if "properties" in form else "counts by key"
    if kinds == "integer":
        return "version"
    kinds = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return "date" if form.get("pattern", "").startswith("^[0-9]{4}") else kinds.replace("array", "list")


def of_value(value, path=""):
    """Every path to a field in a value."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield path + name
            yield from of_value(part, f"{path}{name}.")
    elif isinstance(value, list):
        for part in value:
            yield from of_value(part, f"{path.removesuffix('.')}[].")


def test_the_report():
    named = fields("replywatch.report/2")
    expected = dict(of_schema(SCHEMA))
    assert list(named.keys() ^ expected.keys()) == []
    for path, kind in named.items():
        first, *null = kind.split(" or ")
        told = " or ".join(["string" if first in WORDS else first, *null])
        # a duration that is never null is a whole number in the schema
        assert expected[path] in (told, "count" if kind == "seconds" else told), path


def test_the_warnings_of_a_report():
    ((_, rows),) = [table for table in tables("replywatch.report/2") if table[0][0] == "code"]
    codes = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) if len(row) > 2 else set() for row in rows}
    assert list(codes) == [code.value for code in Code]
    assert {name for names in codes.values() for name in names} == {
        path.removeprefix("warnings[].")
        for path in fields("replywatch.report/2")
        if re.match(r"warnings\[\]\.\w+$", path)
    } - {"code", "account", "text"}
    for warning in full().warnings:
        assert codes[warning.code] == set(warning.values)
    assert SENDERS_NAMED == 5, "the document says five"


def test_the_report_as_csv():
    named = fields("report --format csv", "column")
    assert tuple(named) == csv.COLUMNS
    assert csv.SCHEMA in section("report --format csv").split("\n")[0]
    sections = {line.split(",")[0] for line in report_csv(full()).splitlines()[1:]}
    (said,) = [row[2] for _, rows in tables("report --format csv") for row in rows if row[0] == "`section`"]
    assert sections == set(re.findall(r"`(\w+)`", said))


def test_the_comparison():
    assert comparison.SCHEMA in section("compare-matching").split("\n")[0]


def test_the_export():
    assert tuple(fields("`export`")) == export.COLUMNS


def test_an_explained_message(tmp_path):
    story = Story()
    story.inbound("anna", "03-02 09:00")
    office = Office(tmp_path)
    office.tell(story)
    office.pass_()
    explained = explain_message(office.config, story.mails[0].message_id, Silent())
    found = json.loads(explanation_json_line(explained))
    assert list(fields("explain ID")) == list(found)
    assert [list(exchange) for exchange in found["exchanges"]] == [list(export.COLUMNS)]


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("replywatch.waiting/1", json.loads(WAITING.read_text(encoding="utf-8"))),
        (
            "replywatch.check/1",
            json.loads(check_json([Finding(Severity.OK, "", "config", "config", {"path": "x"})], Locale())),
        ),
        (
            "explain FILE",
            json.loads(
                judgement_json_line(FileJudgement("a", Direction.INBOUND, Kind.HUMAN, Because("human"), "a@b.example"))
            ),
        ),
    ],
    ids=["waiting", "check", "explain"],
)
def test_other_forms(title, value):
    assert list(fields(title)) == list(dict.fromkeys(of_value(value)))
    if "schema" in value:
        assert value["schema"] in section(title).split("\n")[0]


def test_every_type_that_is_used_is_explained():
    ((_, rows),) = tables("Units")
    explained = {word for row in rows for word in row[0].split(", ")}
    titles = [
        "replywatch.report/2",
        "`export`",
        "replywatch.waiting/1",
        "replywatch.check/1",
        "explain FILE",
        "explain ID",
    ]
    used = {kind.split(" or ")[0] for title in titles for kind in fields(title).values()}
    used |= set(fields("report --format csv", "column").values())
    assert used - explained == {"object", "list", "boolean", "counts by key"}
