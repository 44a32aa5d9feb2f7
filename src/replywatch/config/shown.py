"""The config as it is understood, as plain values by the names of the file: defaults filled in, secrets left out."""

from __future__ import annotations

import shlex
from dataclasses import fields
from zoneinfo import ZoneInfo

from replywatch.config.model import AnyAccount, Config, OAuth2, PrivacySettings, ReportSettings, Secret
from replywatch.domain.instants import DAY, HOUR, MINUTE
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.team import Team

Shown = str | int | bool | list[str] | dict[str, "Shown"]
"""A value as JSON and TOML have it."""
_NOT_KEYS = ("authorize_extra", "redirect_host", "revoke_hint")
"""What is known of a provider of tokens and no key of the file."""
_UNITS = {"d": DAY, "h": HOUR, "min": MINUTE, "s": 1}


def shown(config: Config) -> dict[str, Shown]:
    """What `config` says, table by table; a key that has no value is left out.

    Of a secret it says where it comes from: of a command the program alone, since its arguments may be secret, too, and
    `{"in_clear": true}` for one that stands in the file.
    """
    return {
        "team": _table(config.team),
        "accounts": {account.name: {"type": account.kind, **_account(account)} for account in config.accounts},
        "store": {"path": str(config.store_path)},
        "report": _table(config.report),
        "privacy": _table(config.privacy),
    }


def _account(account: AnyAccount) -> dict[str, Shown]:
    """The keys of an account; its name stands above them."""
    table = _table(account)
    del table["name"]
    mailboxes = table.pop("roles", None)
    return table | ({"mailboxes": mailboxes} if mailboxes else {})


def _table(settings: Team | AnyAccount | OAuth2 | ReportSettings | PrivacySettings) -> dict[str, Shown]:
    """The fields of a dataclass that have a value."""
    keys: dict[str, Shown] = {}
    for name in (field.name for field in fields(settings) if field.init):
        value = getattr(settings, name)
        if (isinstance(settings, ReportSettings) or name == "timeout") and type(value) is int:
            keys[name] = _duration(value)
        elif (found := _value(value)) not in (None, "", {}):
            keys[name] = found
    return keys


def _value(value: object) -> Shown | None:
    """One value; None where there is nothing to show."""
    found: Shown | None = str(value)
    match value:
        case bool() | int() | None:
            found = value
        case Secret():
            found = _source(value)
        case OAuth2():
            found = {key: said for key, said in _table(value).items() if key not in _NOT_KEYS}
        case Roles():
            found = _roles(value)
        case frozenset():
            found = sorted(value)
        case tuple():
            found = [str(item) for item in value]
        case ZoneInfo():
            found = value.key
    return found


def _source(secret: Secret) -> dict[str, Shown]:
    """Where a secret comes from; empty if there is none."""
    if secret.command is not None:
        words = shlex.split(secret.command) if isinstance(secret.command, str) else secret.command
        return {"command": f"{words[0]} …" if len(words) > 1 else words[0]}
    if secret.literal is not None:
        return {"in_clear": True}
    return {key: str(value) for key in ("env", "file", "keyring") if (value := getattr(secret, key)) is not None}


def _roles(roles: Roles) -> dict[str, Shown]:
    """The mailboxes of each role that the config gives."""
    named: dict[str, list[str]] = {}
    for name, role in roles.said:
        named.setdefault(role, []).append(name)
    return dict(named)


def _duration(seconds: int) -> str:
    """So many seconds in the largest unit that they fill, as the file has them."""
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"
