"""The forms of all JSON that the program writes, published as JSON Schemas (2020-12), each a file beside this one.

Each is whole: a validator needs nothing else. `scripts/schemas.py` makes it so.
"""

from __future__ import annotations

from importlib.resources import files

_ENDING = ".schema.json"


def schema_names() -> list[str]:
    """What there are schemas of, by name."""
    names = (path.name for path in files(__name__).iterdir())
    return sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING))


def schema_text(name: str) -> str:
    """The schema of this name as JSON."""
    return files(__name__).joinpath(name + _ENDING).read_text(encoding="utf-8")
