"""Asking a person, unless an option has answered already."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from replywatch.cli.asking.agreement import agree
from replywatch.errors import UsageError

T = TypeVar("T")

_NOBODY = "Give the answers as options, with --yes; `replywatch init --help` shows how."


class Questions:
    """Asks on the terminal, on stderr; with `asks=False` the defaults are the answers."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks

    def answer(
        self, option: str, given: str | None, question: str, check: Callable[[str], T], default: str | None = None
    ) -> T:
        """What `check` makes of the option's value, else of the answer; asked again until `check` takes it.

        Raises:
            UsageError: the option's value is refused, nobody may be asked, or nobody answers.
        """
        if given is not None:
            return check(given)
        if not self.asks:
            if default is None:
                raise UsageError(f"{option} is needed with --yes", _NOBODY)
            return check(default)

        def checked(text: str) -> T:
            try:
                return check(text)
            except UsageError as error:
                raise click.UsageError(" ".join(filter(None, (error.text, error.hint)))) from error

        with _Nobody():
            found: T = click.prompt(question, default, value_proc=checked, show_default=bool(default), err=True)
        return found

    def agree(self, question: str) -> bool:
        """Whether the person says yes; True where nobody is asked, since `--yes` was said."""
        if not self.asks:
            return True
        with _Nobody():
            return agree(question)

    def secret(self, question: str) -> str:
        """A line that is not shown while it is typed; read from stdin where that is no terminal."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        typed: str = click.prompt(question, default="", hide_input=True, show_default=False, err=True)
        return typed


class _Nobody:
    """Tells the end of a pipe from Ctrl-C; both are `click.Abort`."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say that nobody answers, if so."""
        if isinstance(error, click.Abort) and not sys.stdin.isatty():
            raise UsageError("nobody answers the questions", _NOBODY) from None
