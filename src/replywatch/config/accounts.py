"""The `[accounts.NAME]` tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from replywatch.config import names
from replywatch.config.model import AnyAccount, ImapAccount, MaildirAccount, MboxAccount, OAuth2, Secret, Tls
from replywatch.config.oauth2 import read_oauth2
from replywatch.config.secret_keys import read_secret
from replywatch.config.table import Table, excerpt
from replywatch.domain.instants import HOUR
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.hosts import is_loopback

ROLES = tuple(role for role in Role if role is not Role.FOLDER)
"""The roles a config may give; an ordinary folder needs none."""
LONGEST_TIMEOUT = HOUR
"""Seconds; who waits longer for one answer waits for nothing."""
PORTS = {Tls.IMPLICIT: 993, Tls.STARTTLS: 143, Tls.NONE: 143}


class _Common(TypedDict):
    """What every account has, as in `model.Account`."""

    name: str
    roles: Roles
    watched: bool
    enabled: bool


def read_accounts(root: Table, base: Path) -> tuple[AnyAccount, ...]:
    """Every account of the config, in the order of the file; paths are seen from `base`."""
    section = root.table("accounts")
    accounts: list[AnyAccount] = []
    seen: dict[str, str] = {}
    for name, table in section.tables():
        twin = seen.setdefault(name.casefold(), name)
        if twin != name:
            section.problem(name, f"differs from {section.at(twin)} in upper and lower case only")
        if not name.strip() or not name.isprintable() or names.is_url(name):
            section.problem(name, "an account needs a name that can be printed, and no address for one")
        account = _read_account(name, table, base)
        if account is not None:
            accounts.append(account)
    if root.take("accounts") in (None, {}):
        root.problem("accounts", "at least one account is needed, such as [accounts.info]")
    elif accounts and not any(account.enabled for account in accounts):
        root.problem("accounts", "at least one account has to be enabled")
    return _withholding(accounts)


def _withholding(accounts: Sequence[AnyAccount]) -> tuple[AnyAccount, ...]:
    """The accounts, so that a command which prints a secret learns no other one from its environment."""
    servers = [account for account in accounts if isinstance(account, ImapAccount)]
    secrets = [s for server in servers for s in (server.password, server.oauth2 and server.oauth2.client_secret) if s]
    variables = frozenset(secret.env for secret in secrets if secret.env)
    return tuple(_hiding(account, variables) if isinstance(account, ImapAccount) else account for account in accounts)


def _hiding(account: ImapAccount, variables: frozenset[str]) -> ImapAccount:
    """The account, whose commands see none of `variables`."""
    oauth2 = account.oauth2
    if oauth2 and oauth2.client_secret:
        oauth2 = replace(oauth2, client_secret=replace(oauth2.client_secret, withheld=variables))
    return replace(account, password=replace(account.password, withheld=variables), oauth2=oauth2)


def _read_account(name: str, table: Table, base: Path) -> AnyAccount | None:
    """The account in `table`; None if its type is not known, since then nothing else can be judged."""
    readers: dict[str, Callable[[_Common, Table, Path], AnyAccount]] = {
        "imap": _read_imap,
        "maildir": _read_maildir,
        "mbox": _read_mbox,
    }
    kind = table.required("type", "imap")
    if kind not in readers:
        if kind:
            table.problem("type", f"must be one of {', '.join(readers)}, not {excerpt(kind)}")
        return None
    common = _Common(
        name=name,
        roles=_read_roles(table),
        watched=table.flag("watched", default=True),
        enabled=table.flag("enabled", default=True),
    )
    account = readers[kind](common, table, base)
    table.close()
    return account


def _read_roles(table: Table) -> Roles:
    """(mailbox name, role) for each name under `mailboxes`."""
    mailboxes = table.table("mailboxes")
    roles: dict[str, Role] = {}
    for role in ROLES:
        for name in mailboxes.texts(role):
            if names.is_url(name):
                mailboxes.problem(role, f"must be names of mailboxes, not {excerpt(name)}")
            elif roles.setdefault(name, role) is not role:
                mailboxes.problem(role, f"{excerpt(name)} is in {mailboxes.at(roles[name])} already")
    mailboxes.close()
    return Roles(tuple(roles.items()))


def _read_maildir(common: _Common, table: Table, base: Path) -> MaildirAccount:
    """A Maildir on this machine."""
    return MaildirAccount(**common, path=table.file("path", base, "~/Maildir") or Path())


def _read_mbox(common: _Common, table: Table, base: Path) -> MboxAccount:
    """An mbox file or a folder of them on this machine."""
    return MboxAccount(**common, path=table.file("path", base, "~/mail/info.mbox") or Path())


def _read_imap(common: _Common, table: Table, base: Path) -> ImapAccount:
    """An account on a server."""
    host = _read_host(table)
    tls = table.choice("tls", Tls.IMPLICIT)
    allow_plaintext = table.flag("allow_plaintext", default=False)
    if tls is Tls.NONE and host and not is_loopback(host) and not allow_plaintext:
        table.problem(
            "tls",
            "without TLS others on the way can read the password and the mail; "
            'use "implicit" or "starttls", or accept it with allow_plaintext = true',
        )
    account = ImapAccount(
        **common,
        host=host,
        port=table.number("port", PORTS[tls], low=1, high=65535),
        tls=tls,
        ca_file=None if table.take("ca_file") == "" else table.file("ca_file", base),
        username=_read_username(table),
        allow_plaintext=allow_plaintext,
        timeout=table.duration("timeout", 0, LONGEST_TIMEOUT) or None,
    )
    password, oauth2 = _read_credentials(table, base)
    return replace(account, password=password, oauth2=oauth2)


def _read_host(table: Table) -> str:
    """The server's name or IP address."""
    text = table.required("host", "imap.example.com")
    host = names.host(text)
    if text and host is None:
        table.problem("host", f"must be the name of a server without scheme and port, not {excerpt(text)}")
    return host or ""


def _read_username(table: Table) -> str:
    """Who logs in; it is quoted in many places, so no password may stand in it."""
    text = table.required("username", "info@example.com")
    if names.is_url(text):
        table.problem("username", f"must be the name alone, without scheme and password, not {excerpt(text)}")
        return ""
    return text


def _read_credentials(table: Table, base: Path) -> tuple[Secret, OAuth2 | None]:
    """The password, or where tokens come from instead; the one that is not used is empty."""
    if table.take("oauth2") is None:
        return read_secret(table, "password", base), None
    if table.take("password") is not None:
        table.problem("oauth2", "takes the place of the password: only one of them can be given")
    return Secret(), read_oauth2(table.table("oauth2"), base)
