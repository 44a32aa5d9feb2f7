"""Asking a person, unless an option has answered already; one step back at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import click

from replywatch.app.setup.autoconfig import Settings
from replywatch.cli.asking import answers
from replywatch.cli.output import fitted, tell
from replywatch.errors import UsageError

T = TypeVar("T")

BACK = "<"
_NOBODY = "Give the answers as options, with --yes; `replywatch init --help` shows how."


class GoBack(Exception):  # noqa: N818 - no error: a person's wish
    """The question before is to be asked again."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was answered to a question."""

    question: str
    text: str = field(repr=False)
    own: bool
    """It was typed, and is no default; what is secret is not kept as the default of the next time."""


class Questions:
    """Asks on the terminal, on stderr; with `asks=False` the defaults are the answers.

    Who goes back gets all questions anew, up to that one with the answers that were given (`conversation`): questions
    may depend on answers, and need not know of going back.
    """

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks
        self._answers: list[_Answer] = []
        self._next = 0
        self._before: dict[str, str] = {}
        """What was typed before somebody went back, by question."""
        self._introduced = False
        self.looked_up: dict[str, tuple[list[Settings], Iterator[Settings]]] = {}
        """The servers that were found for an address, and where more of them come from."""

    @property
    def at_terminal(self) -> bool:
        """Whether a person sits there who sees what is said."""
        return self.asks and sys.stdin.isatty()

    def conversation(self, questions: Callable[[], T]) -> T:
        """What `questions` returns once everything is answered; it is called again whenever somebody goes back."""
        while True:
            self._next = 0
            try:
                return questions()
            except GoBack:
                if self._answers:
                    last = self._answers.pop()
                    if last.own:
                        self._before[last.question] = last.text

    def say(self, text: str) -> None:
        """Say something to the person, unless it was said before somebody went back."""
        if self._next == len(self._answers):
            tell([text])

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
        return self._asked(question, check, default)

    def agree(self, question: str, *, default: bool = False) -> bool:
        """Whether the person says yes; True where nobody is asked, since `--yes` was said."""
        if not self.asks:
            return True
        usual = "y" if default else "n"
        return self._asked(
            f"{question} [{'Y/n' if default else 'y/N'}]", lambda text: answers.yes_or_no(text or usual), ""
        )

    def secret(self, question: str) -> str:
        """A line that is not shown while it is typed; read from stdin where that is no terminal."""
        if self._next < len(self._answers):
            return self._replayed()
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        self._introduce()
        typed: str = click.prompt(question, default="", hide_input=True, show_default=False, err=True)
        if typed.strip() == BACK:
            raise GoBack
        self._keep(_Answer(question, typed, own=False))
        return typed

    def tries_again(self) -> bool:
        """Whether what failed is tried again, now that the person may have mended it; False to go on without."""
        word = self._prompt(f"Enter: try again; {BACK}: go back; skip: go on without", lambda text: text.strip(), "")
        return word.lower() != "skip"

    def _asked(self, question: str, check: Callable[[str], T], default: str | None) -> T:
        if self._next < len(self._answers):
            return check(self._replayed())
        usual = self._before.get(question, default)
        text = self._prompt(question, lambda typed: (check(typed), typed)[1], usual)
        self._keep(_Answer(question, text, own=text != default))
        return check(text)

    def _prompt(self, question: str, check: Callable[[str], str], default: str | None) -> str:
        """The text of an answer that `check` takes."""

        def checked(text: str) -> str:
            if text.strip().lower() in (BACK, "back"):
                raise GoBack
            try:
                return check(text)
            except UsageError as error:
                told = ". ".join(filter(None, (error.text, error.hint)))
                raise click.UsageError(fitted(told, beside=len("Error: "))) from error

        self._introduce()
        with _Nobody():
            text: str = click.prompt(question, default, value_proc=checked, show_default=bool(default), err=True)
        return text

    def _introduce(self) -> None:
        """Say once how to answer."""
        if not self._introduced:
            self._introduced = True
            click.echo(f"Enter takes what stands in [brackets]; {BACK} goes back to the question before.\n", err=True)

    def _keep(self, answer: _Answer) -> None:
        self._answers.append(answer)
        self._next += 1

    def _replayed(self) -> str:
        self._next += 1
        return self._answers[self._next - 1].text


class _Nobody:
    """Tells the end of a pipe from Ctrl-C; both are `click.Abort`."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say that nobody answers, if so."""
        if isinstance(error, click.Abort) and not sys.stdin.isatty():
            raise UsageError("nobody answers the questions", _NOBODY) from None
