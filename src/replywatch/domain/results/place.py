"""Where a file was looked for."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """One of the places of a file, in the order in which they are looked at."""

    name: str
    """What names it: an option, a variable, a key of the config, or what folder it is."""
    path: str | None
    """The whole path of the file there; None where nothing was said."""
    there: bool
    """Whether there is a file."""
    used: bool
    """Whether it is the one that counts; of no file more than one."""


class Places(NamedTuple):
    """Where the config and the store were looked for."""

    config: tuple[Place, ...]
    store: tuple[Place, ...]
    """Empty where no config says where it would be."""


def used_path(places: tuple[Place, ...]) -> str | None:
    """The path of the file that counts; None if there is none."""
    return next((place.path for place in places if place.used), None)
