"""Whether a config that was found, and not named, may be believed: it names commands that are run."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from replywatch.errors import ConfigError


def refuse_others_config(path: Path) -> None:
    """Raise `ConfigError` if somebody but this user and root may have put the file there, or may change it."""
    try:
        problems = list(_doubts(path))
    except OSError as error:
        raise ConfigError(f"the config {path} can't be read: {error.strerror}") from error
    if problems:
        raise ConfigError(
            f"the config {path} is not used: it may not be yours, and it names commands to run",
            f"If you know what is in it, name it: --config {shlex.quote(path.name)}",
            problems,
        )


def _doubts(path: Path) -> Iterator[str]:
    """What speaks against it, and what mends that; of a link both it and the file behind it count."""
    link, file, folder = path.lstat(), path.stat(), path.absolute().parent.stat()
    for owner in dict.fromkeys((link.st_uid, file.st_uid)):
        if owner not in (0, os.geteuid()):
            yield f"it belongs to another user (number {owner})"
    if file.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mode = stat.S_IMODE(file.st_mode)
        yield f"others may write it (mode {mode:04o}); run: chmod go-w {shlex.quote(path.name)}"
    if folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
        mode = stat.S_IMODE(folder.st_mode)
        yield f"anybody may put another file in its place (folder of mode {mode:04o}); run: chmod o-w ."
