"""`replywatch init`: a first config from a few questions."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from replywatch.app.setup.init import refuse_existing, write_config
from replywatch.cli import options
from replywatch.cli.asking.dialogue import Interview, Result
from replywatch.cli.asking.given import Given
from replywatch.cli.asking.questions import Questions
from replywatch.cli.asking.summary import summary_lines
from replywatch.cli.asking.trying import Trying
from replywatch.cli.options import Context, ExampleCommand
from replywatch.cli.output import tell
from replywatch.config import names, places
from replywatch.config.draft import Draft
from replywatch.config.load import find_config
from replywatch.config.model import ImapAccount, Tls
from replywatch.errors import ConfigError, ReplywatchError, UsageError
from replywatch.extras import in_this_python, install_command


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch init",
        "replywatch init --address info@example.com --provider ionos --yes",
        "replywatch init --address info@example.com --autoconfig",
        "replywatch init --address info@example.com --host mail.example.com --yes",
    ],
)
@click.option("--address", metavar="ADDRESS", help="The shared address that people write to.")
@click.option("--provider", metavar="NAME", help="Who runs the mailbox: gmail, gmx, ionos, strato and others.")
@click.option("--host", metavar="NAME", help="The IMAP server, if it is no provider known here.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port, if not the usual one.")
@click.option("--tls", type=click.Choice([way.value for way in Tls]), help="How it is protected; implicit by default.")
@click.option("--ca-file", metavar="FILE", help="A private authority of its certificate, as a PEM file.")
@click.option("--autoconfig", is_flag=True, help="Ask the address's domain, Mozilla and the DNS for the server.")
@click.option("--username", metavar="NAME", help="Who logs in; the address by default.")
@click.option("--domain", "domains", metavar="DOMAIN", multiple=True, help="Everybody there is ours. Repeatable.")
@click.option("--also", metavar="ADDRESS", multiple=True, help="Ours, too, but at another domain. Repeatable.")
@click.option(
    "--colleague",
    "colleagues",
    metavar="ADDRESS",
    multiple=True,
    help="Answers, too, from a mailbox of their own. Repeatable.",
)
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
    help="Where the config goes; by default where every command finds it.",
)
@click.option("--here", is_flag=True, help="The config goes into the current directory, as replywatch.toml.")
@click.option(
    "--try/--no-try", "tries", default=None, help="Log in before anything is written; at a terminal by default."
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take the defaults for what is left out.")
@options.common
def init(context: Context, /, **words: Any) -> None:  # noqa: ANN401 - what `Given` declares
    """Write a first config from a few questions.

    Knows the servers of common providers. At a terminal it tries the login and lists the mailboxes before it writes
    anything. Never overwrites a file. With --yes it connects to nothing, unless --autoconfig or --try say so, and it
    writes a password into the config only if told to.
    """
    given = Given(**words)
    path = _place(context, given)
    refuse_existing(path)
    ask = Questions(asks=not given.yes)
    trying = Trying(ask, wanted=ask.at_terminal if given.tries is None else given.tries)
    interview = Interview(ask, trying, given, path)

    def questions() -> Result:
        result = interview.result()
        if ask.asks:
            _show(ask, result, path)
        return result

    result = ask.conversation(questions)
    typed = [(file, password.typed) for password in result.passwords if (file := password.file(path.parent))]
    write_config(result.draft, path, os.environ, typed)
    click.echo("", err=True)
    for file in (*(file for file, _ in typed), path):
        click.echo(f"Wrote {file}; only you may read it.", err=True)
    _say_next(result, path)


def _place(context: Context, given: Given) -> Path:
    """Where the config goes: where it is said, else to this user's folder for configs."""
    named = given.output or context.config_path
    if given.here and named:
        raise UsageError(f"--here says where the config goes, and so does {named}", "Leave out one of them.")
    if named or given.here:
        return named or Path(places.CONFIG_HERE)
    if said := os.environ.get("REPLYWATCH_CONFIG"):
        return names.path(said, Path()) or Path(said)
    return places.usual_config()


def _show(ask: Questions, result: Result, path: Path) -> None:
    """Show all answers; raise `NotWantedError` unless the person wants them written."""
    ask.say("")
    for line in summary_lines(result, path):
        click.echo(line, err=True)
    if not ask.agree("\nWrite it?", default=True):
        raise NotWantedError("no config was written, as you said", "Run it again, with other answers.")


class NotWantedError(ReplywatchError):
    """The person does not want what was asked for."""


def _say_next(result: Result, path: Path) -> None:
    """Say what is left to do, and how to go on."""
    if not result.zone_is_known:
        click.echo("Its days begin in UTC, since nothing tells where you are: see timezone in it.", err=True)
    click.echo("Next:", err=True)
    for line in (*_password_steps(result.draft.account, path), *_commands(result.draft, path)):
        click.echo(f"  {line}", err=True)
    for colleague in result.draft.colleagues:
        if colleague.to_do:
            text = (
                f"{colleague.address} is not read yet: {colleague.to_do}, then see [accounts.{colleague.account.name}]"
            )
            tell([f"{text} in the config."])


def _password_steps(account: ImapAccount, path: Path) -> Iterator[str]:
    """What is left to do until the password can be had."""
    secret = account.password
    if secret.env:
        yield f"export {secret.env}=…   # the password"
    elif secret.keyring:
        if find_spec("keyring") is None:
            yield install_command("keyring")
        yield in_this_python(f"keyring set {shlex.quote(secret.keyring)} {shlex.quote(account.username)}")
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
    for account in (draft.account, *(c.account for c in draft.colleagues if not c.to_do)):
        if account.oauth2:
            yield f"replywatch login {account.name}{config}"
    yield f"replywatch check{config}   # says what is missing"
    yield f"replywatch poll{config}"
    yield f"replywatch report{config}"
