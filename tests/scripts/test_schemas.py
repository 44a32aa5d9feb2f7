"""Each JSON Schema is whole, and what several have is the same in all."""

import importlib.util
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from json_forms import objects, schema
from replywatch.render.schemas import schema_names

SCRIPT = Path(__file__).parents[2] / "scripts/schemas.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("schemas_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_up_to_date(script):
    found = {path.name: path.read_text(encoding="utf-8") for path in script.FOLDER.glob("*.json")}
    made = {f"{name}.schema.json": text for name, text in script.schemas().items()}
    assert found == made, "python scripts/schemas.py writes them anew"
    assert made.keys() == {f"{name}.schema.json" for name in schema_names()}


@pytest.mark.parametrize("name", schema_names())
def test_each_is_a_schema_that_needs_nothing_beside_it(name):
    form = schema(name)
    Draft202012Validator.check_schema(form)
    assert form["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    references = set(part_references(form))
    assert references == {f"#/$defs/{part}" for part in form.get("$defs", {})}, "none is missing, and none left over"
    named = [part for part in objects(form) if "properties" in part]
    assert named
    assert all(part["required"] for part in named)
    assert not [part for part in named if "additionalProperties" in part], "later releases add fields"


def part_references(part):
    if isinstance(part, dict):
        yield from [part["$ref"]] if "$ref" in part else []
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from part_references(inner)


@pytest.mark.parametrize(
    "value", [1, "ä", [], {}, ["a", 1], [{"a": 1}], {"a": "x" * 130}, {"a": ["x" * 99, "y" * 99], "b": {"c": [{}]}}]
)
def test_what_is_written_is_what_it_was(script, value):
    assert json.loads(script.written(value)) == value


def test_what_fits_stands_in_one_line(script):
    inside = {"type": "string", "description": "x" * 60}
    assert script.written({"a": inside, "b": 1}) == (
        '{"a": {"type": "string", "description": "' + "x" * 60 + '"}, "b": 1}'
    )
    text = script.written({"a": inside, "b": inside})
    assert [line[:5] for line in text.splitlines()] == ["{", '  "a"', '  "b"', "}"]
