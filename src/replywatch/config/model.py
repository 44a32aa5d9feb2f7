"""The config as frozen values. Loading and checking are in `config.load`, passwords in `config.secrets`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from replywatch.domain.instants import DAY
from replywatch.domain.mailboxes.origin import Origin, spelled
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.team import Team
from replywatch.errors import UsageError
from replywatch.hosts import LOOPBACK


class Tls(StrEnum):
    """How a connection is protected."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password comes from: exactly one of the fields is set. Never shows a value when printed."""

    env: str | None = None
    command: str | tuple[str, ...] | None = None
    """A string is split like a shell would and run without one; a tuple is run as it stands."""
    file: Path | None = None
    keyring: str | None = None
    """Service name in the system's keyring; the user name is the account's."""
    literal: str | None = field(default=None, repr=False)
    """In clear in the config; accepted, since `init` writes it when told to."""
    withheld: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    """Environment variables that hold secrets of the config, and that a command gets to see none of."""


class Flow(StrEnum):
    """How the first token is had."""

    DEVICE = "device"
    """A person types a code into a web page, on any device (RFC 8628)."""
    BROWSER = "browser"
    """A person logs in with a browser, which hands a code back (RFC 8252, RFC 7636)."""
    APP = "app"
    """Nobody logs in: the program has rights of its own (RFC 6749, section 4.4)."""


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Where tokens come from that take the place of a password."""

    provider: str
    client_id: str
    flow: Flow
    token_url: str
    scope: str = ""
    client_secret: Secret | None = None
    """None for public clients, which have none."""
    device_url: str = ""
    authorize_url: str = ""
    authorize_extra: tuple[tuple[str, str], ...] = ()
    """What the provider wants to be told besides, when a person logs in with a browser."""
    redirect_host: str = LOOPBACK
    ca_file: Path | None = None
    revoke_hint: str = ""
    """The web page where a person takes a login back; "" if it is not known."""


@dataclass(frozen=True, slots=True)
class Account:
    """What every account has."""

    name: str
    roles: Roles = field(default_factory=Roles)
    """What its mailboxes are for."""
    watched: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ImapAccount(Account):
    """A mailbox on a server."""

    kind: ClassVar[Literal["imap"]] = "imap"
    host: str = ""
    port: int = 993
    tls: Tls = Tls.IMPLICIT
    ca_file: Path | None = None
    username: str = ""
    password: Secret = field(default_factory=Secret)
    oauth2: OAuth2 | None = None
    """Tokens in place of the password, which is empty then."""
    allow_plaintext: bool = False
    timeout: int | None = None
    """Seconds that the server may take to begin an answer, or to go on with it; None: what is usual."""

    @property
    def origin(self) -> Origin:
        """What it reads. Another port of the same host is no other place."""
        return Origin(self.kind, host=spelled(self.host), login=self.username)


@dataclass(frozen=True, slots=True)
class LocalAccount(Account):
    """Mail in files on this machine."""

    kind: ClassVar[Literal["maildir", "mbox"]]
    path: Path = Path()

    def __post_init__(self) -> None:
        """Let the roles know that names are those of files."""
        object.__setattr__(self, "roles", replace(self.roles, on_disk=True))

    @property
    def origin(self) -> Origin:
        """What it reads."""
        return Origin(self.kind, path=os.path.abspath(self.path))  # noqa: PTH100 - Path.resolve would follow links


@dataclass(frozen=True, slots=True)
class MaildirAccount(LocalAccount):
    """A Maildir on this machine."""

    kind: ClassVar[Literal["maildir"]] = "maildir"


@dataclass(frozen=True, slots=True)
class MboxAccount(LocalAccount):
    """An mbox file on this machine, or a folder of them (Thunderbird, Takeout)."""

    kind: ClassVar[Literal["mbox"]] = "mbox"


AnyAccount = ImapAccount | MaildirAccount | MboxAccount


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How figures are counted; durations in seconds."""

    timezone: ZoneInfo
    never_after: int = 14 * DAY
    new_enquiry_after: int = 30 * DAY
    period: str = "90d"
    stale_after: int | None = None
    """Seconds after its last complete pass from which on an account was read too long ago; None: the larger of a day
    and three times the usual distance of passes."""


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What may be kept. Figures per member of the team (`agents`) do not exist, so there is nothing to say of them."""

    subjects: bool = True
    """False: a number takes the place of each subject before it is stored."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the config file says."""

    team: Team
    accounts: tuple[AnyAccount, ...]
    report: ReportSettings
    store_path: Path
    path: Path | None = None
    """The file it was read from."""
    privacy: PrivacySettings = PrivacySettings()

    def named(self, names: Sequence[str]) -> tuple[AnyAccount, ...]:
        """The accounts of these names, each once; where none is named, all that are enabled.

        Raises:
            UsageError: there is no account of a name.
        """
        by_name = {account.name: account for account in self.accounts}
        if unknown := [name for name in names if name not in by_name]:
            raise UsageError(f"there is no account {unknown[0]!r} in the config", f"There are: {', '.join(by_name)}.")
        return tuple(by_name[name] for name in dict.fromkeys(names)) or tuple(a for a in self.accounts if a.enabled)
