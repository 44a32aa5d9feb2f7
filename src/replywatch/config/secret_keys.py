"""Keys whose value is secret: where a password or a client secret comes from."""

from __future__ import annotations

import shlex
from pathlib import Path

from replywatch.config.model import Secret
from replywatch.config.table import Table, kind_of


def read_secret(table: Table, key: str, base: Path) -> Secret:
    """Where the secret under `key` comes from; no text of a problem shows what was there."""
    value = table.take(key)
    if isinstance(value, str):
        if not value:
            table.problem(key, "must not be empty")
        return Secret(literal=value)
    if value is None:
        table.problem(key, f'is missing, such as {key} = {{ env = "REPLYWATCH_{key.upper()}" }}')
        return Secret()
    if not isinstance(value, dict):
        table.problem(key, f"must be text in quotes or a table, not {kind_of(value)}")
        return Secret()
    ways = table.table(key)
    secret = Secret(
        env=ways.text("env") or None,
        command=_read_command(ways),
        file=ways.file("file", base),
        keyring=ways.text("keyring") or None,
    )
    if len(value.keys() & {"env", "command", "file", "keyring"}) != 1:
        table.problem(key, "must name exactly one of env, command, file, keyring")
    ways.close()
    return secret


def _read_command(ways: Table) -> str | tuple[str, ...] | None:
    """The command that prints the password: text split as a shell would, or a list of words."""
    if isinstance(value := ways.take("command"), list):
        if not value:
            ways.problem("command", "must not be empty")
        return ways.texts("command")
    text = ways.text("command")
    try:
        shlex.split(text)
    except ValueError:
        ways.problem("command", "a quotation mark is not closed")
    return text or None
