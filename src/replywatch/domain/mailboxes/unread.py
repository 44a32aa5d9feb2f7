"""Files of a local account that look like mail and are not read: facts only."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Why(StrEnum):
    """Why a file is not read."""

    PACKED = "packed"
    """In a form that is not unpacked here."""
    DAMAGED = "damaged"
    """It is packed, and what is packed can't be had out of it."""
    ENCRYPTED = "encrypted"
    UTF_16 = "utf_16"
    """Text of two octets a character, as no mail is."""
    NO_HEADER = "no_header"
    """It tells neither who wrote to whom nor when."""
    EMPTY = "empty"
    """No octet is in it: it was cut off by a full disk or a crash."""
    DENIED = "denied"
    """This user may not read it."""
    NO_SEPARATOR = "no_separator"
    """It begins with a header, or with something else, and not with the line `From …` of an mbox."""
    SINGLE = "single"
    """One message, where mailboxes are read."""
    MBOX = "mbox"
    """An mbox file, where a Maildir is read."""
    OTHER_PROGRAM = "other_program"
    """Mail in the form of one program."""


class UnreadFile(NamedTuple):
    """A file that looks like mail and is not read, or a part of one."""

    path: str
    """Below that of the account."""
    why: Why
    form: str = ""
    """How it is packed (`gzip`); or the ending of its name that tells the program."""
