"""The questions of `replywatch init`, in their order, and what the answers make together."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from replywatch.app.setup.store_place import store_of_its_own
from replywatch.app.setup.trial import Tried
from replywatch.cli.asking import answers
from replywatch.cli.asking.colleagues import Colleagues
from replywatch.cli.asking.given import Given
from replywatch.cli.asking.passwords import Password, ask_password
from replywatch.cli.asking.questions import Questions
from replywatch.cli.asking.servers import ask_server
from replywatch.cli.asking.trying import Trying
from replywatch.config import zone
from replywatch.config.account_names import team_account_name
from replywatch.config.draft import Draft
from replywatch.config.model import ImapAccount, OAuth2, Secret
from replywatch.config.oauth2 import read_oauth2
from replywatch.config.providers import MailProvider
from replywatch.config.table import Table
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.team import Team
from replywatch.errors import UsageError


class Result(NamedTuple):
    """What all answers make."""

    draft: Draft
    passwords: tuple[Password, ...]
    """Those of all accounts; what was typed is to be written where the config says."""
    tried: Tried | None
    """What came of the login; None where it was not tried."""
    zone_is_known: bool
    """False: nothing tells the time zone, and nobody could be asked."""


class Interview(NamedTuple):
    """Who is asked, what was said already, and where the config goes."""

    questions: Questions
    trying: Trying
    given: Given
    path: Path

    def result(self) -> Result:
        """The answers to all questions, in the order in which they are asked."""
        ask, given, path = self.questions, self.given, self.path
        address = ask.answer("--address", given.address, "The shared address that people write to", answers.address)
        server = ask_server(ask, given, address)
        usual = server.username
        username = ask.answer("--username", given.username, "User name for the login", answers.something, usual)
        account, password, tried = self._logged_in(
            ImapAccount(
                name=team_account_name(address),
                host=server.host,
                port=server.port,
                tls=server.tls,
                ca_file=server.ca_file,
                username=username,
            ),
            server.provider,
        )
        domain = address.partition("@")[2]
        domains = self._domains(domain)
        colleagues = Colleagues(ask, self.trying, path, address, server, account).ask(given)
        timezone, known = self._zone(domain)
        draft = Draft(
            addresses=(address,),
            people=_people(given, domains, [colleague.address for colleague, _ in colleagues]),
            domains=domains,
            account=account,
            timezone=timezone,
            provider=server.provider,
            colleagues=tuple(colleague for colleague, _ in colleagues),
            store_path=store_of_its_own(path, address, account),
        )
        return Result(draft, (password, *(its for _, its in colleagues)), tried, known)

    def _logged_in(
        self, account: ImapAccount, provider: MailProvider | None
    ) -> tuple[ImapAccount, Password, Tried | None]:
        """The account with what it logs in with, which was tried where that was wanted."""
        if provider and provider.oauth2_only:
            return replace(account, oauth2=self._microsoft()), Password(Secret()), None
        password = ask_password(self.questions, self.given, account.name, self.path)
        tried = self.trying.log_in(password.used_by(account, self.path.parent), typed=bool(password.typed))
        return replace(account, password=password.secret), password, tried

    def _microsoft(self) -> OAuth2:
        """The login by a client that is registered at Microsoft."""
        if any(getattr(self.given, f"password_{way}") for way in answers.WAYS):
            raise UsageError("Microsoft takes no passwords", "Leave out --password-…, and give --client-id.")
        client_id = self.questions.answer(
            "--client-id", self.given.client_id, "Application (client) id", answers.something
        )
        return read_oauth2(Table({"provider": "microsoft", "client_id": client_id}, "", []), Path())

    def _domains(self, domain: str) -> tuple[str, ...]:
        """The domains at which everybody is ours."""
        said = ", ".join(self.given.domains) or None
        usual = "" if is_mail_provider(domain) else domain
        return self.questions.answer("--domain", said, "Domains at which everybody is ours", answers.domains, usual)

    def _zone(self, domain: str) -> tuple[str, bool]:
        """The time zone, and whether anybody or anything told it: nobody's days begin in UTC unasked."""
        likely = zone.likely(os.environ, domain)
        if likely is None and self.given.timezone is None and not self.questions.asks:
            return zone.UTC.key, False
        question = "Time zone" if likely else "Time zone, such as Europe/Berlin"
        usual = likely.key if likely else None
        return self.questions.answer("--timezone", self.given.timezone, question, answers.timezone, usual), True


def _people(given: Given, domains: tuple[str, ...], colleagues: list[str]) -> tuple[str, ...]:
    """Those of ours who write from other domains."""
    team = Team(domains=domains)
    elsewhere = (address for address in colleagues if not team.has_domain(address.partition("@")[2]))
    return tuple(dict.fromkeys((*answers.addresses(", ".join(given.also)), *elsewhere)))
