"""A first config, put where it is wanted."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from replywatch.config.draft import Draft, draft_text
from replywatch.config.load import parse_config
from replywatch.errors import ConfigError, ReplywatchError
from replywatch.files import make_folder


def refuse_existing(path: Path) -> None:
    """Raise `ConfigError` if anything is at `path`: a config is never overwritten."""
    if path.exists() or path.is_symlink():
        raise ConfigError(
            f"{path} is there already and stays as it is", "Edit it, move it away, or name another with --output FILE."
        )


def write_config(
    draft: Draft, path: Path, environ: Mapping[str, str], passwords: Iterable[tuple[Path, str]] = ()
) -> None:
    """Write the config into a new file that only its owner may read, and before it each of `passwords` into its own.

    Missing folders are made.

    Raises:
        ConfigError: the loader would not take it, or the file is there already.
        ReplywatchError: a file can't be written.
    """
    text = draft_text(draft)
    parse_config(tomllib.loads(text), path.parent.absolute(), environ)
    refuse_existing(path)
    for file, password in passwords:
        write_private(file, password + "\n")
    write_private(path, text)


def write_private(path: Path, text: str) -> None:
    """Write `text` into a new file with mode 0600.

    Raises:
        ReplywatchError: it can't be written, or is there already.
    """
    try:
        make_folder(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise ReplywatchError(
            f"{path} can't be written: {error.strerror}", "Name another file, in a folder that you may write to."
        ) from error
