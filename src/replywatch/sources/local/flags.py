"""Which flags the messages of a local mailbox bear."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import ascii_lowercase

from replywatch.domain.mailboxes.fetched import Flagging
from replywatch.domain.mailboxes.flags import TELLING, telling

_KEYWORDS = "dovecot-keywords"
"""A file beside `cur`. A line for each letter, by its number from 0: `0 $Junk` is that of `a`."""
_LARGEST = 1 << 16
"""Octets of it that are read."""


def flagging(messages: Iterable[tuple[int, Iterable[str]]]) -> Flagging:
    """What all messages bear, given each with its flags: who is not among them bears nothing that tells anything."""
    found = ((uid, telling(flags)) for uid, flags in messages)
    return Flagging(frozenset(TELLING), {uid: flags for uid, flags in found if flags})


def dovecot_keywords(folder: Path) -> dict[str, str]:
    """Which keyword each small letter among a Maildir's flags stands for; nothing where Dovecot does not say so.

    https://doc.dovecot.org/2.3/admin_manual/mailbox_formats/maildir/
    """
    try:
        with (folder / _KEYWORDS).open("rb") as file:
            lines = file.read(_LARGEST).decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    named = dict(line.split(" ", 1) for line in lines if " " in line)
    return {letter: named[str(number)] for number, letter in enumerate(ascii_lowercase) if str(number) in named}
