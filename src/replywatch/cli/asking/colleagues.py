"""Who else answers, from a mailbox of his own: without it his answers are not seen, and count as never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from replywatch.cli.asking import answers
from replywatch.cli.asking.given import Given
from replywatch.cli.asking.passwords import Password, ask_colleagues_password, to_do_for
from replywatch.cli.asking.questions import Questions
from replywatch.cli.asking.servers import Server, ask_other_server
from replywatch.cli.asking.trying import GaveUpError, Trying
from replywatch.config.another_account import account_like
from replywatch.config.draft import Colleague
from replywatch.config.model import ImapAccount, Secret
from replywatch.errors import UsageError

_WHO_ELSE = "Who else answers from a mailbox of their own? (addresses; Enter: nobody)"
_NO_TOKENS = "register a client there, which replywatch logs in with (docs/providers.md)"


class Colleagues(NamedTuple):
    """What their accounts are made from: the shared address, its server and account."""

    questions: Questions
    trying: Trying
    path: Path
    """The config to be."""
    address: str
    server: Server
    account: ImapAccount

    def ask(self, given: Given) -> list[tuple[Colleague, Password]]:
        """Everybody who is named, each with the account of his own mailbox and its password."""
        found: list[tuple[Colleague, Password]] = []
        said = ", ".join(given.colleagues) or None
        for address in self.questions.answer("--colleague", said, _WHO_ELSE, self._others, ""):
            self.questions.say(f"\n{address}:")
            taken = {self.account.name, *(colleague.account.name for colleague, _ in found)}
            found.append(self._colleague(address, taken))
        return found

    def _others(self, text: str) -> tuple[str, ...]:
        found = answers.addresses(text)
        if self.address in found:
            raise UsageError(f"{self.address} is the shared address itself", "Name colleagues' own addresses.")
        return found

    def _colleague(self, address: str, taken: set[str]) -> tuple[Colleague, Password]:
        """A colleague with a password that works, as far as it was tried; else with what is left to do."""
        server = self._server(address)
        account = replace(
            account_like(self.account, address, taken),
            host=server.host,
            port=server.port,
            tls=server.tls,
            ca_file=server.ca_file,
            username=server.username,
        )
        if server.provider and server.provider.oauth2_only:
            to_do = "" if account.oauth2 else _NO_TOKENS
            return Colleague(address, account, to_do), Password(Secret())
        return self._with_password(address, replace(account, oauth2=None))

    def _server(self, address: str) -> Server:
        """The server of a colleague's mailbox, and who logs in there."""
        local, _, domain = address.partition("@")
        shared_local, _, shared_domain = self.address.partition("@")
        server, username = self.server, self.account.username
        if domain != shared_domain:
            server = ask_other_server(self.questions, address, server)
            username = server.username
        elif username in (self.address, shared_local):
            username = address if "@" in username else local
        else:
            username = self.questions.answer("", None, "User name for the login", answers.something, address)
        return server._replace(username=username)

    def _with_password(self, address: str, account: ImapAccount) -> tuple[Colleague, Password]:
        folder = self.path.parent
        password = ask_colleagues_password(self.questions, account, self.account.password, self.path)
        account = replace(account, password=password.secret)
        used = password.used_by(account, folder)
        there = password.is_there(account, folder, asks=self.questions.at_terminal)
        if there and not self.trying.gave_up(used):
            try:
                self.trying.log_in(used, typed=bool(password.typed))
            except GaveUpError as error:
                self.questions.say(f"{error.text.rstrip('.')}. Left for later.")
            else:
                return Colleague(address, account), password
        return Colleague(address, account, to_do_for(password.secret, folder)), Password(password.secret)
