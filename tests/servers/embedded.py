"""The embedded server as the demo uses it: pymap, for one user, with the mail of a Maildir in its memory."""

from __future__ import annotations

import imaplib
import os
from pathlib import Path
from typing import ClassVar

from replywatch.demo.server import ImapServer
from servers.child import START_SECONDS, MailUser


class EmbeddedUser(MailUser):
    """The one user of the server that serves `folder`."""

    first_uid: ClassVar[int] = 101

    def __init__(self, folder: Path) -> None:
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        self.folder = folder
        self.server = ImapServer(folder, "info")

    def connect(self) -> imaplib.IMAP4:
        """A logged-in connection of another mail program; the caller logs out."""
        client = imaplib.IMAP4(self.server.host, self.server.port, timeout=START_SECONDS)
        client.login(self.server.username, self.server.password)
        return client

    def account(self) -> dict[str, object]:
        """The keys of an account in the config."""
        return {
            "type": "imap",
            "host": self.server.host,
            "port": self.server.port,
            "tls": "none",
            "username": self.server.username,
            "password": self.server.password,
        }

    def files(self) -> dict[str, tuple[bytes, int]]:
        """The files that were there when the server began: it holds mail in memory alone."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {os.fspath(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}
