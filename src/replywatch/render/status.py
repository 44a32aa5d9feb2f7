"""How the store stands: one screen, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from replywatch.domain.figures.measure import waited
from replywatch.domain.results.status import AccountStatus, Status
from replywatch.render.days import day_text, moment_text
from replywatch.render.grid import Column, Grid, Row, grid_lines, wrapped
from replywatch.render.locale import Locale
from replywatch.render.numbers import rfc3339
from replywatch.render.text import brief, counted, human_duration, mailbox_name, safe
from replywatch.render.warnings import warned_lines
from replywatch.render.warnings_json import warning_value

_STATES = {
    "fine": "fine",
    "failed": "the last attempt failed",
    "changed": "another mailbox than before: left out",
    "never_read": "never read completely",
    "stale": "read too long ago",
    "disabled": "not read any more (enabled = false)",
}
"""State → its words."""
_COLOURS = {words: "32" if state == "fine" else "33" for state, words in _STATES.items()}
_NAMED = 5
"""Mailboxes that are named of those that can't be opened."""
_MEGABYTE = 1_000_000


def status_lines(status: Status, locale: Locale) -> Iterator[str]:
    """The screen: what has to be known first, the accounts, the store."""
    for warning in status.warnings:
        yield from warned_lines(warning, locale)
    if status.warnings:
        yield ""
    columns = [Column(max((len(a.name) for a in status.accounts), default=0) + 3), Column(too_long="wrapped")]
    rows = [
        Row([safe(a.name), _account(a, status.now, locale)], list(_below(a, status, locale))) for a in status.accounts
    ]
    yield from grid_lines(Grid("", columns, rows), locale)
    for name in status.left_over:
        said = f"The config names no account {safe(name)}, of which mail is held that counts nowhere."
        yield from ("", *wrapped(f"{said} To let go of it: replywatch account drop {safe(name)}", locale.width))
    yield ""
    held = f"{counted(status.messages, 'different message')}, {counted(status.marks, 'mark')}"
    yield f"{held}; {status.size / _MEGABYTE:.1f} MB"
    yield safe(status.store)
    yield f"replywatch {status.version}"


def _account(account: AccountStatus, now: int, locale: Locale) -> str:
    """Where it is and how it stands, in one line."""
    if account.last_complete is None:
        return f"{safe(account.reads)}: {_STATES[account.state]}"
    read = f"read {moment_text(account.last_complete, now, locale.zone)}"
    age = f", {human_duration(waited(account.last_complete, now))} ago"
    state = "" if account.state == "fine" else f"; {_STATES[account.state]}"
    return f"{safe(account.reads)}: {read}{age}{state}"


def _below(account: AccountStatus, status: Status, locale: Locale) -> Iterator[str]:
    """What there is of it, and what is missing."""
    if account.last_complete is not None:
        there = f"{counted(account.messages, 'message')} in {counted(account.mailboxes, 'mailbox', 'es')}"
        if account.covered_from is not None:
            there += f", sent mail since {day_text(account.covered_from, status.now, locale.zone).strip()}"
        elif status.is_derived:
            there += ", replies written here are not seen"
        yield there
    if account.last_error:
        yield safe(account.last_error)
    for mailbox in account.held:
        yield f"much of {safe(mailbox)} was not found at the last pass, and counts as there for now"
    if account.unopened:
        names = ", ".join(safe(mailbox_name(mailbox)) for mailbox in account.unopened[:_NAMED])
        more = len(account.unopened) - _NAMED
        yield f"can't be opened: {names}{f' and {more} more' if more > 0 else ''}"


def status_json(status: Status) -> str:
    """The same as one JSON object."""
    shown = {
        "schema": "replywatch.status/1",
        "version": status.version,
        "generated_at": rfc3339(status.now),
        "stale": status.is_stale,
        "store": {
            "path": status.store,
            "id": status.identifier,
            "octets": status.size,
            "messages": status.messages,
            "marks": status.marks,
            "left_over": list(status.left_over),
        },
        "warnings": [warning_value(warning, Locale()) for warning in status.warnings],
        "accounts": [_json_account(account) for account in status.accounts],
    }
    return json.dumps(shown, indent=2) + "\n"


def _json_account(account: AccountStatus) -> dict[str, object]:
    return {
        "account": account.name,
        "reads": account.reads,
        "state": account.state,
        "last_complete": rfc3339(account.last_complete),
        "last_attempt": rfc3339(account.last_attempt),
        "last_error": account.last_error and brief(account.last_error),
        "covered_from": rfc3339(account.covered_from),
        "mailboxes": account.mailboxes,
        "messages": account.messages,
        "unread": account.unread,
        "held": [brief(mailbox) for mailbox in account.held],
        "unopened": [brief(mailbox) for mailbox in account.unopened],
    }
