"""Which flags the messages of a local mailbox bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from string import ascii_lowercase

from replywatch.domain.mailboxes.fetched import Flagging
from replywatch.domain.mailboxes.flags import TELLING, telling

_LONGEST = 64 << 10
"""Octets of a file of keywords that are read."""


def flagging(messages: Iterable[tuple[int, Iterable[str]]]) -> Flagging:
    """What all messages bear, given each with its flags: who is not among them bears nothing that tells anything."""
    found = ((uid, telling(flags)) for uid, flags in messages)
    return Flagging(frozenset(TELLING), {uid: flags for uid, flags in found if flags})


def keywords_of_letters(folder: Path) -> Mapping[str, str]:
    """Which keyword a small letter stands for in the names of the files of a Maildir folder; only those that tell.

    Dovecot keeps that in a file beside `cur`: a line `NUMBER KEYWORD` for each, 0 being `a`.
    """
    found: dict[str, str] = {}
    with suppress(OSError), (folder / "dovecot-keywords").open("rb") as file:
        for line in file.read(_LONGEST).decode("ascii", "replace").splitlines():
            number, _, keyword = line.partition(" ")
            if number.isdecimal() and len(number) < 3 and int(number) < len(ascii_lowercase):
                found |= {ascii_lowercase[int(number)]: flag for flag in telling([keyword])}
    return found
