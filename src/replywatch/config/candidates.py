"""Where the config and the store are looked for, and which of the places counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from replywatch.config import names, places
from replywatch.config.load import load_config
from replywatch.domain.results.place import Place


def config_places(explicit: Path | None, environ: Mapping[str, str], used: Path | None) -> tuple[Place, ...]:
    """The places of the config, of which `find_config` says that `used` counts."""
    named = environ.get("REPLYWATCH_CONFIG")
    paths = {
        "--config": explicit,
        "REPLYWATCH_CONFIG": (names.path(named, Path()) or Path(named)) if named else None,
        "current folder": Path.cwd() / places.CONFIG_HERE,
        "config folder": places.usual_config(),
    }
    return _places(paths, used)


def store_places(config_file: Path, environ: Mapping[str, str]) -> tuple[Place, ...]:
    """The places of the store that the config in `config_file` leads to.

    Raises:
        ConfigError: the config can't be used.
    """
    used = load_config(config_file, environ).store_path
    without = {name: value for name, value in environ.items() if name != "REPLYWATCH_DATABASE"}
    by_config, platform = load_config(config_file, without).store_path, places.usual_store()
    paths = {
        "REPLYWATCH_DATABASE": used if environ.get("REPLYWATCH_DATABASE") else None,
        "[store] path": None if by_config == platform else by_config,
        "data folder": platform,
    }
    return _places(paths, used)


def _places(paths: Mapping[str, Path | None], used: Path | None) -> tuple[Place, ...]:
    """A place for each name; the first that leads to `used` is the one that counts."""
    counts = next((name for name, path in paths.items() if path is not None and path == used), None)
    return tuple(
        Place(
            name, str(path.absolute()) if path else None, there=path is not None and path.exists(), used=name == counts
        )
        for name, path in paths.items()
    )
