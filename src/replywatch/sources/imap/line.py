"""What asking about the messages of the mailbox that is open needs of the connection, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.errors import ConnectError
from replywatch.sources.imap.connection import Client
from replywatch.sources.imap.reader import ReadError


@dataclass(frozen=True, slots=True)
class Line:
    """The connection of a source, for those who ask on it."""

    server: str
    """Host and port."""
    client: Callable[[], Client]
    """The present connection. Raises `ConnectError` if there is none."""
    mailbox: Callable[[], tuple[str, MailboxState]]
    """The mailbox that is open: its name, and how it stood then. Raises `MailboxError` if there is none."""
    is_open: Callable[[], bool]
    """Whether there is one."""
    asking: Callable[[str], AbstractContextManager[Client]]
    """The connection for one command; what goes wrong in it is raised as an error of ours, the text says of what."""
    lost: Callable[[Exception], ConnectError]
    """The error of ours for a connection that broke."""
    words: Callable[[Exception], str]
    """What the server said, in one line that can be shown."""
    look_again: Callable[[], MailboxState]
    """Opens the mailbox that is open once more. Raises `MailboxError` if it was numbered anew meanwhile."""
    reopen: Callable[[Exception], None]
    """Replaces a connection that was lost, and opens the mailbox again.

    Raises `ConnectError` if there is no other, `MailboxError` if the mailbox was numbered anew meanwhile.
    """
    connect_anew: Callable[[ReadError], None]
    """As `reopen`, for one on which nobody knows any more where an answer ends.

    Raises `ConnectError` also if it ended for good, or if there were too many already.
    """
