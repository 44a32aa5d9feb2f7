"""What a server's NO, BAD or BYE says about trying again: response codes of RFC 5530, and what servers say without one.

Whatever is not known to pass counts as lasting, and so does all that tells of a wrong password, whatever stands beside
it: who tries a wrong password again and again locks the account.
"""

from __future__ import annotations

import re
from enum import Enum

from replywatch.domain.instants import DAY, HOUR

AFTER_SPENT = float(HOUR)
"""Seconds to leave a server alone that takes hours to forget how much it was asked for, and does not say how many."""
LONGEST = DAY
"""Seconds that a server may ask for at most; what is beyond a day is a mistake or malice."""


class Refusal(Enum):
    """Why a server does not do what it is asked for."""

    LASTING = "it stays so until somebody does something"
    STUMBLED = "it failed at this one command; the same or another one may work"
    DOWN = "something that it needs is out of service or in use"
    BUSY = "it is asked for too much at once"
    SPENT = "it was asked for too much, and takes hours to forget it"

    @property
    def passes(self) -> bool:
        """It may work in a moment."""
        return self in (Refusal.STUMBLED, Refusal.DOWN, Refusal.BUSY)

    @property
    def wants_rest(self) -> bool:
        """Every further command makes it worse."""
        return self in (Refusal.BUSY, Refusal.SPENT)


_CODES = {
    Refusal.LASTING: "AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|CONTACTADMIN|PRIVACYREQUIRED|NOPERM|NONEXISTENT",
    Refusal.SPENT: "OVERQUOTA",
    Refusal.BUSY: "LIMIT|THROTTLED",
    Refusal.STUMBLED: "SERVERBUG",
    Refusal.DOWN: "UNAVAILABLE|INUSE",
}
_WORDS = {
    Refusal.LASTING: (
        r"(?:log-?in|auth\w*|password) (?:attempts|failures|errors)",
        r"(?:failed|bad|invalid|wrong|incorrect) (?:log-?ins?|auth\w*|passwords?|credentials|user)",
        r"account.{0,40}(?:locked|blocked|suspended|disabled)",
    ),
    Refusal.SPENT: ("bandwidth limit",),
    Refusal.BUSY: (
        r"too many (?:\w+ )?(?:connections|sessions|logins)",
        r"maximum number of connections|connections? (?:limit|exceeded)",
        r"rate limit|is throttled|backoff time",
    ),
    Refusal.DOWN: (
        r"server (?:is )?(?:temporarily )?(?:unavailable|(?:too )?busy|shutting down)",
        r"temporary (?:\w+ )?(?:error|failure|problem)|temporarily unavailable|try again later",
    ),
}
_SIGNS = {
    kind: re.compile("|".join([rf"\[(?:{codes})\]", *_WORDS.get(kind, ())]), re.IGNORECASE)
    for kind, codes in _CODES.items()
}
"""The first one that is found decides."""

_CODE = re.compile(r"\[([A-Z]+)(?=[ \]])", re.IGNORECASE)
_NO_SUCH = re.compile(
    r"(?:does ?n[o'\u2019]t|does not) exist|no such (?:mailbox|folder)|(?:mailbox|folder) (?:was |is )?not found"
    r"|(?:unknown|non-?existent) (?:mailbox|folder)",
    re.IGNORECASE,
)
_OR_ELSE = re.compile(r"\bor\b|access|permission|denied|allowed|right", re.IGNORECASE)
"""What else it may be, by the same words: "Mailbox does not exist, or must be subscribed to" (Courier)."""

_PAUSE = re.compile(
    r"(?:backoff time:?|(?:again|retry) (?:in|after)|wait(?: for)?) (\d{1,12}) ?"
    r"(milliseconds?|ms|seconds?|s|minutes?)\b",
    re.IGNORECASE,
)


def refusal(text: str) -> Refusal:
    """What `text`, which a server sent with NO, BAD or BYE, says about trying again."""
    return next((kind for kind, sign in _SIGNS.items() if sign.search(text)), Refusal.LASTING)


def is_absent(text: str) -> bool:
    """Whether `text`, which a server sent with NO, says that there is no such mailbox, and nothing else.

    A response code decides where there is one (RFC 5530 and 9051: NONEXISTENT, TRYCREATE).
    """
    if code := _CODE.search(text):
        return code[1].upper() in ("NONEXISTENT", "TRYCREATE")
    return bool(_NO_SUCH.search(text)) and not _OR_ELSE.search(text)


def pause(text: str) -> float | None:
    """For how many seconds `text` asks to be left alone, at most a day; None if it names no time and needs none."""
    found = _PAUSE.search(text)
    if found is None:
        return AFTER_SPENT if refusal(text) is Refusal.SPENT else None
    number, unit = int(found[1]), found[2].lower()
    seconds = 60.0 if unit.startswith("min") else 0.001 if unit.startswith("m") else 1.0
    return min(number * seconds, LONGEST)
