"""A real Dovecot 2.3 as a child process on loopback: the server that tests believe.

One server runs for the whole test session; every test gets a user of its own, so tests don't see each other.
The server listens on several loopback addresses which differ in what they show (`Dovecot.PLAIN_ONLY` …).
"""

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
from typing import Self

from imapclient import imap_utf7

from servers.certificates import Authority

START_SECONDS = 10
MAILDIR_FLAGS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}

_CONFIG = """
protocols = imap
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
auth_username_chars =
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{root}/good.pem
ssl_key = <{root}/good.pem
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={password}
}}
passdb {{
  driver = static
  args = password={unicode_password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = {addresses}
    port = {port}
  }}
  inet_listener imaps {{
    address = {addresses}
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
local {plain_only} {{
  ssl = no
}}
local {expired} {{
  ssl_cert = <{root}/expired.pem
  ssl_key = <{root}/expired.pem
}}
local {self_signed} {{
  ssl_cert = <{root}/self_signed.pem
  ssl_key = <{root}/self_signed.pem
}}
local {one_connection} {{
  protocol imap {{
    mail_max_userip_connections = 1
  }}
}}
local {tls_first} {{
  disable_plaintext_auth = yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
  mailbox Ablage {{
    special_use = \\Archive
  }}
}}
"""


class DovecotError(Exception):
    """The server did not start; the text holds its log."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be put into a mailbox."""

    raw: bytes
    internal_date: int
    flags: tuple[str, ...] = ()


class Dovecot:
    """A running server. Use as a context manager."""

    GOOD = "127.0.0.1"
    PLAIN_ONLY = "127.0.0.2"
    """Neither STARTTLS nor TLS."""
    EXPIRED = "127.0.0.3"
    SELF_SIGNED = "127.0.0.4"
    ONE_CONNECTION = "127.0.0.5"
    """At most one connection for each user."""
    TLS_FIRST = "127.0.0.6"
    """Passwords are taken over TLS only (LOGINDISABLED)."""
    WRONG_HOST = "127.0.0.7"
    """Shows a certificate that doesn't name this address."""

    PASSWORD = "s3cret-Horse-Battery"
    UNICODE_PASSWORD = "Gänsefüßchen→7"

    def __init__(self) -> None:
        # Paths of Unix sockets hold about 100 octets: hence not pytest's long folder names, and the mail
        # processes run as another user, who may not look into pytest's folders either.
        self.root = Path(tempfile.mkdtemp(prefix="rw-dovecot-"))
        self.port, self.tls_port = _free_ports(2)
        self.authority = Authority()
        self.ca_file = self.root / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.owner = (account.pw_uid, account.pw_gid)

    def __enter__(self) -> Self:
        try:
            self._write_files()
            self._process = subprocess.Popen([_binary(), "-F", "-c", str(self.root / "dovecot.conf")])
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its files."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def log(self) -> str:
        """What the server has logged so far."""
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def new_user(self, prefix: str = "user") -> User:
        """A user nobody has used before, with an empty INBOX."""
        return User(self, f"{prefix}{next(self._numbers)}")

    def _write_files(self) -> None:
        self.root.chmod(0o755)
        for folder in ("run", "state", "home"):
            (self.root / folder).mkdir(mode=0o755)
        os.chown(self.root / "home", *self.owner)
        self.ca_file.write_bytes(self.authority.certificate)
        others = (self.PLAIN_ONLY, self.EXPIRED, self.ONE_CONNECTION, self.TLS_FIRST)
        certificates = {
            "good": self.authority.issue("localhost", self.GOOD, *others),
            "expired": self.authority.issue("localhost", self.EXPIRED, expired=True),
            "self_signed": self.authority.self_signed("localhost", self.SELF_SIGNED),
        }
        for name, pem in certificates.items():
            path = self.root / f"{name}.pem"
            path.touch(0o600)
            path.write_bytes(pem)
        (self.root / "dovecot.conf").write_text(self._config())

    def _config(self) -> str:
        return _CONFIG.format(
            root=self.root,
            user=pwd.getpwuid(self.owner[0]).pw_name,
            group=_group_name(self.owner[1]),
            password=self.PASSWORD,
            unicode_password=self.UNICODE_PASSWORD,
            addresses=" ".join(f"127.0.0.{n}" for n in range(1, 8)),
            port=self.port,
            tls_port=self.tls_port,
            plain_only=self.PLAIN_ONLY,
            expired=self.EXPIRED,
            self_signed=self.SELF_SIGNED,
            one_connection=self.ONE_CONNECTION,
            tls_first=self.TLS_FIRST,
        )

    def _wait_until_ready(self) -> None:
        """Log in as a user: only then the authentication process is up too."""
        assert self._process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.new_user().connect().logout()
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
            else:
                return
        raise DovecotError(f"Dovecot did not start:\n{self.log()}")


class User:
    """A user of the server, with helpers to put mail into the mailboxes and to look at the files."""

    def __init__(self, server: Dovecot, name: str) -> None:
        self.server = server
        self.name = name
        self.maildir = server.root / "home" / name / "Maildir"
        self._files = itertools.count(1)

    def connect(self) -> imaplib.IMAP4:
        """A logged-in connection of another mail program; the caller logs out."""
        client = imaplib.IMAP4(Dovecot.GOOD, self.server.port, timeout=START_SECONDS)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{self.name}\0{Dovecot.PASSWORD}".encode())
        except imaplib.IMAP4.error:
            client.shutdown()
            raise
        return client

    def create(self, *mailboxes: str) -> None:
        """Make these mailboxes."""
        with self.connect() as client:
            for mailbox in mailboxes:
                _expect_ok(client.create(_wire(mailbox)))

    def deliver(self, mailbox: str, raw: bytes, internal_date: int, flags: Sequence[str] = ()) -> None:
        """Append one message over IMAP; `internal_date` is an instant in seconds."""
        when = imaplib.Time2Internaldate(datetime.fromtimestamp(internal_date, UTC))
        with self.connect() as client:
            _expect_ok(client.append(_wire(mailbox), " ".join(flags), when, raw))

    def fill(self, mailbox: str, deliveries: Iterable[Delivery]) -> None:
        """Write many messages straight into the Maildir, in order; for a mailbox nobody has opened yet."""
        folder = self._folder(mailbox)
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for delivery in deliveries:
            letters = "".join(sorted(MAILDIR_FLAGS[flag] for flag in delivery.flags))
            path = folder / "cur" / f"{next(self._files)}.test:2,{letters}"
            path.write_bytes(delivery.raw)
            os.utime(path, (delivery.internal_date, delivery.internal_date))
        for path in [self.maildir.parent, self.maildir, folder, *folder.rglob("*")]:
            os.chown(path, *self.server.owner)

    def expunge(self, mailbox: str, uids: Iterable[int]) -> None:
        """Delete these messages for good, as another mail program would."""
        with self.connect() as client:
            _expect_ok(client.select(_wire(mailbox)))
            _expect_ok(client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Deleted)"))
            _expect_ok(client.expunge())

    def delete(self, mailbox: str) -> None:
        """Remove a mailbox with all that is in it."""
        with self.connect() as client:
            _expect_ok(client.delete(_wire(mailbox)))

    def number_anew(self, mailbox: str) -> None:
        """What a server that lost its notes does: another UIDVALIDITY, other UIDs, the same mail."""
        folder = self._folder(mailbox)
        for path in [*folder.glob("dovecot-uidlist*"), *folder.glob("dovecot.index*")]:
            path.unlink()

    def flags(self, mailbox: str) -> dict[int, frozenset[str]]:
        """UID → flags as the server tells another mail program, `\\Recent` included."""
        with self.connect() as client:
            _expect_ok(client.select(_wire(mailbox), readonly=True))
            lines = client.uid("FETCH", "1:*", "(FLAGS)")[1]
        found = {}
        for line in lines:
            number = int(line.partition(b"UID ")[2].split()[0].rstrip(b")"))
            found[number] = frozenset(flag.decode() for flag in imaplib.ParseFlags(line[line.index(b"FLAGS") :]))
        return found

    def _folder(self, mailbox: str) -> Path:
        return self.maildir if mailbox == "INBOX" else self.maildir / f".{_maildir_name(mailbox)}"

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Relative path → (content, mtime in ns) of every message file; names hold the flags."""
        paths = (path for path in self.maildir.rglob("*") if path.parent.name in ("cur", "new", "tmp"))
        return {str(p.relative_to(self.maildir)): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}


def missing() -> str:
    """Why no Dovecot can be started here; "" if one can."""
    if _binary() is None:
        return "dovecot is not installed"
    version = subprocess.run([_binary(), "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3"):
        return f"the test configuration is for Dovecot 2.3, not {version.strip()}"
    return ""


def _binary() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _group_name(number: int) -> str:
    return grp.getgrgid(number).gr_name


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def _wire(mailbox: str) -> str:
    encoded = imap_utf7.encode(mailbox).decode("ascii").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{encoded}"'


def _maildir_name(mailbox: str) -> str:
    return imap_utf7.encode(mailbox).decode("ascii").replace("/", ".")


def _expect_ok(answer: tuple[str, list[object]]) -> None:
    if answer[0] != "OK":
        raise DovecotError(f"Dovecot refused: {answer[1]}")
