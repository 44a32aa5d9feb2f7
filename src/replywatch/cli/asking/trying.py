"""Trying a login before the config is written: what came of it is said, and nobody is locked out."""

from __future__ import annotations

from collections import Counter

from replywatch.app.polling.sources import open_source
from replywatch.app.setup.trial import FoundMailbox, Tried, try_login
from replywatch.cli.asking.questions import GoBack, Questions
from replywatch.config.model import ImapAccount
from replywatch.errors import LoginError, ReplywatchError, SecretError, SourceError
from replywatch.render.text import counted, safe

MOST_REFUSALS = 3
"""Logins of one user that may be refused before no more are tried; many servers lock a mailbox after five or ten."""
_LISTED = 12
"""Mailboxes that are named."""


class Trying:
    """Logs in with what was answered, once for the same answers."""

    def __init__(self, ask: Questions, *, wanted: bool) -> None:
        self._ask = ask
        self._wanted = wanted
        self._tried: dict[ImapAccount, Tried | None] = {}
        self._refusals: Counter[tuple[str, str]] = Counter()

    def log_in(self, account: ImapAccount, *, typed: bool) -> Tried | None:
        """What is there; None if it is not tried, or the person goes on without.

        A password that was `typed` and is refused is asked for again.

        Raises:
            GoBack: the person wants to change an answer, or has to type the password again.
            ReplywatchError: nobody is there to mend what failed, or the login was refused too often.
        """
        if not self._wanted or account.oauth2:
            return None
        if account not in self._tried:
            self._tried[account] = self._until_it_works(account, typed=typed)
        return self._tried[account]

    def gave_up(self, account: ImapAccount) -> bool:
        """Whether its login was refused so often that it is not tried any more."""
        return self._refusals[account.host, account.username] >= MOST_REFUSALS

    def _until_it_works(self, account: ImapAccount, *, typed: bool) -> Tried | None:
        while True:
            self._ask.say(f"Logging in at {account.host}, port {account.port}, as {account.username} …")
            try:
                tried = try_login(account, open_source)
            except (SourceError, SecretError) as error:
                if not self._ask.at_terminal:
                    raise
                self._ask.say(safe(f"{error.text.rstrip('.')}. {error.hint}"))
                if isinstance(error, SecretError):
                    self._ask.say("So the login is not tried.")
                    return None
                if isinstance(error, LoginError):
                    self._count(account)
                    if typed:
                        raise GoBack from None
            else:
                self._ask.say(_told(tried))
                return tried
            if not self._ask.tries_again():
                return None

    def _count(self, account: ImapAccount) -> None:
        self._refusals[account.host, account.username] += 1
        if self.gave_up(account):
            raise GaveUpError(
                f"the login was refused {MOST_REFUSALS} times, and is not tried again, so that nobody is locked out",
                "No config was written. Look for the right password in a mail program that works, then run it again.",
            )


class GaveUpError(ReplywatchError):
    """A login was refused too often."""


def _told(tried: Tried) -> str:
    """What came of a login, for a person."""
    shown = ", ".join(map(_mailbox, tried.mailboxes[:_LISTED]))
    more = len(tried.mailboxes) - _LISTED
    text = f"The login works. {counted(len(tried.mailboxes), 'mailbox', 'es')}: {shown}"
    text += f" and {more} more." if more > 0 else "."
    if not tried.has_sent:
        text += " None is known to hold sent mail: `replywatch check` says what to do about it."
    return text


def _mailbox(mailbox: FoundMailbox) -> str:
    messages = "not read" if mailbox.messages is None else f"{mailbox.messages:,}"
    return f"{safe(mailbox.name)} ({messages})"
