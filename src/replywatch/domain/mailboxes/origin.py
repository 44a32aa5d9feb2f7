"""What an account reads, told apart from its name, which is the config's and may come to stand for something else."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """Where the mail of an account lies: on a server for one login, or at a path of this machine."""

    kind: str
    """`imap`, `maildir` or `mbox`."""
    host: str | None = None
    """In lower case and without a final dot, so that one host is spelled in one way; None for files."""
    login: str | None = None
    """None for files."""
    path: str | None = None
    """Absolute; None on a server."""

    @property
    def described(self) -> str:
        """It in words: `info@example.com at imap.example.com`, or the path."""
        return self.path if self.path is not None else f"{self.login} at {self.host}"


class ChangedAccount(NamedTuple):
    """An account whose name stands for something else in the config than in the store."""

    name: str
    was: Origin
    """What the store holds under this name."""
    now: Origin
    """What the config says."""


def spelled(host: str) -> str:
    """A host as `Origin` spells it: case and a final dot make no other host (RFC 1034, section 3.1)."""
    return host.lower().removesuffix(".")
