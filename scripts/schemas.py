"""Makes each JSON Schema whole: what it refers to stands in it, as the schema has it that owns it.

So a validator needs one file and no network, and each part is written by hand in one place alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "src/replywatch/render/schemas"
OWNERS = ("report", "export")
"""Schemas whose `$defs` the others take; what else a schema refers to is its own."""
WIDTH = 120
_REFERENCE = "#/$defs/"
_ENVELOPE = ("$schema", "$id", "title", "$defs")
"""What a whole schema has, and a part of another one has not."""

Schema = dict[str, Any]


def schemas() -> dict[str, str]:
    """Name → the text that each file should have."""
    found: dict[str, Schema] = {
        path.name.partition(".")[0]: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.schema.json"))
    }
    shared = {name: part for owner in reversed(OWNERS) for name, part in found[owner]["$defs"].items()}
    shared["report"] = {key: part for key, part in found["report"].items() if key not in _ENVELOPE}
    return {name: written(_whole(schema, shared)) + "\n" for name, schema in found.items()}


def _whole(schema: Schema, shared: Mapping[str, Schema]) -> Schema:
    """`schema` with all that it refers to, however far, and nothing else in its `$defs`."""
    known = schema.get("$defs", {}) | shared
    body = {key: part for key, part in schema.items() if key != "$defs"}
    names = list(dict.fromkeys(_references(body)))
    for name in names:
        names += [inner for inner in dict.fromkeys(_references(known[name])) if inner not in names]
    return body | ({"$defs": {name: known[name] for name in sorted(names)}} if names else {})


def _references(part: object) -> Iterator[str]:
    """The names that `part` refers to."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].removeprefix(_REFERENCE)
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def written(value: object, indent: int = 0, before: int = 0) -> str:
    """`value` as JSON, in which lists of words, and whatever fits, stand in one line.

    Args:
        value: What `json.dumps` takes.
        indent: Blanks before the line in which it begins.
        before: Characters that stand before it in this line, after the blanks.
    """
    line = json.dumps(value, ensure_ascii=False)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if indent + before + len(line) < WIDTH or not any(isinstance(part, dict | list) for part in parts):
        return line
    inside, blanks = indent + 2, " " * (indent + 2)
    if isinstance(value, dict):
        names = {key: f"{json.dumps(key, ensure_ascii=False)}: " for key in value}
        lines = [blanks + name + written(value[key], inside, len(name)) for key, name in names.items()]
    else:
        lines = [blanks + written(part, inside) for part in parts]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([begin, ",\n".join(lines), " " * indent + end])


def main() -> None:
    """Write the files."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, text in schemas().items():
        (FOLDER / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
