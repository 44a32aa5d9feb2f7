"""The folder of a demo: where its mail, config, password and store lie, so that it can be kept."""

from __future__ import annotations

import os
from pathlib import Path

from replywatch.config_lines import quoted
from replywatch.demo.plan import Company
from replywatch.hosts import LOOPBACK

MAIL_FOLDER = "mail"
CONFIG_FILE = "replywatch.toml"
PASSWORD_FILE = "password"  # noqa: S105 - a file's name
DATABASE_FILE = "replywatch.db"

TEMPLATE = """\
# Made by `replywatch demo`: {name}, a company that never was.
[team]
addresses = [{address}]   # the watched, shared address
domains = [{domain}]   # everybody here is ours
webforms = [{webform}]   # mail from the contact form; the contact is in Reply-To

[accounts.info]
type = "imap"
host = {host}
port = {port}   # the demo's own server: it is gone when the demo ends, the reports stay
tls = "none"   # fine on loopback only
username = {username}
password = {{ file = {password} }}

[store]
path = {database}

[report]
timezone = "Europe/Berlin"
"""


def demo_config(company: Company, folder: Path, *, port: int, username: str) -> str:
    """The text of the config (TOML) for the demo in `folder`, served on `port`; file names are absolute."""
    texts = {
        "host": LOOPBACK,
        "address": company.address,
        "domain": company.domain,
        "webform": company.webform,
        "username": username,
        "password": str((folder / PASSWORD_FILE).absolute()),
        "database": str((folder / DATABASE_FILE).absolute()),
    }
    return TEMPLATE.format(name=company.name, port=port, **{key: quoted(text) for key, text in texts.items()})


def write_password(folder: Path, password: str) -> None:
    """Write `password` into `folder`, readable by its owner only, in place of an older one."""
    with os.fdopen(os.open(folder / PASSWORD_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        os.fchmod(out.fileno(), 0o600)  # an older file may have been open to others
        out.write(password + "\n")
