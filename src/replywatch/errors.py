"""Errors meant for people: what happened, where, and what to do next.

Every error the program raises on purpose derives from `ReplywatchError` and carries the exit code that the
command line returns for it. Causes are chained; no secret is ever part of a text.
"""

from __future__ import annotations

from collections.abc import Sequence


class ReplywatchError(Exception):
    """Something failed that the user can understand and mend.

    `text` says what and where in one line, `hint` what to do next (may be empty).
    """

    exit_code = 1

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


class UsageError(ReplywatchError):
    """A command was called with words that make no sense."""

    exit_code = 2


class ConfigError(ReplywatchError):
    """The config can't be used; `problems` lists all that is wrong, each with its dotted path."""

    exit_code = 2

    def __init__(self, text: str, hint: str = "", problems: Sequence[str] = ()) -> None:
        super().__init__(text, hint)
        self.problems = tuple(problems)


class SecretError(ReplywatchError):
    """A password could not be had: variable unset, command failed, file unreadable or open to others."""

    kind = "password"


class SourceError(ReplywatchError):
    """A mail source (server, Maildir, mbox) could not be read.

    `transient` says that it may work in a moment, without anybody doing anything; `retry_after` is how many seconds the
    server asks to be left alone, None if it names no time. `kind` is what other programs know the sort of trouble by.
    """

    kind = "source"

    def __init__(self, text: str, hint: str = "", *, transient: bool = False, retry_after: float | None = None) -> None:
        super().__init__(text, hint)
        self.transient = transient
        self.retry_after = retry_after


class ConnectError(SourceError):
    """The server could not be reached, or the connection broke."""

    kind = "connection"


class CertificateError(ConnectError):
    """The server's certificate is not trusted or is for another host."""

    kind = "certificate"


class LoginError(SourceError):
    """The server refused the user name or password."""

    kind = "login"


class MailboxError(SourceError):
    """One mailbox can't be opened or read.

    `stumbled` says that the server failed at this one command: it may do better when asked again at once, and waiting
    won't mend it. `absent` says that there is no such mailbox, whatever the server's list says.
    """

    kind = "mailbox"

    def __init__(  # noqa: PLR0913 - what is said of every source, and two more signs
        self,
        text: str,
        hint: str = "",
        *,
        transient: bool = False,
        retry_after: float | None = None,
        stumbled: bool = False,
        absent: bool = False,
    ) -> None:
        super().__init__(text, hint, transient=transient, retry_after=retry_after)
        self.stumbled = stumbled
        self.absent = absent


class ChangedAccountError(SourceError):
    """The name of an account stands for other mail than the store holds under it, so nothing of it is read or shown."""

    kind = "changed"
    exit_code = 2


class StoreError(ReplywatchError):
    """The store can't be used: unreadable, damaged, from a newer release, full disk."""


class UnreadyStoreError(StoreError):
    """Nothing can be read from the store yet, and nothing is wrong: not made yet, of an older release, in use."""


class UnusableStoreError(StoreError):
    """The store can't be used, and waiting won't help: damaged, from a newer release, of another program."""


class LockedError(ReplywatchError):
    """Another poll holds the store's lock."""

    exit_code = 5


class PartialFailureError(ReplywatchError):
    """Some accounts or mailboxes failed, the others were read."""

    exit_code = 3


class BreachError(ReplywatchError):
    """Somebody waits longer than asked for (`--fail`)."""

    exit_code = 4


class CantSayError(ReplywatchError):
    """Not all was read that an answer to the question needs, or too long ago (`--fail`, `--fail-on-warning`)."""

    exit_code = 6
