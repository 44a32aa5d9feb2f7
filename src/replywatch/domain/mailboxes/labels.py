"""What Gmail's labels say of the place where a message lies.

Gmail keeps each message once. Its mailboxes are labels that are put on it, except for Spam and Trash: what lies there
lies nowhere else. So a place with labels stands for as many places, each with the role that a mailbox of that name
would have. A label that people made tells little, since they put it on both directions; unless the config, or its
name, gives it a role.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.names import CHATS, folded, listed
from replywatch.domain.mailboxes.roles import PUT_AWAY, Roles
from replywatch.domain.messages import Role

_SYSTEM = {
    "\\inbox": Role.INBOX,
    "\\sent": Role.SENT,
    "\\draft": Role.SKIP,
    "\\drafts": Role.SKIP,
    "\\trash": Role.TRASH,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,
    "\\chat": Role.SKIP,
    "\\chats": Role.SKIP,
}
_INBOX_NAMES = listed("""
    Inbox; Posteingang; Boîte de réception; Recibidos; Bandeja de entrada; Posta in arrivo; In arrivo; Caixa de entrada
    Entrada; Postvak IN; Inkorg; Inkorgen; Indbakke; Innboks; Saapuneet; Odebrane; Doručená pošta; Doručené
    Beérkező levelek; Inboxul; Mesaje primite; Входящие; Вхідні; Входяща поща; Εισερχόμενα; Gelen Kutusu
    收件箱; 收件匣; 受信トレイ; 받은편지함; Safata d'entrada; Pristigla pošta; Prejeto
""")
_ONCE = frozenset({"\\all", "\\junk", "\\trash"})
_TELLING = frozenset({Role.INBOX, Role.SENT, Role.JUNK, Role.TRASH, Role.SKIP})


def holds_everything(listing: Listing) -> bool:
    """Whether this is All Mail: every message but those in Spam and Trash."""
    return "\\all" in listing.attributes


def is_view(listing: Listing) -> bool:
    """Whether every message in this mailbox of Gmail lies in All Mail, too."""
    return _ONCE.isdisjoint(listing.attributes)


class Labels:
    """Judges places by their labels, for one account."""

    def __init__(self, roles: Roles, *, localized: bool) -> None:
        """`localized` labels are Gmail's own in its user's language (Takeout)."""
        self._roles = Roles(roles.said)  # also in files: Gmail divides its labels, and not by a dot
        self._localized = localized
        self._judged: dict[tuple[Role, tuple[str, ...]], tuple[Role, ...]] = {}
        self._meanings: dict[str, tuple[Role | None, bool]] = {}

    def roles(self, mailbox: Role, labels: Sequence[str] | None) -> tuple[Role, ...]:
        """The roles of a message in a mailbox of the role `mailbox`; none: it is left out.

        `labels` None: it can't have any.
        """
        if mailbox is Role.SKIP:
            return ()
        if labels is None:
            return (mailbox,)
        key = (mailbox, tuple(labels))
        if key not in self._judged:
            self._judged[key] = self._judge(mailbox, labels)
        return self._judged[key]

    def _judge(self, mailbox: Role, labels: Iterable[str]) -> tuple[Role, ...]:
        meanings = [self._meaning(label) for label in labels]
        if any(leaves_out for _, leaves_out in meanings):
            return ()
        if mailbox in PUT_AWAY:
            return (mailbox,)
        places = {role for role, _ in meanings if role}
        if mailbox in (Role.INBOX, Role.SENT):  # the label of the mailbox itself is not among the labels there
            places.add(mailbox)
        if Role.SKIP in places and places.isdisjoint((Role.INBOX, Role.SENT)):
            return ()
        if Role.INBOX not in places and not places.isdisjoint(PUT_AWAY):
            places.intersection_update(PUT_AWAY)
        return tuple(sorted(places - {Role.SKIP})) or (mailbox,)

    def _meaning(self, label: str) -> tuple[Role | None, bool]:
        """The role that a label tells, and whether a message that has it is left out, whatever else it has."""
        if label not in self._meanings:
            self._meanings[label] = self._read(label)
        return self._meanings[label]

    def _read(self, label: str) -> tuple[Role | None, bool]:
        own = _SYSTEM.get(label.lower())
        if own is Role.INBOX or (self._localized and folded(label) in _INBOX_NAMES):
            role = self._roles.of(Listing("INBOX", "/"))
            return role, role is Role.SKIP
        if own is not None:
            role = self._roles.of_gmail(own)
            return role, role is Role.SKIP
        if label.startswith("\\"):
            return None, False
        if self._localized and folded(label) in CHATS:
            return Role.SKIP, True
        mailbox = Listing(label, "/")
        role, by_name = self._roles.of(mailbox), Roles().of(mailbox)
        leaves_out = role is Role.SKIP and (self._localized or by_name is not Role.SKIP or self._roles.names(label))
        return role if role in _TELLING else None, leaves_out
