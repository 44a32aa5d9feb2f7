"""The report as JSON."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from replywatch.render.report.json import report_json
from sample_report import HOSTILE, empty, full

SCHEMA = json.loads(files("replywatch.render.report").joinpath("report.schema.json").read_text(encoding="utf-8"))
REPORTS = {"full": full, "turn": lambda: full("turn"), "empty": empty}


def objects(schema):
    """Every schema of an object inside `schema`."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)


@pytest.mark.parametrize("name", REPORTS)
def test_the_whole_text_is_as_expected(name, golden):
    golden(f"{name}.json", report_json(REPORTS[name]()))


@pytest.mark.parametrize("name", REPORTS)
def test_it_has_the_published_form(name):
    Draft202012Validator(SCHEMA).validate(json.loads(report_json(REPORTS[name]())))


def test_the_published_form_is_a_schema_that_leaves_nothing_open():
    Draft202012Validator.check_schema(SCHEMA)
    closed = [part for part in objects(SCHEMA) if part.get("additionalProperties") is False]
    assert len(closed) >= 15
    assert all(sorted(part["required"]) == sorted(part["properties"]) for part in closed)
    kinds = [part for part in objects(SCHEMA) if part not in closed]
    assert [part["propertyNames"] is not None for part in kinds] == [True]


@pytest.mark.parametrize(
    ("path", "value"),
    [(("extra",), 1), (("as_of",), "yesterday"), (("totals", "exchanges"), -1), (("percentiles", "median"), "3 h")],
)
def test_the_published_form_refuses_what_is_not_promised(path, value):
    report = json.loads(report_json(full()))
    place = report
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(report)


def test_the_partition_and_the_expected_shares_add_up():
    report = json.loads(report_json(full()))
    assert sum(row["count"] for row in report["buckets"]) == report["totals"]["exchanges"]
    assert sum(row["share"] for row in report["buckets"]) == pytest.approx(1, abs=1e-5)
    assert sum(row["share"] for row in report["expected"]) == pytest.approx(1, abs=1e-5)


def test_hostile_text_arrives_as_it_came_and_in_ascii():
    text = report_json(full())
    assert text.isascii()
    assert HOSTILE in [waiter["subject"] for waiter in json.loads(text)["waiting"]["oldest"]]
    assert "\x1b" not in text
