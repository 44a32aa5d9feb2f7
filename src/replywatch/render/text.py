"""Words for people: text from mail made harmless, durations, local times."""

from __future__ import annotations

from datetime import tzinfo
from unicodedata import category

from replywatch.domain.instants import DAY, HOUR, MINUTE, local

LONGEST = 1000
"""Characters of one text from a mail that are shown; a subject may be a megabyte long, and says nothing more then."""
SHORT_ID = 10
"""Digits of an id that are shown; `explain` takes them."""


def brief(text: str) -> str:
    """`text` from a mail, cut where it is longer than anybody would read."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def safe(text: str) -> str:
    """`text` from a mail as one line that does nothing but stand there, cut where it is absurdly long.

    White space of any sort becomes one blank; characters that nobody sees (zero-width, bidirectional controls, tags)
    go; control characters, lone surrogates and what Unicode doesn't know become U+FFFD. So no escape sequence, line
    break or change of direction reaches a terminal.
    """
    text = brief(text)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _harmless(character) for character in text)
    return " ".join(text.split())


def mailbox_name(name: str) -> str:
    """The name of a mailbox in a sentence, as hostile as it came; one that is empty can be seen."""
    return name or '""'


def person_text(contact: str, visitor_of: str) -> str:
    """Somebody outside as one harmless line: his address, or the web form that he filled in without leaving one."""
    return safe(contact) or (f"visitor of {safe(visitor_of)}" if visitor_of else "")


def _harmless(character: str) -> str:
    """What stands for a character that can't be printed."""
    if character.isspace():
        return " "
    return "" if category(character) == "Cf" else "\N{REPLACEMENT CHARACTER}"


def human_duration(seconds: float) -> str:
    """Seconds in the two largest units that matter: `45 s`, `12 min`, `3 h 12 min`, `2 d 4 h`.

    What is less is cut, not rounded: a wait just under an hour never reads as one.
    """
    whole = int(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def _two(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    """Seconds in two units, the smaller one only if there is some of it."""
    wholes, rest = divmod(seconds, large)
    parts = rest // small
    return f"{wholes} {large_name} {parts} {small_name}" if parts else f"{wholes} {large_name}"


def local_time(instant: int, zone: tzinfo) -> str:
    """`instant` in `zone` to the minute: `2026-02-01 14:30`."""
    return local(instant, zone).replace(tzinfo=None).isoformat(" ", "minutes")


def counted(number: int, noun: str, plural: str = "s") -> str:
    """`number` of something, with its ending."""
    return f"{number} {noun}{'' if number == 1 else plural}"
