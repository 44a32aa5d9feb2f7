"""The table of an account as TOML: for the config that `init` writes, and for hints that say what to put there."""

from __future__ import annotations

from collections.abc import Iterator

from replywatch.config.accounts import PORTS
from replywatch.config.model import AnyAccount, ImapAccount, OAuth2, Secret, Tls
from replywatch.config_lines import listed, quoted


def account_lines(account: AnyAccount) -> list[str]:
    """The lines of `[accounts.NAME]`; what is usual is left out. Of a login with OAuth2 provider and client alone."""
    lines = [f"[accounts.{account.name}]", f"type = {quoted(account.kind)}"]
    if isinstance(account, ImapAccount):
        lines += _server(account)
        lines += [_oauth2(account.oauth2)] if account.oauth2 else _password(account.password)
    else:
        lines.append(f"path = {quoted(str(account.path))}")
    return lines if account.watched else [*lines, "watched = false"]


def _server(account: ImapAccount) -> Iterator[str]:
    """Where the mail is, and who logs in."""
    yield f"host = {quoted(account.host)}"
    if account.port != PORTS[account.tls]:
        yield f"port = {account.port}"
    if account.tls is not Tls.IMPLICIT:
        yield f"tls = {quoted(account.tls)}"
    if account.allow_plaintext:
        yield "allow_plaintext = true"
    if account.ca_file:
        yield f"ca_file = {quoted(str(account.ca_file))}"
    yield f"username = {quoted(account.username)}"


def _oauth2(oauth2: OAuth2) -> str:
    """What takes the place of the password."""
    return f"oauth2 = {{ provider = {quoted(oauth2.provider)}, client_id = {quoted(oauth2.client_id)} }}"


def _password(secret: Secret) -> list[str]:
    """Where the password comes from."""
    if secret.literal is not None:
        return [
            "# In clear: nobody but you may read this file (chmod 600).",
            f"password = {quoted(secret.literal)}",
        ]
    ways = {"env": secret.env, "command": secret.command, "file": secret.file, "keyring": secret.keyring}
    way, value = next((way, value) for way, value in ways.items() if value is not None)
    shown = listed(value) if isinstance(value, tuple) else quoted(str(value))
    return [f"password = {{ {way} = {shown} }}"]
