"""Which flags of a message tell something: it was answered, is a draft, or was put away where it lies.

They come and go as people and programs work (RFC 9051, section 2.3.2). What else a message bears, that it was seen or
is important, tells nothing of a wait and is not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

ANSWERED, DRAFT, DELETED = "\\Answered", "\\Draft", "\\Deleted"
JUNK = ("$Junk", "Junk")
NO_JUNK = ("$NotJunk", "NotJunk", "NonJunk")
"""Keywords of mail programs (IANA registry of IMAP keywords; Thunderbird and Apple Mail write them without the $)."""

SYSTEM = (ANSWERED, DELETED, DRAFT)
"""Every server and every file can tell these."""
KEYWORDS = (*JUNK, *NO_JUNK)
TELLING = (*SYSTEM, *KEYWORDS)
"""As they are written in the store, and in this order."""

_SPELLED = {flag.lower(): flag for flag in TELLING}


def telling(flags: Iterable[str]) -> frozenset[str]:
    """Those of `flags` that tell something, in one spelling: servers differ in case."""
    return frozenset([_SPELLED[flag.lower()] for flag in flags if flag.lower() in _SPELLED])


def put_away(flags: Collection[str]) -> bool:
    """Whether telling flags say that a message was thrown away where it lies, or is junk.

    A program that was told that it is no junk may leave its own keyword in place.
    """
    return DELETED in flags or (any(flag in flags for flag in JUNK) and not any(flag in flags for flag in NO_JUNK))


def encode_flags(flags: Collection[str]) -> str:
    """Telling flags as they are stored: separated by blanks, always in the same order."""
    return " ".join(flag for flag in TELLING if flag in flags)
