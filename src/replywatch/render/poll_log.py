"""What a poll writes into a log: levels and lines that name no contact, no subject, no mailbox and no secret.

Names of mailboxes may be those of contacts, so errors that quote them say only of which sort they are. All others are
cut to one harmless line, and every address in them is hidden: a server says in its answers what it likes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import NamedTuple

from replywatch.domain.results.notice import Notice
from replywatch.domain.results.polled import AccountOutcome
from replywatch.errors import ChangedAccountError, ConnectError, LoginError, SecretError
from replywatch.render.numbers import rfc3339
from replywatch.render.text import counted, safe
from replywatch.render.unread_files import unread_text

_SPEAKING = (ChangedAccountError, ConnectError, LoginError, SecretError)
"""Errors whose text names servers, files of passwords and the account alone, and what a server answered."""
_ADDRESS = re.compile(r"[^\s@<>()\"',;:=]+@[^\s@<>()\"',;:=]+")


class LogLine(NamedTuple):
    """One line of a log."""

    level: int
    """As `logging` counts them."""
    text: str


def harmless(text: str) -> str:
    """`text` as one line without addresses."""
    return _ADDRESS.sub("<address>", safe(text))


def account_log(outcome: AccountOutcome) -> Iterator[LogLine]:
    """What became of an account; what lasts is said in every pass."""
    name = safe(outcome.account)
    if outcome.error:
        yield LogLine(logging.WARNING, f"{name}: {_failure(outcome)}")
    else:
        again = f"; well again after failing since {rfc3339(outcome.failing_since)}" if outcome.well_again else ""
        read = f"{counted(outcome.messages, 'new message')}, {counted(outcome.mailboxes, 'mailbox', 'es')}"
        yield LogLine(logging.INFO, f"{name}: {read}{again}")
    if outcome.unread_files:
        yield LogLine(logging.WARNING, f"{name}: {unread_text(len(outcome.unread_files))}")
    elif outcome.unread:
        yield LogLine(logging.WARNING, f"{name}: {counted(outcome.unread, 'message')} could not be read")
    if outcome.unopened:
        holes = sum(mailbox.is_hole for mailbox in outcome.unopened)
        text = f"{counted(len(outcome.unopened), 'mailbox', 'es')} can't be opened, {holes} of them a hole in coverage"
        yield LogLine(logging.WARNING, f"{name}: {text}")
    for hold in outcome.holds:
        yield LogLine(logging.WARNING, f"{name}: {hold.missing} of {hold.known} messages of a mailbox are missing")
    if outcome.lacks_sent and not outcome.error:
        yield LogLine(logging.WARNING, f"{name}: no Sent mailbox found")


def _failure(outcome: AccountOutcome) -> str:
    error, until = outcome.error, outcome.left_alone_until
    assert error is not None, "only of accounts that failed"  # noqa: S101 - says why it can't be
    words = f": {harmless(error.text)}" if isinstance(error, _SPEAKING) else ""
    rest = f"; left alone until {rfc3339(until)}" if until is not None else ""
    return f"{outcome.status.value.replace('_', ' ')} ({error.kind}){words}{rest}"


def notice_log(notice: Notice) -> LogLine:
    """Something that was said while a poll was at work."""
    if notice.code == "trying_again":
        values = notice.values
        text = f"{safe(str(values['account']))}: {values['kind']}; trying again in {values['seconds']} s"
        return LogLine(logging.INFO, text)
    return LogLine(logging.INFO, notice.code.replace("_", " "))
