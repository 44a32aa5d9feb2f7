"""Does a login work, and which mailboxes are there? Asked before a config is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from replywatch.config.model import ImapAccount
from replywatch.domain.mailboxes.plan import Use, plan_pass
from replywatch.domain.messages import Role
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.sources.tls import verified

Open = Callable[[ImapAccount], Source]


class FoundMailbox(NamedTuple):
    """A mailbox of the account."""

    name: str
    role: Role
    messages: int | None
    """None: it can't be read, or is not to be."""


class Tried(NamedTuple):
    """What a login led to."""

    mailboxes: tuple[FoundMailbox, ...]
    has_sent: bool
    """There is a mailbox for sent mail."""


def try_login(account: ImapAccount, open_source: Open) -> Tried:
    """The mailboxes that are there once logged in; nothing is read of them but their numbers.

    Raises:
        SecretError: the password can't be had.
        LoginError: the server refuses user name or password.
        SourceError: it can't be reached, or its answers make no sense.
    """
    with open_source(account) as source:
        plan = plan_pass(source.mailboxes(), account.roles, labels=source.has_labels)
        found = []
        for planned in plan.mailboxes:
            messages = None
            if planned.use is not Use.SKIP:
                try:
                    messages = source.status(planned.listing.name, None).exists
                except MailboxError:
                    messages = None
            found.append(FoundMailbox(planned.listing.name, planned.role, messages))
        return Tried(tuple(found), plan.has_sent)


def refuse_unusable(ca_file: Path) -> None:
    """Raise `CertificateError` if no authority can be read from `ca_file`."""
    verified(ca_file)
