"""The table of one more account like those that the config has, to be pasted into it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replywatch.config.accounts import PORTS
from replywatch.config.model import AnyAccount, Config, ImapAccount, Tls
from replywatch.config_lines import quoted

_NO_BARE_KEY = re.compile(r"[^A-Za-z0-9_-]+")


def another_account(config: Config, address: str) -> str:
    """Lines of TOML for the mailbox of `address`, at the server or beside the files of an account of the config.

    A colleague's is not watched. Passwords, and paths of files, are for a person to fill in.
    """
    like = next((a for a in config.accounts if a.enabled and a.watched), config.accounts[0])
    name = _name(config, address)
    lines = [f"[accounts.{name}]", f"type = {quoted(like.kind)}", *_where(like, name, address)]
    if address not in config.team.addresses:
        lines.append("watched = false")
    return "\n".join(lines)


def _where(like: AnyAccount, name: str, address: str) -> Iterator[str]:
    """Where the mail is, and how to log in."""
    if not isinstance(like, ImapAccount):
        yield f"path = {quoted('…')}"
        return
    yield f"host = {quoted(like.host)}"
    if like.port != PORTS[like.tls]:
        yield f"port = {like.port}"
    if like.tls is not Tls.IMPLICIT:
        yield f"tls = {quoted(like.tls)}"
    if like.allow_plaintext:
        yield "allow_plaintext = true"
    if like.ca_file:
        yield f"ca_file = {quoted(str(like.ca_file))}"
    yield f"username = {quoted(address if '@' in like.username else address.partition('@')[0])}"
    if like.oauth2:
        login = f"provider = {quoted(like.oauth2.provider)}, client_id = {quoted(like.oauth2.client_id)}"
        yield f"oauth2 = {{ {login} }}"
    else:
        variable = f"REPLYWATCH_{name.upper().replace('-', '_')}_PASSWORD"
        yield f"password = {{ env = {quoted(variable)} }}"


def _name(config: Config, address: str) -> str:
    """A name that no account has yet, as a bare key of TOML."""
    taken = {account.name.casefold() for account in config.accounts}
    name = _NO_BARE_KEY.sub("-", address.partition("@")[0]).strip("-") or "colleague"
    number = 1
    found = name
    while found.casefold() in taken:
        number += 1
        found = f"{name}-{number}"
    return found
