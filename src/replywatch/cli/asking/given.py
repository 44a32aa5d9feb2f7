"""What was said on the command line of `replywatch init`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Given:
    """The options; None or empty where one was left out."""

    address: str | None
    provider: str | None
    host: str | None
    port: int | None
    tls: str | None
    ca_file: str | None
    autoconfig: bool
    username: str | None
    domains: tuple[str, ...]
    also: tuple[str, ...]
    colleagues: tuple[str, ...]
    password_file: str | None
    password_env: str | None
    password_command: str | None
    password_keyring: str | None
    password_clear: bool
    client_id: str | None
    timezone: str | None
    output: Path | None
    here: bool
    tries: bool | None
    """None: only with somebody at a terminal."""
    yes: bool
