"""Tokens on disk: one file for each login, which only its owner may read, whole at any instant.

A provider may issue another refresh token at each use and take back the old one. Two processes that renew at once would
lose one of them, and with it the login: so whoever renews holds the lock, and reads again before.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replywatch.errors import SecretError
from replywatch.files import make_folder
from replywatch.sources.oauth2.token import Token

LONGEST = 1 << 18
"""Octets of a file that are read."""
_SPACE = "Check the folder's permissions, and that the disk is not full."


class TokenFile:
    """The file of one login."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Braked the file's lock inside the block, waiting for whoever holds it now: renewing takes seconds.

        Raises:
            SecretError: the lock can't be made, or others could put files of theirs in its place.
        """
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            make_folder(lock.parent)
            if lock.parent.stat().st_mode & 0o022:
                raise SecretError(
                    f"others can write in {lock.parent}, where tokens are kept",
                    f"Run: chmod 700 {shlex.quote(str(lock.parent))}",
                )
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise SecretError(f"the lock {lock} can't be made: {error.strerror}", _SPACE) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> Token | None:
        """The token; None if nobody has logged in.

        Raises:
            SecretError: others can read the file, it is damaged, or it can't be read.
        """
        try:
            with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                status = os.fstat(file.fileno())
                content = file.read(LONGEST) if stat.S_ISREG(status.st_mode) else b""
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretError(f"the tokens in {self.path} can't be read: {error.strerror}", _SPACE) from error
        if status.st_mode & 0o077:
            raise SecretError(
                f"others can read the tokens in {self.path}",
                "Whoever copied them can read the mail. Take the login back at the provider and log in again; if nobody"
                f" else was on this machine: chmod 600 {shlex.quote(str(self.path))}",
            )
        token = _token(content)
        if token is None:
            raise SecretError(f"the tokens in {self.path} are damaged", "Log in again with `replywatch login`.")
        return token

    def write(self, token: Token) -> None:
        """Put `token` in place of what was there; a process that is killed leaves the one or the other.

        The lock is held. Raises `SecretError` if it can't be written; what was there stays.
        """
        entries = {"access_token": token.access, "expires_at": token.expires_at, "refresh_token": token.refresh}
        beside = self._beside
        try:
            beside.unlink(missing_ok=True)  # of a process that was killed
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                json.dump(entries, out)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self.path)
            _keep_name(self.path.parent)
        except OSError as error:
            raise SecretError(f"the tokens can't be kept in {self.path}: {error.strerror}", _SPACE) from error

    def remove(self) -> bool:
        """Remove the token, and what a killed process may have left; whether there was one. The lock is held.

        Raises:
            SecretError: it can't be removed.
        """
        there = self.path.exists() or self.path.is_symlink()
        try:
            self._beside.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
            if there:
                _keep_name(self.path.parent)
        except OSError as error:
            raise SecretError(f"the tokens in {self.path} can't be removed: {error.strerror}", _SPACE) from error
        return there

    @property
    def _beside(self) -> Path:
        """Where a new file is written before it takes its place; there is one writer at a time."""
        return self.path.with_name(self.path.name + ".new")


def _token(content: bytes) -> Token | None:
    """What a file holds; None if it is damaged."""
    try:
        entries = json.loads(content)
        access, expires_at, refresh = (entries[key] for key in ("access_token", "expires_at", "refresh_token"))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    whole = isinstance(access, str) and isinstance(refresh, str) and isinstance(expires_at, int | None)
    return Token(access, expires_at, refresh) if whole else None


def _keep_name(folder: Path) -> None:
    """Have the folder's new list of names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
