"""A mail as its signs see it, what a sign is, and the plainest signs: what a field says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from replywatch.domain.headers.content_types import media_type, parameter
from replywatch.domain.judging.automatic_subjects import Announcement
from replywatch.domain.messages import Header, Parties, Shown
from replywatch.domain.team import Team


class Mail(NamedTuple):
    """What a sign may be found in."""

    header: Header
    parties: Parties
    team: Team
    announced: Announcement | None
    """What the subject announces."""

    def values(self, name: str) -> tuple[str, ...]:
        """All instances of a field; `name` in lower case."""
        return self.header.fields.get(name, ())

    @property
    def answers(self) -> bool:
        """It names the mail it answers."""
        return bool(self.header.in_reply_to or self.header.references)


Found = tuple[Shown, ...]
"""What shows a sign: a field, and what else had to be beside it; () where the sign isn't there."""

NOTHING: Found = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """Something by which mail may show what sort it is. Called with a mail it returns what shows it there."""

    find: Callable[[Mail], Found]
    needs: frozenset[str]
    """Where none of these is there, it finds nothing: fields, in lower case, and traits, such as `SUBJECT`."""

    def __call__(self, mail: Mail) -> Found:
        """What shows the sign in `mail`."""
        return self.find(mail)


def needing(*needs: str | Sign) -> Callable[[Callable[[Mail], Found]], Sign]:
    """Makes a sign of a function, which can find something only where one of `needs` is there.

    Each is a field, a trait, or another sign: then what that one needs.
    """
    names: set[str] = set()
    for need in needs:
        names |= need.needs if isinstance(need, Sign) else {need.lower()}
    return lambda find: Sign(find, frozenset(names))


TYPE = "a type that tells something"
SUBJECT = "a subject that announces something"
SENDER = "a sender that is no person's"
DELIVERED_TO = "a recipient whom the delivering server names"
TEAM_SENDER = "an automatic sender of the team"
RETURN_PATH = "a return path to nobody"
RETURNS = "a recipient for returned mail"
INVITER = "a calendar that gets the answer"
STAND_IN = "a subject and a sender of exchange alone"
"""Traits of a mail, beside its fields, that signs need; `classify` tells whether they are there."""

_TELLING_TYPE = re.compile("report|calendar|method|ics|message/", re.IGNORECASE)
"""Without a word of it, the type of a message says nothing about its kind; nearly every message has one."""

LONGEST_VALUE = 2000
"""Characters of a field that are looked at."""
_LONGEST_SHOWN = 120
"""Characters of a field that are kept to be shown."""


def shown(name: str, value: str) -> Found:
    """A field as the one thing that shows a sign."""
    return (Shown(name, value[:_LONGEST_SHOWN].rstrip()),)


def says(name: str, pattern: str) -> Sign:
    """A sign: some instance of field `name` matches `pattern` from its start, in any case."""
    matches = re.compile(pattern, re.IGNORECASE).match
    field = name.lower()

    @needing(name)
    def finds(mail: Mail) -> Found:
        for value in mail.values(field):
            if matches(value[:LONGEST_VALUE].lstrip()):
                return shown(name, value)
        return NOTHING

    return finds


def has(*names: str) -> Sign:
    """A sign: one of the fields is there and doesn't say no."""

    @needing(*names)
    def finds(mail: Mail) -> Found:
        for name in names:
            for value in mail.values(name.lower()):
                if value.strip().lower() not in ("no", "false", "0"):
                    return shown(name, value)
        return NOTHING

    return finds


def typed(*, types: tuple[str, ...] = (), reports: tuple[str, ...] = ()) -> Sign:
    """A sign: the type of the whole message is one of `types`, or a multipart with one of the `reports`."""

    @needing(TYPE)
    def finds(mail: Mail) -> Found:
        for value in mail.values("content-type"):
            kind = media_type(value)
            if kind in types or (kind.startswith("multipart/") and parameter(value, "report-type") in reports):
                return shown("Content-Type", value)
        return NOTHING

    return finds


def has_telling_type(mail: Mail) -> bool:
    """Whether a sign may be found in the type of the message."""
    return any(map(_TELLING_TYPE.search, mail.values("content-type")))


def keyword_of(value: str) -> str:
    """The first word of a field such as Auto-Submitted, without parameters and comments (RFC 3834, section 5)."""
    return re.split(r"[;(]", value, maxsplit=1)[0].strip().lower()
