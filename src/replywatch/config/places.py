"""Where config and store lie when nobody says otherwise."""

from __future__ import annotations

from pathlib import Path

import platformdirs

CONFIG_HERE = "replywatch.toml"
"""The name of a config in the folder that the program is called in."""


def usual_config() -> Path:
    """The config of this user, in the platform's folder for configs."""
    return platformdirs.user_config_path("replywatch") / "config.toml"


def usual_store() -> Path:
    """The store of a config that names none, in the platform's folder for data."""
    return platformdirs.user_data_path("replywatch") / "replywatch.sqlite3"
