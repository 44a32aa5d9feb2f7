"""How an IMAP server is asked which flags its messages bear: by SEARCH, or for what changed (RFC 9051, 7162)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from replywatch.domain.mailboxes.fetched import Flagging
from replywatch.domain.mailboxes.flags import ANSWERED, DELETED, DRAFT, KEYWORDS, SYSTEM, TELLING
from replywatch.errors import MailboxError

CHANGE_ITEMS = "(UID FLAGS)"
LABEL_ITEMS = "(UID FLAGS X-GM-MSGID X-GM-LABELS)"
"""Of FETCH, for what changed."""

_CRITERIA = {ANSWERED: "ANSWERED", DELETED: "DELETED", DRAFT: "DRAFT"} | {word: f"KEYWORD {word}" for word in KEYWORDS}
"""Flag → what a SEARCH asks for (RFC 9051, section 6.4.4)."""
_Find: TypeAlias = Callable[[str], Collection[int]]
_EVERY_SERVERS = frozenset({"\\answered", "\\flagged", "\\deleted", "\\seen", "\\draft"})
"""What a list of the flags of a mailbox holds at least (RFC 9051, section 7.3.5)."""


@dataclass(frozen=True, slots=True)
class Applicable:
    """The flags that messages of a mailbox can bear, as EXAMINE says in FLAGS."""

    flags: frozenset[str] = frozenset()
    """In lower case; none where it says nothing that can be read."""

    def to_ask_for(self, borne: Collection[str]) -> Iterable[str]:
        """The flags that a message there may bear; `borne` are those that some are known to bear.

        Without the flags that every server has, the list is not believed to be one.
        """
        if not self.flags >= _EVERY_SERVERS:
            return (*SYSTEM, *KEYWORDS)
        return (*SYSTEM, *(word for word in KEYWORDS if word in borne or word.lower() in self.flags))


def flagging(find: _Find, find_keyword: _Find, applicable: Applicable, borne: Collection[str]) -> Flagging:
    """Who bears which flag, as `find` tells for a criterion of SEARCH, and `find_keyword` for one of a keyword.

    A flag that the server refuses to look for is not told; nothing is told by a server that finds the same messages
    whatever it is asked for.
    """
    asked, found = tuple(applicable.to_ask_for(borne)), dict[str, frozenset[int]]()
    for flag in asked:
        with suppress(MailboxError):
            found[flag] = frozenset((find if flag in SYSTEM else find_keyword)(_CRITERIA[flag]))
    if _goes_by_no_flag([found[flag] for flag in SYSTEM if flag in found]):
        return Flagging(frozenset(), {})
    bearers: dict[int, set[str]] = {}
    for flag, uids in found.items():
        for uid in uids:
            bearers.setdefault(uid, set()).add(flag)
    told = frozenset(TELLING).difference(flag for flag in asked if flag not in found)
    return Flagging(told, {uid: frozenset(flags) for uid, flags in bearers.items()})


def _goes_by_no_flag(found: Sequence[frozenset[int]]) -> bool:
    """Whether a server that found these, by one flag each, looks at none: nobody keeps but answered, deleted drafts."""
    return len(found) > 1 and bool(found[0]) and len(set(found)) == 1
