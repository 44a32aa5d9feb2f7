"""`replywatch schema`: the forms of what is written for other programs."""

import json

import pytest

from planted import Program
from replywatch.render.schemas import schema_names


@pytest.fixture
def program(tmp_path):
    """Nothing is set up here."""
    return Program(tmp_path)


def test_without_a_name_it_lists_them(program):
    assert program.output("schema").splitlines() == schema_names()
    assert {"report", "waiting", "list", "check", "status", "explain", "export", "poll"} < set(schema_names())


@pytest.mark.parametrize("name", schema_names())
def test_with_one_it_prints_that(program, name):
    found = json.loads(program.output("schema", name))
    assert found["$id"].split(":")[:3] == ["urn", "replywatch", name]


def test_one_that_is_not_there(program):
    error = program.fails("schema", "nonsense", code=2)
    assert "'nonsense' is not one of" in error
    assert "'waiting'" in error
