"""The report as JSON."""

import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from json_forms import closed, objects, schema
from replywatch.render.report.json import report_json
from sample_report import HOSTILE, WARNINGS, empty, full, warned

SCHEMA = schema("report")

REPORTS = {"full": full, "turn": lambda: full("turn"), "empty": empty}
"""Those of which there is the whole text."""


@pytest.mark.parametrize("name", REPORTS)
def test_the_whole_text_is_as_expected(name, golden):
    golden(f"{name}.json", report_json(REPORTS[name]()))


@pytest.mark.parametrize("make", [*REPORTS.values(), warned], ids=[*REPORTS, "warnings"])
def test_it_has_the_published_form_and_nothing_that_it_does_not_name(make):
    closed(SCHEMA).validate(json.loads(report_json(make())))


def test_the_published_form_is_a_schema_with_a_name_that_promises_every_field():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "urn:replywatch:report:2"
    assert SCHEMA["properties"]["schema"]["const"] == "replywatch.report/2"
    named = [part for part in objects(SCHEMA) if "properties" in part]
    optional = [set(part["properties"]) - set(part["required"]) for part in named]
    assert len(named) >= 15
    assert [fields for fields in optional if fields] == [
        {name for warning in (*full().warnings, *WARNINGS) for name in warning.values}
    ]


def test_fields_that_a_later_release_adds_break_no_reader_of_this_form():
    def added(value):
        if isinstance(value, dict):
            return {name: added(part) for name, part in value.items()} | {"added": 1}
        return [added(part) for part in value] if isinstance(value, list) else value

    Draft202012Validator(SCHEMA).validate(added(json.loads(report_json(full()))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "replywatch.report/3"),
        (("as_of",), "yesterday"),
        (("generated_at",), None),
        (("totals", "exchanges"), -1),
        (("percentiles", "median_seconds"), "3 h"),
        (("warnings", 0), "a sentence"),
        (("warnings", 0, "code"), "Two words"),
        (("definition", "fields_version"), "2"),
    ],
)
def test_the_published_form_refuses_what_is_not_promised(path, value):
    report = json.loads(report_json(full()))
    place = report
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(report)


@pytest.mark.parametrize("part", list(objects(SCHEMA)), ids=lambda part: str(part.get("required"))[:60])
def test_every_number_tells_its_unit_by_its_name(part):
    for name, form in part.get("properties", {}).items():
        kind = str(form.get("$ref", "")).removeprefix("#/$defs/").removesuffix("_or_null")
        assert (kind == "share") == bool(re.search(r"(^|_)share(_|$)", name))
        assert (kind == "seconds") == name.endswith("seconds")
        assert (name.endswith("_version")) == (form.get("type") == "integer")


def test_a_warning_says_what_happened_in_words_and_in_values():
    by_code = {warning["code"]: warning for warning in json.loads(report_json(warned()))["warnings"]}
    failed, unsure = by_code["last_attempt_failed"], by_code["unsure_clocks"]
    assert failed["last_complete_at"] == "2026-05-28T20:26:40Z"
    assert failed["error"] == "x" * 999 + "…", "cut where it is absurdly long"
    assert len(failed["text"]) == 1000
    assert {name: unsure[name] for name in ("code", "account", "unsure", "answered", "reason")} == {
        "code": "unsure_clocks",
        "account": None,
        "unsure": 8,
        "answered": 10,
        "reason": "answer_date",
    }
    assert unsure["text"].startswith("8 of 10 waits rest on an unsure clock")


def test_what_concerns_all_accounts_names_none():
    by_code = {warning["code"]: warning for warning in json.loads(report_json(full()))["warnings"]}
    assert by_code["read_long_ago"]["account"] is None
    assert by_code["no_sent_mailbox"]["account"] == "bob"


def test_days_in_texts_are_those_of_the_definition_whoever_reads():
    made = full()
    auckland = replace(made, definition=replace(made.definition, zone=ZoneInfo("Pacific/Auckland")))
    (text,) = [w["text"] for w in json.loads(report_json(auckland))["warnings"] if w["code"] == "sent_begins_late"]
    assert "only on 2026-03-30:" in text


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
