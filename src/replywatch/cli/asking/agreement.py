"""A question that is answered by yes or no."""

from __future__ import annotations

import click

_WORDS = {"y": True, "yes": True, "j": True, "ja": True, "n": False, "no": False, "nein": False, "": False}


def agree(question: str) -> bool:
    """Whether the person says yes, in English or in German; Enter alone is no. Asked on stderr, until it is answered.

    Raises `click.Abort` for Ctrl-C, and where nobody answers.
    """
    answer: bool = click.prompt(f"{question} [y/N]", default="", show_default=False, value_proc=_read, err=True)
    return answer


def _read(text: str) -> bool:
    word = text.strip().casefold()
    if word not in _WORDS:
        raise click.UsageError("y or n, please")
    return _WORDS[word]
