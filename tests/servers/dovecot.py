"""A real Dovecot 2.3 as a child process on loopback: the server that tests believe.

One server runs for the whole test session; every test gets a user of its own, so tests don't see each other.
The server listens on several loopback addresses which differ in what they show (`Dovecot.PLAIN_ONLY` …).
"""

from __future__ import annotations

import contextlib
import imaplib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Self

from imapclient import imap_utf7

from servers.child import START_SECONDS, ChildServer, Delivery, MailUser, expect_ok
from servers.provider import Provider

MAILDIR_FLAGS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}

_CONFIG = """
protocols = imap
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
auth_username_chars =
auth_mechanisms = plain oauthbearer xoauth2
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{root}/good.pem
ssl_key = <{root}/good.pem
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {root}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={unicode_password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/home/%u zlib_save=%d
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
mail_plugins = acl zlib
protocol imap {{
  mail_plugins = acl zlib imap_acl
}}
plugin {{
  acl = vfile
  acl_shared_dict = file:{root}/home/shared-mailboxes
}}
namespace others {{
  type = shared
  separator = /
  prefix = user/%%u/
  location = maildir:{root}/home/%%u/Maildir
  subscriptions = no
  list = no
}}
namespace public {{
  type = public
  separator = /
  prefix = public/
  location = maildir:{root}/home/public
  subscriptions = no
  list = no
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

_OAUTH2 = """
introspection_url = {provider}/introspect
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot(ChildServer):
    """A running server."""

    name: ClassVar[str] = "dovecot"

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
        super().__init__()
        self.provider = Provider(self.authority)
        """Whose tokens it takes; it asks there whose they are."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as running:
            running.enter_context(self.provider)
            super().__enter__()
            running.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            super().__exit__()
        finally:
            self.provider.__exit__(None, None, None)

    def new_user(self, prefix: str = "user") -> User:
        """A user nobody has used before, with an empty INBOX."""
        return User(self, f"{prefix}{next(self._numbers)}")

    def packing_user(self, packing: str) -> User:
        """Such a user whose mail the server packs, in a way of its zlib plugin: `gz`, `bz2`, `lz4` or `zstd`."""
        return User(self, f"packed{next(self._numbers)}@{packing}")

    def _start(self) -> None:
        for folder in ("run", "state", "home"):
            (self.root / folder).mkdir(mode=0o755)
        os.chown(self.root / "home", *self.owner)
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
        (self.root / "oauth2.conf").write_text(_OAUTH2.format(provider=self.provider.plain))
        (self.root / "dovecot.conf").write_text(self._config())
        self._run(_binary() or "", "-F", "-c", str(self.root / "dovecot.conf"))

    def _config(self) -> str:
        return _CONFIG.format(
            root=self.root,
            user=self.owner_names[0],
            group=self.owner_names[1],
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


class User(MailUser):
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

    def account(self) -> dict[str, object]:
        """The keys of an account in the config."""
        return {
            "type": "imap",
            "host": Dovecot.GOOD,
            "port": self.server.tls_port,
            "ca_file": str(self.server.ca_file),
            "username": self.name,
            "password": Dovecot.PASSWORD,
        }

    def fill(self, mailbox: str, deliveries: Iterable[Delivery]) -> None:
        """Write many messages straight into the Maildir, in order; for a mailbox nobody has opened yet."""
        self._write(self._folder(mailbox), deliveries)

    def publish(self, mailbox: str, deliveries: Iterable[Delivery]) -> None:
        """Write a public mailbox that this user may read, and no other."""
        folder = self.server.root / "home" / "public" / f".{_maildir_name(mailbox)}"
        folder.mkdir(parents=True)
        (folder / "dovecot-acl").write_text(f"user={self.name} lr\n")
        self._write(folder, deliveries)

    def _write(self, folder: Path, deliveries: Iterable[Delivery]) -> None:
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for delivery in deliveries:
            letters = "".join(sorted(MAILDIR_FLAGS[flag] for flag in delivery.flags))
            path = folder / "cur" / f"{next(self._files)}.test:2,{letters}"
            path.write_bytes(delivery.raw)
            os.utime(path, (delivery.internal_date, delivery.internal_date))
        for path in [folder.parent.parent, folder.parent, folder, *folder.rglob("*")]:
            os.chown(path, *self.server.owner)

    def number_anew(self, mailbox: str) -> None:
        """What a server that lost its notes does: another UIDVALIDITY, other UIDs, the same mail."""
        folder = self._folder(mailbox)
        for path in [*folder.glob("dovecot-uidlist*"), *folder.glob("dovecot.index*")]:
            path.unlink()

    def share(self, mailbox: str, other: User) -> None:
        """Let `other` read a mailbox."""
        with self.connect() as client:
            expect_ok(client.setacl(self.wire(mailbox), other.name, "lr"))

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


def _maildir_name(mailbox: str) -> str:
    return imap_utf7.encode(mailbox).decode("ascii").replace("/", ".")
