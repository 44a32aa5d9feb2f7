"""Who counts as ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from replywatch.domain.people import contact_key, mailbox_key, tagged_key

_MOST_REMEMBERED = 32_768
"""Addresses of which a team remembers whether they are its own."""


@dataclass(frozen=True, slots=True)
class Team:
    """The addresses and domains that count as ours (config `[team]`), all in lower case.

    An address of the config stands for itself, in any spelling that its provider takes for it, and with any `+tag`; one
    that is named with its tag stands for that tag alone, unless it is a public list. All questions take an address as a
    header has it: the tag of a watched address is part of it.
    """

    addresses: tuple[str, ...] = ()
    """The watched, shared addresses; empty means that all inbound mail counts."""
    domains: tuple[str, ...] = ()
    """Exact domains; `*.example.com` adds the sub-domains of example.com."""
    automatic_senders: frozenset[str] = frozenset()
    webforms: frozenset[str] = frozenset()
    public_lists: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    """Ours at other domains, such as a colleague's private address; not watched."""
    _watched: dict[str, str] = field(init=False, repr=False, compare=False)
    """The watched addresses as the config spells them, by their keys."""
    _named: frozenset[str] = field(init=False, repr=False, compare=False)
    _people: frozenset[str] = field(init=False, repr=False, compare=False)
    _automatic: frozenset[str] = field(init=False, repr=False, compare=False)
    _forms: frozenset[str] = field(init=False, repr=False, compare=False)
    _lists: frozenset[str] = field(init=False, repr=False, compare=False)
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _parents: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _judged: dict[str, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the look-ups."""
        object.__setattr__(self, "_watched", {tagged_key(a): a for a in reversed(self.addresses)})
        object.__setattr__(self, "_automatic", frozenset(map(tagged_key, self.automatic_senders)))
        object.__setattr__(self, "_people", frozenset(map(tagged_key, self.people)))
        object.__setattr__(self, "_named", self._automatic.union(self._watched, self._people))
        object.__setattr__(self, "_forms", frozenset(map(tagged_key, self.webforms)))
        object.__setattr__(self, "_lists", frozenset(map(contact_key, self.public_lists)))
        object.__setattr__(self, "_exact", frozenset(d for d in self.domains if not d.startswith("*.")))
        object.__setattr__(self, "_parents", tuple(d[1:] for d in self.domains if d.startswith("*.")))
        object.__setattr__(self, "_judged", {})

    def has_domain(self, domain: str) -> bool:
        """Whether `domain` (lower case) is one of ours: exact, or below a `*.` entry."""
        return domain in self._exact or (bool(self._parents) and domain.endswith(self._parents))

    def is_ours(self, address: str) -> bool:
        """Whether `address` is the team's; public lists never are."""
        ours = self._judged.get(address)
        if ours is None:  # most come again
            if len(self._judged) >= _MOST_REMEMBERED:
                self._judged.clear()
            ours = self._judged[address] = self._judge(address)
        return ours

    def watched(self, address: str) -> str:
        """The watched address that `address` is, as the config spells it; "" if it is none."""
        return self._watched.get(tagged_key(address)) or self._watched.get(mailbox_key(address)) or ""

    def is_person(self, address: str) -> bool:
        """Whether `address` is one of `people`."""
        return _is_among(self._people, address)

    def is_automatic(self, address: str) -> bool:
        """Whether `address` is one whose mail is never a person's."""
        return _is_among(self._automatic, address)

    def is_webform(self, address: str) -> bool:
        """Whether `address` is that of a web form of the config."""
        return _is_among(self._forms, address)

    def is_public_list(self, address: str) -> bool:
        """Whether `address` is that of a mailing list that reaches the contacts, too."""
        return bool(self._lists) and contact_key(address) in self._lists

    def _judge(self, address: str) -> bool:
        if not address or self.is_public_list(address):
            return False
        return _is_among(self._named, address) or self.has_domain(address.rpartition("@")[2])


def _is_among(keys: Collection[str], address: str) -> bool:
    """Whether an address is one of those of the config, whose `tagged_key` are `keys`."""
    return bool(keys) and (tagged_key(address) in keys or mailbox_key(address) in keys)
