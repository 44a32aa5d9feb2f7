"""`replywatch login`: log in at a provider that takes no passwords."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.options import AccountName, Context, ExampleCommand, load
from replywatch.errors import UsageError

if TYPE_CHECKING:
    from replywatch.config.model import Config


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch login info",
        "replywatch login support --paste    # the browser runs on another machine",
        "replywatch login --forget info",
    ],
)
@click.argument("account", metavar="ACCOUNT", type=AccountName())
@click.option("--paste", is_flag=True, help="Open no browser; ask for the address that it ended at.")
@click.option("--forget", is_flag=True, help="Remove the account's tokens from this machine.")
@options.common
def login(context: Context, account: str, paste: bool, forget: bool) -> None:
    """Log in at a provider that takes no passwords (OAuth2).

    For accounts with an oauth2 table in the config. Shows a code to type into a web page, or opens the browser. What
    the provider issues is kept on this machine, and renewed by itself; `poll` never asks anything.
    """
    config = load(context)
    if forget:
        _forget(config, account)
        return
    from replywatch.app.login.login import log_in

    path, token = log_in(config, account, os.environ, _Terminal(opens=not paste), paste=paste)
    click.echo(f"{account}: logged in. The tokens are kept in {path}; only you may read it.", err=True)
    if not token.refresh:
        click.echo("  The provider issued nothing to renew them with: this login will end.", err=True)
    click.echo(f"  Next: replywatch check {account}", err=True)


def _forget(config: Config, account: str) -> None:
    from replywatch.app.login.login import log_out

    there, page = log_out(config, account)
    click.echo(f"{account}: {'its tokens are removed' if there else 'there were no tokens'}.", err=True)
    if page:
        click.echo(f"  The provider still knows of the login. Take it back there: {page}", err=True)


class _Terminal:
    """The person at this terminal; everything is said on stderr."""

    def __init__(self, *, opens: bool) -> None:
        self._opens = opens

    def type_code(self, url: str, code: str) -> None:
        """Show where to type which code."""
        click.echo(f"Open {url} in a browser, on any device, and type this code:\n\n    {code}\n", err=True)
        click.echo("Waiting until that is done …", err=True)

    def visit(self, address: str) -> None:
        """Show the address to log in at, and open it if there is a browser."""
        click.echo(f"Log in with a browser, at this address:\n\n{address}\n", err=True)
        if self._opens:
            webbrowser.open(address)
            click.echo("Waiting until that is done … (--paste, if the browser runs on another machine)", err=True)

    def paste(self) -> str:
        """Ask for the address that the browser ended at; that page can't be shown, and need not be."""
        click.echo("The browser ends at a page of 127.0.0.1 or localhost that can't be shown.", err=True)
        if not sys.stdin.isatty():
            line = sys.stdin.readline(10_000).strip()
            if not line:
                raise UsageError("nobody pasted an address", "Without a terminal it is read from standard input.")
            return line
        pasted: str = click.prompt("Its address", err=True)
        return pasted.strip()
