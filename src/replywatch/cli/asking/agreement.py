"""A question that is answered by yes or no."""

from __future__ import annotations

import click

from replywatch.cli.asking.answers import yes_or_no
from replywatch.errors import UsageError


def agree(question: str) -> bool:
    """Whether the person says yes, in English or in German; Enter alone is no. Asked on stderr, until it is answered.

    Raises `click.Abort` for Ctrl-C, and where nobody answers.
    """
    answer: bool = click.prompt(f"{question} [y/N]", default="", show_default=False, value_proc=_read, err=True)
    return answer


def _read(text: str) -> bool:
    try:
        return yes_or_no(text.strip() or "n")
    except UsageError as error:
        raise click.UsageError(error.text) from error
