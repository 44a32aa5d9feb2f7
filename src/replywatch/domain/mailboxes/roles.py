"""What a mailbox is for: by the config, by what the server says (SPECIAL-USE), by its name in many languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from replywatch.domain.mailboxes.fetched import EXCHANGE, Listing
from replywatch.domain.mailboxes.names import ALL_MAIL, CHATS, GMAIL_ROOTS, GMAIL_VIEWS, ROLE_OF_NAME, folded
from replywatch.domain.mailboxes.names import EXCHANGE as NO_MAIL
from replywatch.domain.messages import Because, Role

PUT_AWAY = (Role.JUNK, Role.TRASH)
"""What lies there was thrown away, or taken for spam."""

_UNREADABLE = frozenset({"\\noselect", "\\nonexistent"})

_SPECIAL_USE = (
    # RFC 6154 and 8457. Gmail's All Mail (\All) holds both directions, so it is read like an archive; the marked
    # and important ones are views of messages that lie elsewhere.
    ("\\sent", Role.SENT),
    ("\\drafts", Role.SKIP),
    ("\\junk", Role.JUNK),
    ("\\trash", Role.TRASH),
    ("\\archive", Role.ARCHIVE),
    ("\\all", Role.ARCHIVE),
    ("\\flagged", Role.SKIP),
    ("\\important", Role.SKIP),
)
SPECIAL_USES = frozenset(attribute for attribute, _ in _SPECIAL_USE)
"""Attributes by which a server tells what a mailbox is for."""

_INHERITED = frozenset({Role.SENT, Role.ARCHIVE, Role.JUNK, Role.TRASH, Role.SKIP})
_OVERRIDING = frozenset({Role.JUNK, Role.TRASH, Role.SKIP})
_DEEPEST = 100
"""Levels above a mailbox that are looked at; names are the server's, and may be absurd."""
_DOT = re.compile(r"(?<=[^\s.])\.(?=[^\s.])")
"""One that may divide a name: blanks beside it make it part of a sentence, as in `Dr. Trash`."""
_FLAT = re.compile(r"(?:inbox|\[gmail\]|\[google mail\])([-_+~^=,;:!%#|])(?=[^\s])", re.IGNORECASE)
"""How a name begins that a program made flat (isync, OfflineIMAP), and the sign that divides it."""
_DOMAIN = re.compile(r"\.(?:[a-z]{2}|com|net|org|info|biz|edu|gov|shop|gmbh)\Z", re.ASCII | re.IGNORECASE)
"""How a name ends that is an Internet domain: people file the mail of a customer under his."""


class _Level(NamedTuple):
    """A mailbox, or one above it."""

    name: str
    above: str
    """Part of the name before the last one, folded; "" at the top."""
    last: str
    """Last part, folded."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What the mailboxes of an account are for: what the config says of them, and the rules for all others.

    The config wins over SPECIAL-USE (RFC 6154), that over the name. A mailbox below Sent, Trash, Junk, an archive or a
    skipped one is of the same role, unless it says otherwise itself; below INBOX it is an ordinary folder.

    A name is divided by the delimiter of its listing. Where nothing tells one, a dot divides, too, as on the servers
    that many names come from (`INBOX.Junk`, `Trash.Old`): in files, and at a server whose delimiter is NIL; and any
    other sign that stands behind a root there (`INBOX_Junk`). Elsewhere the server knows, and a dot is a dot.
    """

    said: tuple[tuple[str, Role], ...] = ()
    """(mailbox name, role) as the config says; `INBOX` in any letter case, other names exactly."""
    on_disk: bool = False
    """The mailboxes are files or folders: what divides their names is what programs made of them."""
    _by_name: Mapping[str, Role] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the look-up."""
        object.__setattr__(self, "_by_name", {_same_inbox(name): role for name, role in self.said})

    def of(self, listing: Listing) -> Role:
        """What the mailbox is for; `Role.FOLDER` if nothing tells."""
        return self._judge(listing)[0]

    def reason(self, listing: Listing) -> Because:
        """What told the role."""
        return self._judge(listing)[1]

    def is_all_mail(self, listing: Listing) -> bool:
        """Whether the mailbox holds what lies in the others as well, by its attribute or, as an archive, by its name.

        Copies of files and some servers have nothing but the name; Trash and Junk of Proton lie in there, too.
        """
        if "\\all" in map(str.lower, listing.attributes):
            return True
        return next(self._levels(listing)).last in ALL_MAIL and self.of(listing) is Role.ARCHIVE

    def of_gmail(self, role: Role) -> Role:
        """What the config says of Gmail's own mailbox for `role`, in whatever language; `role` itself if nothing."""
        for name, said in self.said:
            root, _, last = name.partition("/")
            if folded(root) in GMAIL_ROOTS and ROLE_OF_NAME.get(folded(last)) is role:
                return said
        return role

    def names(self, mailbox: str) -> bool:
        """Whether the config speaks of the mailbox of just this name."""
        return any(name == mailbox for name, _ in self.said)

    def missing(self, listings: Iterable[Listing]) -> list[tuple[str, Role]]:
        """What the config says of mailboxes that are not there: neither in `listings` nor above a mailbox that is."""
        there = {_same_inbox(level.name) for listing in listings for level in self._levels(listing)}
        return [(name, role) for name, role in self.said if _same_inbox(name) not in there]

    def _judge(self, listing: Listing) -> tuple[Role, Because]:
        if role := self._by_name.get(_same_inbox(listing.name)):
            return role, Because("role.config")
        attributes = frozenset(attribute.lower() for attribute in listing.attributes)
        if not attributes.isdisjoint(_UNREADABLE):
            return Role.SKIP, Because("role.unreadable")
        if _same_inbox(listing.name) == "INBOX":
            return Role.INBOX, Because("role.name")
        for attribute, role in _SPECIAL_USE:
            if attribute in attributes:
                return role, Because("role.special-use", value=attribute)
        return self._judge_name(listing, at_exchange=EXCHANGE in attributes)

    def _judge_name(self, listing: Listing, *, at_exchange: bool) -> tuple[Role, Because]:
        levels = self._levels(listing)
        own = _by_name(next(levels), at_exchange=at_exchange)
        inherited, parent = self._inherited(levels, at_exchange=at_exchange)
        # What lies in the trash was thrown away, whatever it is called; likewise below a mailbox that is skipped.
        if own and inherited not in _OVERRIDING:
            return own
        return (inherited, Because("role.below", value=parent)) if inherited else (Role.FOLDER, Because("role.none"))

    def _inherited(self, above: Iterable[_Level], *, at_exchange: bool) -> tuple[Role | None, str]:
        """Role and name of the nearest mailbox above that has one to hand down."""
        for level in above:
            if role := self._by_name.get(_same_inbox(level.name)):
                return (role if role in _INHERITED else None), level.name
            if told := _by_name(level, at_exchange=at_exchange):
                return told[0], level.name
        return None, ""

    def _levels(self, listing: Listing) -> Iterator[_Level]:
        """The mailbox and those above it, nearest first."""
        cuts = _cuts(listing.name, listing.delimiter, dots=self.on_disk or not listing.delimiter)
        begins, ends = [0, *(end for _, end in cuts)], [*(begin for begin, _ in cuts), len(listing.name)]
        parts = list(islice(zip(reversed(begins), reversed(ends), strict=True), _DEEPEST + 1))
        last = [folded(listing.name[begin:end]) for begin, end in parts]
        for (_, end), part, above in zip(parts, last, [*last[1:], ""], strict=True):
            yield _Level(listing.name[:end], above, part)


def _cuts(name: str, delimiter: str, *, dots: bool) -> Iterable[tuple[int, int]]:
    """Begin and end of what divides a name; with `dots` also of the dots that do."""
    found = [match.span() for match in re.finditer(re.escape(delimiter), name)] if delimiter else []
    if not dots or delimiter == ".":
        return found
    begin = 0
    for end, after in [*found, (len(name), 0)]:
        part = name[begin:end]
        found += [(begin + dot, begin + dot + 1) for dot in _dots(part)]
        begin = after
    return sorted(found)


def _dots(part: str) -> Iterator[int]:
    """Where dots divide a part of a name: none in what ends as an Internet domain does, unless it begins as a root.

    Behind a root it may be another sign.
    """
    if flat := _FLAT.match(part):
        yield from (at for at, character in enumerate(part) if character == flat[1])
        return
    root = part.partition(".")[0].casefold()
    if root == "inbox" or root in GMAIL_ROOTS or not _DOMAIN.search(part):
        yield from (match.start() for match in _DOT.finditer(part))


def _by_name(level: _Level, *, at_exchange: bool) -> tuple[Role, Because] | None:
    """What a mailbox of this name is for, and what told it; None if its name alone tells nothing."""
    if not level.above and level.last == "virtual":  # Dovecot's plugin, by custom: all of it lies elsewhere, too
        return Role.SKIP, Because("role.view")
    if level.above in GMAIL_ROOTS and level.last in GMAIL_VIEWS:
        return Role.SKIP, Because("role.view")
    if level.above in GMAIL_ROOTS and level.last in CHATS:
        return Role.SKIP, Because("role.chats")
    if at_exchange and not level.above and level.last in NO_MAIL:
        return Role.SKIP, Because("role.no-mail")
    if (role := ROLE_OF_NAME.get(level.last)) is None:
        return None
    return role, Because("role.unsent") if role is Role.SKIP else Because("role.name")


def _same_inbox(name: str) -> str:
    """`name`, with INBOX in one letter case (RFC 9051, section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name
