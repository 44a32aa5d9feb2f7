"""`replywatch account`: what to do where an account has come to stand for something else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.erasing import ForGood, agreed, erasing_options
from replywatch.cli.options import AccountName, Context, ExampleCommand, ExampleGroup, load
from replywatch.cli.output import Listener

if TYPE_CHECKING:
    from replywatch.domain.results.account import HeldAccount


@click.group(
    cls=ExampleGroup,
    examples=["replywatch account move info", "replywatch account drop info --dry-run"],
)
@options.config_option
@options.debug_option
@click.pass_context
def account(context: click.Context, config_path: Path | None) -> None:
    """Say what became of an account whose mail lies elsewhere now, or let go of its mail.

    An account is what it reads: type, host, login, path. Where that changes under a name, and other mail lies there,
    the account is neither read nor shown until it has another name, or one of these was said.
    """
    if config_path:
        context.obj = Context(config_path)


@account.command(
    cls=ExampleCommand, examples=["replywatch account move info --dry-run", "replywatch account move info --yes"]
)
@click.argument("name", metavar="NAME", type=AccountName())
@erasing_options
@options.common
def move(context: Context, name: str, dry_run: bool, yes: bool) -> None:
    """Take what the config says now for the new place of the account's mail.

    The next poll reads it whole. What was read before goes on, and what is not found there counts as deleted.
    """
    from replywatch.app.deriving.accounts import held_account
    from replywatch.app.deriving.accounts import move as move_account
    from replywatch.render.account import moved_text

    config = load(context)
    held = held_account(config, name)
    same = held.now is not None and held.was in {None, held.now}
    step = ForGood(
        question=f"{moved_text(held)} Is that the same mail at a new place?",
        preview=moved_text(held),
        refused="Nothing changed.",
        nothing=f"Account {name} reads what it did before: there is nothing to move." if same else "",
    )
    if agreed(step, dry_run=dry_run, yes=yes):
        move_account(config, name, int(time.time()))
        click.echo(f"Account {name} is {held.now.described if held.now else ''} now. Next: replywatch poll", err=True)


@account.command(
    cls=ExampleCommand, examples=["replywatch account drop info --dry-run", "replywatch account drop info --yes"]
)
@click.argument("name", metavar="NAME", type=AccountName())
@erasing_options
@options.common
def drop(context: Context, name: str, dry_run: bool, yes: bool) -> None:
    """Erase the mail of an account from the store, to the last byte; the mailbox itself is never touched.

    Messages that lie in another account, too, stay, with their marks. What answered mail of other accounts is kept as a
    mark that it was answered then.
    """
    from replywatch.app.deriving.accounts import drop as drop_account
    from replywatch.app.deriving.accounts import held_account
    from replywatch.render.account import dropped_text, kept_text

    config = load(context)
    held: HeldAccount = held_account(config, name)
    text = dropped_text(held)
    step = ForGood(f"Erase {text}, for good?", f"{text}, would be erased.", "Nothing erased.")
    if agreed(step, dry_run=dry_run, yes=yes):
        with Listener() as listener:
            dropped = drop_account(config, name, int(time.time()), listener)
            listener.line(f"Erased {text}.")
            if kept := kept_text(dropped):
                listener.line(kept)
