"""What real servers have in common: a child process on loopback, files of its own, and users who keep mail there."""

from __future__ import annotations

import grp
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Self

from imapclient import imap_utf7

from servers.certificates import Authority

START_SECONDS = 10
HOST = "127.0.0.1"
UNPACKED = Path(os.environ.get("REPLYWATCH_SERVERS") or Path(__file__).parents[2] / ".servers").absolute()
"""Where .ci/servers unpacks servers that can't be installed beside Dovecot."""


class ServerError(Exception):
    """The server did not start, or refused what a test asked of it as another mail program."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be put into a mailbox."""

    raw: bytes
    internal_date: int | str
    """An instant; or, for IMAP, as it stands in the command."""
    flags: tuple[str, ...] = ()

    @property
    def when(self) -> str:
        """INTERNALDATE as IMAP writes it."""
        if isinstance(self.internal_date, str):
            return f'"{self.internal_date}"'
        return imaplib.Time2Internaldate(datetime.fromtimestamp(self.internal_date, UTC))


class MailUser:
    """A user of a real server: what another mail program does to the mailboxes.

    Mailboxes have the names that a person sees, levels parted by `/`; `prefix` and `delimiter` are the server's.
    """

    prefix: ClassVar[str] = ""
    delimiter: ClassVar[str] = "/"
    first_uid: ClassVar[int] = 1
    """The one that the first message of a mailbox gets."""

    def connect(self) -> imaplib.IMAP4:
        """A logged-in connection; the caller logs out."""
        raise NotImplementedError

    def account(self) -> dict[str, object]:
        """The keys of an account in the config."""
        raise NotImplementedError

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Path → (content, mtime in ns) of every file that holds a message; names hold the flags where they do."""
        raise NotImplementedError

    def listed(self, mailbox: str) -> str:
        """The name of a mailbox as the program lists it."""
        return mailbox if mailbox == "INBOX" else self.prefix + mailbox.replace("/", self.delimiter)

    def create(self, *mailboxes: str) -> None:
        """Make these mailboxes."""
        with self.connect() as client:
            for mailbox in mailboxes:
                expect_ok(client.create(self.wire(mailbox)))

    def deliver(self, mailbox: str, raw: bytes, internal_date: int, flags: Sequence[str] = ()) -> None:
        """Append one message; `internal_date` is an instant in seconds."""
        self.append(mailbox, [Delivery(raw, internal_date, tuple(flags))])

    def append(self, mailbox: str, deliveries: Iterable[Delivery]) -> None:
        """Append messages, in order."""
        with self.connect() as client:
            for delivery in deliveries:
                flags = f"({' '.join(delivery.flags)})"
                expect_ok(client.append(self.wire(mailbox), flags, delivery.when, delivery.raw))

    def expunge(self, mailbox: str, uids: Iterable[int]) -> None:
        """Delete these messages for good."""
        with self.connect() as client:
            expect_ok(client.select(self.wire(mailbox)))
            expect_ok(client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Deleted)"))
            expect_ok(client.expunge())

    def store(self, mailbox: str, uid: int, flag: str, how: str = "+") -> None:
        """Set a flag, or take it away by `-`."""
        with self.connect() as client:
            expect_ok(client.select(self.wire(mailbox)))
            expect_ok(client.uid("STORE", str(uid), f"{how}FLAGS.SILENT", f"({flag})"))

    def move(self, mailbox: str, uid: int, target: str) -> None:
        """Put a message into another mailbox, as programs do that know no MOVE."""
        with self.connect() as client:
            expect_ok(client.select(self.wire(mailbox)))
            expect_ok(client.uid("COPY", str(uid), self.wire(target)))
        self.expunge(mailbox, [uid])

    def rename(self, mailbox: str, name: str) -> None:
        """Give a mailbox another name."""
        with self.connect() as client:
            expect_ok(client.rename(self.wire(mailbox), self.wire(name)))

    def delete(self, mailbox: str) -> None:
        """Remove a mailbox with all that is in it."""
        with self.connect() as client:
            expect_ok(client.delete(self.wire(mailbox)))

    def flags(self, mailbox: str) -> dict[int, frozenset[str]]:
        """UID → flags as the server tells another mail program, `\\Recent` included."""
        with self.connect() as client:
            expect_ok(client.select(self.wire(mailbox), readonly=True))
            lines = client.uid("FETCH", "1:*", "(FLAGS)")[1]
        found = {}
        for line in lines:
            if line is not None:
                number = int(line.partition(b"UID ")[2].split()[0].rstrip(b")"))
                found[number] = frozenset(flag.decode() for flag in imaplib.ParseFlags(line[line.index(b"FLAGS") :]))
        return found

    def wire(self, mailbox: str) -> str:
        """The name of a mailbox as it stands in commands."""
        encoded = imap_utf7.encode(self.listed(mailbox)).decode("ascii").replace("\\", "\\\\").replace('"', '\\"')
        return f'"{encoded}"'


class ChildServer:
    """A server as a child process. Use as a context manager."""

    name: ClassVar[str]

    def __init__(self) -> None:
        # Paths of Unix sockets hold about 100 octets: hence not pytest's long folder names, and the mail
        # processes run as another user, who may not look into pytest's folders either.
        self.root = Path(tempfile.mkdtemp(prefix=f"rw-{self.name}-"))
        self.root.chmod(0o755)
        self.port, self.tls_port = free_ports(2)
        self.authority = Authority()
        self.ca_file = self.root / "ca.pem"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._numbers = itertools.count(1)
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.owner = (account.pw_uid, account.pw_gid)
        self.owner_names = (account.pw_name, grp.getgrgid(account.pw_gid).gr_name)

    def __enter__(self) -> Self:
        try:
            self.ca_file.write_bytes(self.authority.certificate)
            self._start()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its files."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def new_user(self) -> MailUser:
        """A user nobody has used before, with an empty INBOX."""
        raise NotImplementedError

    def log(self) -> str:
        """What the server has written so far."""
        path = self.root / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _start(self) -> None:
        """Write the server's files and start its processes."""
        raise NotImplementedError

    def _run(self, *command: str, as_owner: bool = False, **environment: str) -> None:
        """Start a process of the server, with the libraries that were unpacked beside it."""
        user, group = self.owner if as_owner and os.geteuid() == 0 else (None, None)
        with (self.root / "log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    command,
                    cwd=self.root,
                    env=os.environ | libraries(self.name) | environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=user,
                    group=group,
                    start_new_session=True,
                )
            )

    def _write_certificate(self) -> Path:
        """The file with certificate and key."""
        pem = self.root / "server.pem"
        pem.touch(0o600)
        pem.write_bytes(self.authority.issue("localhost", HOST))
        os.chown(pem, *self.owner)
        return pem

    def _wait_until_ready(self) -> None:
        """Log in as a user: only then all that takes part is up."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and all(process.poll() is None for process in self._processes):
            try:
                self.new_user().connect().logout()
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
            else:
                return
        raise ServerError(f"{self.name} did not start:\n{self.log()}")


def unpacked(name: str) -> Path:
    """The tree into which .ci/servers unpacked a server."""
    return UNPACKED / name


def missing(name: str) -> str:
    """Why an unpacked server can't be started here; "" if it can."""
    return "" if unpacked(name).is_dir() else f"{name} is not in {UNPACKED}: .ci/servers puts it there"


def libraries(name: str) -> dict[str, str]:
    """The environment in which programs of an unpacked server find its libraries."""
    folders = {path.parent for path in unpacked(name).rglob("*.so*")}
    return {"LD_LIBRARY_PATH": ":".join(map(str, sorted(folders)))} if folders else {}


def free_ports(count: int) -> list[int]:
    """Loopback ports at which nobody listens."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    try:
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def expect_ok(answer: tuple[str, list[object]]) -> None:
    """Raise `ServerError` unless the answer is OK."""
    if answer[0] != "OK":
        raise ServerError(f"The server refused: {answer[1]}")
