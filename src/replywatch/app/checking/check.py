"""Is everything set up right? Looks at config, store and accounts, changes nothing, and says what it found."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from replywatch.app.checking.absent import absent_findings, stored_absent_mail
from replywatch.app.checking.mail import account_mail
from replywatch.app.checking.mailboxes import Box, mailbox_findings
from replywatch.app.checking.unseen import Look, look_further, unseen_mail
from replywatch.app.progress import Progress, Silent
from replywatch.config.model import AnyAccount, Config, ImapAccount, Secret
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.instants import DAY
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.finding import Finding, Severity, failed
from replywatch.domain.results.notice import Stretch
from replywatch.domain.team import Team
from replywatch.errors import SecretError, SourceError, StoreError
from replywatch.sources.base import Source
from replywatch.store.place import check_place, fields_progress, held_mailboxes, known_origin, open_to_others

EXPIRES_SOON = 14 * DAY
"""Seconds; certificates are mostly renewed a month before they expire."""
CAPABILITIES = ("CONDSTORE", "QRESYNC", "SPECIAL-USE", "OBJECTID", "X-GM-EXT-1")
"""What makes polls quicker, roles surer, or conversations known."""

Open = Callable[[AnyAccount], Source]


def check(
    config: Config, names: Sequence[str], open_source: Open, now: int, progress: Progress | None = None
) -> Iterator[Finding]:
    """What was found, one thing after the other, as soon as it is known: the set-up, then every enabled account.

    With `names` only these accounts, disabled ones too. Nothing is changed, neither in the accounts nor in the store.
    An account that can't be read is a finding; the others are looked at all the same.

    Raises:
        UsageError: there is no account of a name.
    """
    return _findings(config, config.named(names), open_source, now, progress or Silent())


def _findings(
    config: Config, accounts: Sequence[AnyAccount], open_source: Open, now: int, progress: Progress
) -> Iterator[Finding]:
    yield Finding(Severity.OK, "", "config", "config", {"path": str(config.path)})
    store, absent = _store(config, now)
    yield store
    if store.severity is Severity.OK:
        yield from _open_to_others(config.store_path)
    yield from _team(config.team)
    if absent:
        yield from absent_findings(absent)
    looks: list[Look] = []
    for account in accounts:
        progress.begin(Stretch("checking", {"account": account.name}), None)
        looks += yield from _account(config, account, open_source, now)
    looked_at = {look.account.name for look in looks}
    if absent is None and looked_at >= {account.name for account in config.accounts if account.enabled}:
        yield from absent_findings(unseen_mail(config, looks, now))


def _store(config: Config, now: int) -> tuple[Finding, AbsentMail | None]:
    """Whether the store can be used, and what it tells of mail that is nowhere, if it tells anything.

    What is wrong with it is said once: with its place, else with what is read from it.
    """
    path = config.store_path
    try:
        there = check_place(path)
        found = Finding(Severity.OK, "", "store", "store" if there else "store_not_made_yet", {"path": str(path)})
    except StoreError as error:
        found = failed("", "store", error)
    try:
        return found, stored_absent_mail(config, now)
    except StoreError as error:
        return (found if found.severity is Severity.ERROR else failed("", "store", error)), None


def _open_to_others(path: Path) -> Iterator[Finding]:
    """Whether other users of this machine can read who wrote to whom."""
    if files := open_to_others(path):
        values = {"path": str(path), "command": f"chmod 600 {shlex.join(map(str, files))}"}
        yield Finding(Severity.ERROR, "", "store", "store_open_to_others", values)


def _team(team: Team) -> Iterator[Finding]:
    """Who counts as ours, and what is dangerous about it."""
    who = {"addresses": team.addresses, "domains": team.domains, "people": tuple(sorted(team.people))}
    yield Finding(Severity.OK, "", "team", "team", who)
    for domain in team.domains:
        if is_mail_provider(domain.removeprefix("*.")):
            yield Finding(Severity.WARNING, "", "team", "team_open_domain", {"domain": domain})


def _account(config: Config, account: AnyAccount, open_source: Open, now: int) -> Generator[Finding, None, list[Look]]:
    """What was found about one account, up to the error that ends the look at it.

    What it returns in the end is the mail that was looked at, if there was no such error.
    """
    name = account.name
    yield from _changed(config, account)
    try:
        source = open_source(account)
    except SecretError as error:
        yield failed(name, "password", error)
        return []
    if account.kind == "imap":
        credentials = _credentials(account, now)
        yield credentials
        if credentials.severity is Severity.ERROR:
            return []
    try:
        with source:
            yield from _connection(account, source, now)
            found = yield from mailbox_findings(account, source)
            boxes = [box for box in found if not box.unopened]
            yield from _held(config, name, now)
            yield from _fields(config, name, boxes)
            samples = yield from account_mail(config.team, account, source, found)
            yield from _unread_files(name, source)
            yield from _complaint(name, source)
            yield from _read_only(account, source)
            return look_further(config, Look(account, samples, complete=False), source, boxes)
    except (SourceError, SecretError) as error:
        yield failed(name, "connection" if account.kind == "imap" else "path", error)
    return []


def _unread_files(account: str, source: Source) -> Iterator[Finding]:
    """Files that look like mail and that no poll will read, as far as they were met."""
    if files := source.unread_files:
        yield Finding(Severity.WARNING, account, "files", "unread_files", {"files": files})


def _credentials(account: ImapAccount, now: int) -> Finding:
    """Where the password comes from, or how the login with OAuth2 stands."""
    if account.oauth2 is None:
        return _password(account.name, account.password)
    from replywatch.app.login.login import login_finding  # noqa: PLC0415 - oauthlib only where tokens are used: 50 ms

    return login_finding(account, account.oauth2, now)


def _changed(config: Config, account: AnyAccount) -> Iterator[Finding]:
    """Whether the name stands for something else than what was read under it so far."""
    was = known_origin(config.store_path, account.name)
    if was is not None and was != account.origin:
        values = {"was": was.described, "now": account.origin.described}
        yield Finding(Severity.WARNING, account.name, "account", "account_changed", values)


def _held(config: Config, account: str, now: int) -> Iterator[Finding]:
    """Mailboxes of which the last polls missed so much that it counts as there."""
    for mailbox, since in held_mailboxes(config.store_path, account):
        values = {"mailbox": mailbox, "since": min(since, now)}
        yield Finding(Severity.WARNING, account, "missing", "much_missing", values)


def _fields(config: Config, account: str, boxes: Sequence[Box]) -> Iterator[Finding]:
    """How far the polls are that ask older messages for fields which were not wanted when they were read."""
    mailboxes = [box.name for box in boxes]
    asked, messages = fields_progress(config.store_path, account, mailboxes, FIELDS_VERSION)
    if asked < messages:
        yield Finding(Severity.OK, account, "fields", "fields_asked", {"asked": asked, "messages": messages})


def _complaint(account: str, source: Source) -> Iterator[Finding]:
    """What is odd about how messages came."""
    if source.complaint:
        yield Finding(Severity.WARNING, account, "messages", "messages_odd", {"said": source.complaint})


def _password(account: str, secret: Secret) -> Finding:
    """Where a password was had from; never the password."""
    if secret.env is not None:
        return Finding(Severity.OK, account, "password", "password_in_environment", {"name": secret.env})
    if secret.command is not None:
        return Finding(Severity.OK, account, "password", "password_from_command")
    if secret.file is not None:
        return Finding(Severity.OK, account, "password", "password_in_file", {"path": str(secret.file)})
    if secret.keyring is not None:
        return Finding(Severity.OK, account, "password", "password_in_keyring", {"service": secret.keyring})
    return Finding(Severity.OK, account, "password", "password_in_config")


def _connection(account: AnyAccount, source: Source, now: int) -> Iterator[Finding]:
    """Where the mail is, and for a server: how it is protected, who is logged in, what it can do."""
    name = account.name
    if account.kind != "imap":
        yield Finding(Severity.OK, name, "path", "path", {"path": str(account.path)})
        return
    from replywatch.sources.imap.source import ImapSource  # noqa: PLC0415 - not for local mail: 90 ms

    if isinstance(source, ImapSource):
        yield _protection(account, source.protection.version, source.protection.valid_until, now)
        yield Finding(Severity.OK, name, "login", "login", {"username": account.username})
        has = tuple(c for c in CAPABILITIES if c in source.capabilities)
        lacks = tuple(c for c in CAPABILITIES if c not in source.capabilities)
        yield Finding(Severity.OK, name, "capabilities", "capabilities", {"has": has, "lacks": lacks})


def _read_only(account: AnyAccount, source: Source) -> Iterator[Finding]:
    """The mailboxes that a server opened without saying that they are open read-only."""
    if account.kind == "imap":
        from replywatch.sources.imap.source import ImapSource  # noqa: PLC0415 - not for local mail: 90 ms

        if isinstance(source, ImapSource) and source.not_said_read_only:
            values = {"mailboxes": source.not_said_read_only}
            yield Finding(Severity.WARNING, account.name, "read-only", "read_only_not_said", values)


def _protection(account: ImapAccount, version: str, valid_until: int | None, now: int) -> Finding:
    """How the connection is protected; `valid_until` is the end of the certificate, None without TLS."""
    name, server = account.name, f"{account.host}:{account.port}"
    if valid_until is None:
        if account.allow_plaintext:
            return Finding(Severity.WARNING, name, "connection", "no_tls", {"server": server})
        return Finding(Severity.OK, name, "connection", "no_tls_here", {"server": server})
    left = valid_until - now
    values = {"server": server, "version": version, "valid_until": valid_until, "days_left": left // DAY}
    if left < EXPIRES_SOON:
        return Finding(Severity.WARNING, name, "connection", "certificate_expires", values)
    return Finding(Severity.OK, name, "connection", "certificate", values)
