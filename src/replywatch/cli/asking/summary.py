"""All answers once more, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from replywatch.cli.asking.dialogue import Result
from replywatch.cli.output import width
from replywatch.config import names, places
from replywatch.config.draft import Draft
from replywatch.config.model import ImapAccount, Secret, Tls
from replywatch.render.text import counted, safe

_LABELS = 14
_TLS = {Tls.IMPLICIT: "TLS from the start", Tls.STARTTLS: "STARTTLS", Tls.NONE: "no TLS"}


def summary_lines(result: Result, path: Path) -> Iterator[str]:
    """What the config at `path` will say, a line or more for each answer."""
    for label, text in _rows(result, path):
        first = f"  {label:{_LABELS}}"
        margin = " " * len(first)
        yield from wrap(
            safe(text),
            width(),
            initial_indent=first,
            subsequent_indent=margin,
            break_long_words=False,  # paths are to be copied
            break_on_hyphens=False,
        )


def _rows(result: Result, path: Path) -> Iterator[tuple[str, str]]:
    draft = result.draft
    yield "Address", ", ".join(draft.addresses)
    yield "Server", _server(draft.account)
    yield "Login", f"{draft.account.username}, {_password(draft.account, path)}{_tried(result)}"
    yield "Ours", _ours(draft)
    for colleague in draft.colleagues:
        its = colleague.account
        known = "" if colleague.to_do else f", {_password(its, path)}"
        later = " (not read yet)" if colleague.to_do else ""
        yield "Also answers", f"{colleague.address}{later}: {its.host}, {its.username}{known}"
    yield "Time zone", draft.timezone
    yield "Mail kept in", str(draft.store_path or places.usual_store())
    yield "Config", str(path.absolute())


def _server(account: ImapAccount) -> str:
    authority = f", authority {account.ca_file}" if account.ca_file else ""
    return f"{account.host}, port {account.port}, {_TLS[account.tls]}{authority}"


def _password(account: ImapAccount, path: Path) -> str:
    if account.oauth2:
        return "by OAuth2"
    return f"password {_place(account.password, path)}"


def _place(secret: Secret, path: Path) -> str:
    """Where a password comes from; never the password."""
    if secret.env:
        return f"from the variable {secret.env}"
    if secret.command:
        return "from a command"
    if secret.keyring:
        return f"from the keyring, service {secret.keyring}"
    if secret.file:
        return f"in {names.path(str(secret.file), path.absolute().parent)}"
    return "in the config"


def _tried(result: Result) -> str:
    return f"; tried, {counted(len(result.tried.mailboxes), 'mailbox', 'es')}" if result.tried else "; not tried"


def _ours(draft: Draft) -> str:
    everybody = f"everybody at {', '.join(draft.domains)}" if draft.domains else ""
    return "; ".join(filter(None, (everybody, ", ".join(draft.people)))) or "the shared address alone"
