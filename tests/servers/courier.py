"""A real Courier 5 as child processes on loopback, out of the tree that .ci/servers unpacked.

Everybody who connects is logged in at once (PREAUTH), as the user whose ports these are: where Courier asks for
passwords is compiled into it.
"""

from __future__ import annotations

import imaplib
import itertools
import os
import time
from pathlib import Path
from typing import ClassVar

from servers.child import HOST, START_SECONDS, ChildServer, MailUser, ServerError, free_ports, unpacked

_AS_DEBIAN_SETS_THEM = {
    "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE",
    "IMAP_KEYWORDS": "1",
    "IMAP_ACL": "1",
    "IMAP_USELOCKS": "1",
    "IMAP_MAILBOX_SANITY_CHECK": "1",
}
_SOCKETS = Path("/proc/net/tcp")


class Courier(ChildServer):
    """A running server: for each user processes of his own."""

    name = "courier"

    def new_user(self) -> CourierUser:
        """A user nobody has used before, with an empty INBOX."""
        user = CourierUser(self, f"user{next(self._numbers)}", *free_ports(2))
        for part in ("cur", "new", "tmp"):
            (user.maildir / part).mkdir(parents=True)
        self.own(user.maildir.parent)
        tree = unpacked("courier")
        imapd = [str(tree / "usr/bin/imapd"), str(user.maildir)]
        tls = [str(tree / "usr/bin/couriertls"), "-server", "-tcpd", *imapd]
        environment = _AS_DEBIAN_SETS_THEM | {
            "AUTHENTICATED": user.name,
            "MAILDIR": str(user.maildir),
            "HOME": str(user.maildir.parent),
            "TLS_CERTFILE": str(self.root / "server.pem"),
            "TLS_VERIFYPEER": "NONE",
            "GAM_CLIENT_ID": self.root.name,
        }
        quick = ["-nodnslookup", "-noidentlookup", f"-address={HOST}"]
        if os.geteuid() == 0:
            quick += [f"-user={self.owner_names[0]}", f"-group={self.owner_names[1]}"]
        for port, program in ((user.port, imapd), (user.tls_port, tls)):
            self._run(str(tree / "usr/sbin/couriertcpd"), *quick, str(port), *program, **environment)
        self._wait_until_listening(user.port, user.tls_port)
        return user

    def _wait_until_listening(self, *ports: int) -> None:
        """Wait for the processes of a user; without a connection, for which they would start an imapd."""
        end = time.monotonic() + START_SECONDS
        while not all(f"0100007F:{port:04X} 00000000:0000 0A" in _SOCKETS.read_text() for port in ports):
            if time.monotonic() > end:
                raise ServerError(f"{self.name} does not listen:\n{self.log()}")
            time.sleep(0.01)

    def own(self, folder: Path) -> None:
        """Give a folder and all in it to the user as whom mail is read."""
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, *self.owner)

    def _start(self) -> None:
        """Start what is common to all users: the daemon that tells Courier of changed files."""
        self._write_certificate()
        watcher = next(unpacked("courier").rglob("gam_server"))
        self._run(str(watcher), "--notimeout", self.root.name, as_owner=True)


class CourierUser(MailUser):
    """A user of the server."""

    prefix: ClassVar[str] = "INBOX."
    delimiter: ClassVar[str] = "."

    def __init__(self, server: Courier, name: str, port: int, tls_port: int) -> None:
        self.server = server
        self.name = name
        self.port = port
        self.tls_port = tls_port
        self.maildir = server.root / name / "Maildir"
        self._files = itertools.count(1)

    def connect(self) -> imaplib.IMAP4:
        """A connection of another mail program; the caller logs out."""
        return imaplib.IMAP4(HOST, self.port, timeout=START_SECONDS)

    def account(self) -> dict[str, object]:
        """The keys of an account in the config; password and user name are not asked for."""
        return {
            "type": "imap",
            "host": HOST,
            "port": self.tls_port,
            "ca_file": str(self.server.ca_file),
            "username": self.name,
            "password": "never asked for",
        }

    def folder(self, mailbox: str) -> Path:
        """Where a mailbox lies; names in ASCII only."""
        return self.maildir if mailbox == "INBOX" else self.maildir / f".{mailbox.replace('/', '.')}"

    def drop(self, mailbox: str, raw: bytes, internal_date: int, name: str = "") -> Path:
        """Put a message into `new`, as what delivers mail does: no UID is given yet."""
        folder = self.folder(mailbox)
        path = folder / "new" / (name or f"{internal_date}.{next(self._files)}.host")
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        os.utime(path, (internal_date, internal_date))
        self.server.own(folder)
        return path

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Relative path → (content, mtime in ns) of every message file; names hold the flags.

        EXAMINE of Courier moves what is in `new` to `cur`, and appends `:2,` then: no flag, so both count as one.
        """
        found = {}
        for path in self.maildir.rglob("*"):
            if path.parent.name in ("cur", "new"):
                name = path.name if ":2," in path.name else f"{path.name}:2,"
                key = path.parent.parent.relative_to(self.maildir) / name
                found[str(key)] = path.read_bytes(), path.stat().st_mtime_ns
        return found

    def number_anew(self, mailbox: str) -> None:
        """Take away what Courier remembers of UIDs."""
        (self.folder(mailbox) / "courierimapuiddb").unlink()

    def remove(self, mailbox: str, path: Path) -> None:
        """Remove a message as what collects mail by POP3 does: Courier is not told."""
        (found,) = self.folder(mailbox).rglob(f"{path.name}*")
        found.unlink()
