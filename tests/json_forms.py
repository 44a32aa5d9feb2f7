"""The published forms of JSON: what they name, and as validators that let nothing else pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator

from replywatch.render.schemas import schema_text

Schema = dict[str, Any]
UNITS = ("count", "seconds", "share", "instant")
"""Parts of schemas that are types in the words of docs/formats.md."""
OWNERS = {"#/$defs/warning": "report", "#/$defs/exchange": "export", "#/$defs/report": "report"}
"""Parts of several forms → that under which the document names their fields."""
BY_KIND = "ledger.excluded_by_kind"
"""A field whose keys no form names."""


def schema(name: str) -> Schema:
    found: Schema = json.loads(schema_text(name))
    return found


def named(form: Schema, reference: str) -> Schema:
    found: Schema = form["$defs"][reference.removeprefix("#/$defs/")]
    return found


def forms(name: str) -> list[Schema]:
    """The objects that a form has: mostly one; of `explain` that of a message, and that of a file."""
    whole = schema(name)
    return [_flat(part, whole) | {"$defs": whole.get("$defs", {})} for part in whole.get("anyOf", [whole])]


def _flat(part: Schema, whole: Schema) -> Schema:
    """`part`, or what it refers to, with the fields that it takes over."""
    if "$ref" in part:
        part = named(whole, part["$ref"])
    properties, required = part["properties"], part["required"]
    for base in part.get("allOf", ()):
        taken = _flat(base, whole)
        properties, required = taken["properties"] | properties, taken["required"] + required
    return {"type": "object", "required": required, "properties": properties}


def objects(part: object) -> Iterator[Schema]:
    """Every schema of an object inside a schema."""
    if isinstance(part, dict):
        if "object" in part.get("type", ()):
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


def closed(form: Schema) -> Draft202012Validator:
    """A form, with nothing allowed that it does not name."""
    form = deepcopy(form)
    for part in objects(form):
        if "properties" in part:
            part["additionalProperties"] = False
    return Draft202012Validator(form)


def fields_of(form: Schema) -> set[str]:
    """The path of each field of a form."""
    return {path for path, _ in _walk(form, form, "", seen=None)}


def types_of(name: str, number: int = 0) -> dict[str, str]:
    """Path → type, in the words of the document, of each field that it names under this form.

    It names those of a part that several fields have, or several forms, once.
    """
    form = forms(name)[number]
    return dict(_walk(form, form, "", seen={part for part, owner in OWNERS.items() if owner != name}))


def _walk(form: Schema, part: Schema, path: str, *, seen: set[str] | None) -> Iterator[tuple[str, str]]:
    """(path, type) of each field of a part; not into what was seen, but for None."""
    for name, field in part["properties"].items():
        yield path + name, _type_of(form, field)
        is_list = field.get("type") == "array"
        inner = field["items"] if is_list else field
        if reference := inner.get("$ref"):
            if seen is not None and reference in seen:
                continue
            if seen is not None:
                seen.add(reference)
            inner = named(form, reference)
        if "properties" in inner:
            yield from _walk(form, inner, f"{path}{name}{'[]' * is_list}.", seen=seen)


def _type_of(form: Schema, part: Schema) -> str:
    if "$ref" in part:
        name, _, null = part["$ref"].removeprefix("#/$defs/").partition("_or_")
        if name in UNITS:
            return f"{name} or null" if null else str(name)
        return _type_of(form, named(form, part["$ref"]))
    if part.get("additionalProperties", {}) == {"$ref": "#/$defs/count"}:
        return "counts by key"
    kinds = part.get("type", ["string", "null"] if None in part.get("enum", ()) else "string")
    told = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return told.replace("array", "list").replace("integer", "version")


def fields_in(value: object, path: str = "") -> Iterator[str]:
    """Every path to a field in a value, but for kinds of mail."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path + name
            if not (path + name).endswith(BY_KIND):
                yield from fields_in(inner, f"{path}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from fields_in(inner, f"{path.removesuffix('.')}[].")


def texts_in(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)
    elif isinstance(value, str):
        yield value
