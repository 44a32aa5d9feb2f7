"""The config and its places, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from replywatch.config_lines import listed, quoted
from replywatch.domain.results.place import Place, Places, used_path

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
"""A key that TOML takes without quotation marks."""


def places_lines(places: Places) -> Iterator[str]:
    """The file that counts, then where it was looked for; first of the config, then of the store."""
    yield f"config: {used_path(places.config) or 'none'}"
    yield from _place_lines(places.config)
    yield ""
    yield f"store: {used_path(places.store) or 'not known without a config that can be used'}"
    yield from _place_lines(places.store)


def _place_lines(places: tuple[Place, ...]) -> Iterator[str]:
    widest = max((len(place.name) for place in places), default=0)
    for place in places:
        state = f"{'there' if place.there else 'not there'}{', used' if place.used else ''}"
        yield f"  {place.name.ljust(widest)}  {f'{place.path} ({state})' if place.path else 'not said'}"


def places_json(places: Places) -> str:
    """The same as JSON."""
    parts: dict[str, object] = {"schema": "replywatch.places/1"}
    parts |= {
        what: {"path": used_path(found), "places": [place._asdict() for place in found]}
        for what, found in (("config", places.config), ("store", places.store))
    }
    return json.dumps(parts, ensure_ascii=False, indent=2) + "\n"


def config_json(path: str, tables: Mapping[str, object]) -> str:
    """The config from the file `path` as JSON: its tables and keys as in the file."""
    shown = {"schema": "replywatch.config/1", "path": path, "config": tables}
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def config_toml(path: str, tables: Mapping[str, object]) -> Iterator[str]:
    """The lines of the same as TOML."""
    yield f"# {path}, as replywatch understands it: with all defaults, without secrets."
    for names, keys in _tables(tables):
        yield ""
        yield f"[{'.'.join(map(_key, names))}]"
        yield from (f"{_key(key)} = {_value(value)}" for key, value in keys.items())


def _tables(tables: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], Mapping[str, object]]]:
    """Each table with its names; one that holds tables alone stands for those."""
    for name, keys in tables.items():
        assert isinstance(keys, Mapping)  # noqa: S101 - a config holds tables
        if keys and all(isinstance(value, Mapping) for value in keys.values()):
            yield from (((name, inner), inside) for inner, inside in keys.items())
        else:
            yield (name,), keys


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)


def _value(value: object) -> str:
    match value:
        case str():
            return quoted(value)
        case list():
            return listed(value)
        case Mapping():
            return f"{{ {', '.join(f'{_key(key)} = {_value(inside)}' for key, inside in value.items())} }}"
    return json.dumps(value)
