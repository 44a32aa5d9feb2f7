"""Folders and files that only their owner may read."""

from __future__ import annotations

from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make `folder`, and every folder above it that is missing, with mode 0700; those that exist stay as they are.

    `Path.mkdir(parents=True)` would leave the ones above open to whoever the umask lets in. Raises `OSError`.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
