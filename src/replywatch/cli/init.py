"""`replywatch init`: a first config from a few questions."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from replywatch.app.setup.autoconfig import Settings
from replywatch.app.setup.init import refuse_existing, write_config, write_private
from replywatch.cli import options
from replywatch.cli.asking import answers, lookup
from replywatch.cli.asking.questions import Questions
from replywatch.cli.options import Context, ExampleCommand
from replywatch.cli.output import width
from replywatch.config import names, zone
from replywatch.config.accounts import PORTS
from replywatch.config.draft import Draft
from replywatch.config.load import find_config
from replywatch.config.model import Secret, Tls
from replywatch.config.providers import PROVIDERS, MailProvider, by_domain, by_host
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.errors import ConfigError, UsageError
from replywatch.extras import in_this_python, install_command


@dataclass(frozen=True, slots=True)
class Given:
    """What was said on the command line; None or empty where it was left out."""

    address: str | None
    provider: str | None
    host: str | None
    port: int | None
    tls: str | None
    autoconfig: bool
    username: str | None
    domains: tuple[str, ...]
    also: tuple[str, ...]
    password_file: str | None
    password_env: str | None
    password_command: str | None
    password_keyring: str | None
    password_clear: bool
    client_id: str | None
    timezone: str | None
    output: Path | None
    yes: bool


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch init",
        "replywatch init --address info@example.com --provider ionos --yes",
        "replywatch init --address info@example.com --autoconfig",
        "replywatch init --address info@example.com --host imap.example.com --password-env MAIL --yes",
    ],
)
@click.option("--address", metavar="ADDRESS", help="The shared address that people write to.")
@click.option("--provider", metavar="NAME", help="Who runs the mailbox: gmail, gmx, ionos, strato and others.")
@click.option("--host", metavar="NAME", help="The IMAP server, if it is no provider known here.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port, if not the usual one.")
@click.option("--tls", type=click.Choice(["implicit", "starttls"]), help="How it is protected; implicit by default.")
@click.option("--autoconfig", is_flag=True, help="Ask the address's domain, Mozilla and the DNS for the server.")
@click.option("--username", metavar="NAME", help="Who logs in; the address by default.")
@click.option("--domain", "domains", metavar="DOMAIN", multiple=True, help="Everybody there is ours. Repeatable.")
@click.option("--also", metavar="ADDRESS", multiple=True, help="Ours, too, but at another domain. Repeatable.")
@click.option("--password-file", metavar="FILE", help="The password is the first line of this file.")
@click.option("--password-env", metavar="NAME", help="The password is in this environment variable.")
@click.option("--password-command", metavar="COMMAND", help="The password is what this command prints.")
@click.option("--password-keyring", metavar="SERVICE", help="The password is in the system's keyring.")
@click.option("--password-clear", is_flag=True, help="Ask for the password and write it into the config.")
@click.option("--client-id", metavar="ID", help="Microsoft 365: the client that is registered there.")
@click.option("--timezone", metavar="ZONE", help="The zone in which days begin, such as Europe/Berlin.")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the config goes; replywatch.toml by default.",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take the defaults for what is left out.")
@options.common
def init(context: Context, /, **words: Any) -> None:  # noqa: ANN401 - what `Given` declares
    """Write a first config from a few questions.

    Knows the servers of common providers. Never overwrites a file. Connects to nothing without --autoconfig, and writes
    the password into the config only if told to.
    """
    given = Given(**words)
    path = given.output or context.config_path or Path(os.environ.get("REPLYWATCH_CONFIG") or "replywatch.toml")
    refuse_existing(path)
    draft = _ask_all(Questions(asks=not given.yes), given, path)
    write_config(draft, path, os.environ)
    _say_next(draft, path)


def _ask_all(ask: Questions, given: Given, path: Path) -> Draft:
    """The answers to all questions, in the order in which they are asked."""
    address = ask.answer("--address", given.address, "The shared address that people write to", answers.address)
    local, _, domain = address.partition("@")
    found = _looked_up(ask, given, address)
    provider, named = (by_host(found.host), found.host) if found else _provider(ask, given, domain)
    if provider:
        _show_note(provider)
    host = _host(ask, named, provider, domain)
    login = local if provider and provider.local_part_login and domain in provider.domains else address
    login = (found and found.username) or login
    username = ask.answer("--username", given.username, "User name for the login", answers.something, login)
    joined = ", ".join(given.domains) or None
    domains = ask.answer(
        "--domain",
        joined,
        "Domains at which everybody is ours",
        answers.domains,
        "" if is_mail_provider(domain) else domain,
    )
    joined = ", ".join(given.also) or None
    others = ask.answer("--also", joined, "Colleagues' addresses at other domains (Enter: none)", answers.addresses, "")
    account = re.sub(r"[^a-z0-9_-]+", "-", local).strip("-") or "mailbox"
    client_id = _client_id(ask, given) if provider and provider.oauth2_only else ""
    secret = Secret() if client_id else _secret(ask, given, account, path)
    timezone = ask.answer("--timezone", given.timezone, "Time zone", answers.timezone, zone.system(os.environ).key)
    tls = Tls(given.tls) if given.tls else found.tls if found else Tls.IMPLICIT
    return Draft(
        account=account,
        addresses=(address,),
        people=others,
        domains=domains,
        host=host,
        username=username,
        password=secret,
        timezone=timezone,
        port=given.port or (found.port if found and found.tls is tls else PORTS[tls]),
        tls=tls.value,
        provider=provider,
        client_id=client_id,
    )


def _looked_up(ask: Questions, given: Given, address: str) -> Settings | None:
    """The server that a lookup finds, if one is wanted; only where the server is not known otherwise."""
    if given.autoconfig and (given.host or given.provider):
        raise UsageError("--autoconfig looks for what --host or --provider say already", "Leave out one of them.")
    known = given.host or given.provider or by_domain(address.partition("@")[2])
    if given.autoconfig or (ask.asks and not known and lookup.is_possible() and ask.agree(lookup.QUESTION)):
        return lookup.look_up(ask, address)
    return None


def _provider(ask: Questions, given: Given, domain: str) -> tuple[MailProvider | None, str | None]:
    """The provider, if it is known, and the server that was named instead of one."""
    if given.provider:
        return answers.provider(given.provider), given.host
    if given.host or (found := by_domain(domain)):
        return (None, given.host) if given.host else (found, None)
    if ask.asks:
        click.echo(click.wrap_text(f"Known providers: {', '.join(p.key for p in PROVIDERS)}.", width()), err=True)
    answer = ask.answer("--provider or --host", None, "One of them, or the name of the IMAP server", answers.server)
    return (answer, None) if isinstance(answer, MailProvider) else (None, answer)


def _host(ask: Questions, named: str | None, provider: MailProvider | None, domain: str) -> str:
    """The name of the server."""
    known = provider.host_for(domain) if provider else ""
    if named is None and known:
        return known
    example = f" ({provider.host_example})" if provider else ""
    return ask.answer("--host", named, f"IMAP server{example}", answers.host)


def _show_note(provider: MailProvider) -> None:
    """Say what has to be known about the provider."""
    click.echo(click.wrap_text(f"{provider.name}: {provider.note}", width(), preserve_paragraphs=True), err=True)


def _client_id(ask: Questions, given: Given) -> str:
    """The id of the client that is registered at Microsoft."""
    if any(getattr(given, f"password_{way}") for way in answers.WAYS):
        raise UsageError("Microsoft takes no passwords", "Leave out --password-…, and give --client-id.")
    return ask.answer("--client-id", given.client_id, "Application (client) id", answers.something)


def _secret(ask: Questions, given: Given, account: str, path: Path) -> Secret:
    """Where the password comes from."""
    said = {way: value for way in answers.WAYS if (value := getattr(given, f"password_{way}"))}
    if len(said) > 1:
        raise UsageError(
            "the password can come from one place only", "Give one of " + ", ".join(f"--password-{w}" for w in said)
        )
    way = next(iter(said), None) or ask.answer(
        "--password-…", None, f"Where does the password come from ({', '.join(answers.WAYS)})", answers.way, "file"
    )
    if way == "clear":
        return Secret(literal=_clear_password(ask, path))
    question, default = {
        "file": ("File that holds the password", f"{account}.password"),
        "env": (
            "Environment variable that holds the password",
            f"REPLYWATCH_{account.upper().replace('-', '_')}_PASSWORD",
        ),
        "command": ("Command that prints the password", f"pass show mail/{account}"),
        "keyring": ("Service name in the keyring", "replywatch"),
    }[way]
    value = ask.answer(f"--password-{way}", said.get(way), question, answers.something, default)
    if way == "file":
        _offer_password_file(ask, path, value)
        return Secret(file=Path(value))
    return Secret(
        env=value if way == "env" else None,
        command=value if way == "command" else None,
        keyring=value if way == "keyring" else None,
    )


def _clear_password(ask: Questions, path: Path) -> str:
    """The password, to stand in the config; only after a yes."""
    if not ask.agree(f"The password will stand in clear in {path}, which only you may read. Do you want that?"):
        raise UsageError("no config was written", "Let the password come from a file, env, a command or the keyring.")
    password = ask.secret("Password (nothing is shown)")
    if not password:
        raise UsageError("there is no password", "Without a terminal it is read from standard input, as one line.")
    return password


def _offer_password_file(ask: Questions, path: Path, value: str) -> None:
    """Let the person type the password into a new file, where there is a person and no file."""
    file = names.path(value, path.parent)
    if file is None or file.exists() or not ask.asks or not sys.stdin.isatty():
        return
    if password := ask.secret("Password (nothing is shown; Enter: write the file yourself)"):
        write_private(file, password + "\n")
        click.echo(f"Wrote {file}; only you may read it.", err=True)


def _say_next(draft: Draft, path: Path) -> None:
    click.echo(f"\nWrote {path}; only you may read it.", err=True)
    click.echo("Next:", err=True)
    for line in (*_password_steps(draft, path), *_commands(draft, path)):
        click.echo(f"  {line}", err=True)


def _password_steps(draft: Draft, path: Path) -> Iterator[str]:
    """What is left to do until the password can be had."""
    secret = draft.password
    if secret.env:
        yield f"export {secret.env}=…   # the password"
    elif secret.keyring:
        if find_spec("keyring") is None:
            yield install_command("keyring")
        yield in_this_python(f"keyring set {shlex.quote(secret.keyring)} {shlex.quote(draft.username)}")
    elif secret.file and (file := names.path(str(secret.file), path.parent)) and not file.exists():
        yield f"put the password into {file}, as its first line"
        yield f"chmod 600 {shlex.quote(str(file))}"


def _commands(draft: Draft, path: Path) -> Iterator[str]:
    """The commands to go on with, with the config named where it would not be found."""
    try:
        found = find_config(None, os.environ).absolute() == path.absolute()
    except ConfigError:
        found = False
    config = "" if found else f" --config {shlex.quote(str(path))}"
    if draft.client_id:
        yield f"replywatch login {draft.account}{config}"
    yield f"replywatch check{config}   # says what is missing"
    yield f"replywatch poll{config}"
    yield f"replywatch report{config}"
