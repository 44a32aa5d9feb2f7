"""Who counts as ours."""

from __future__ import annotations

from dataclasses import dataclass, field

from replywatch.domain.people import contact_key

_MOST_REMEMBERED = 32_768
"""Addresses of which a team remembers whether they are its own."""


@dataclass(frozen=True, slots=True)
class Team:
    """The addresses and domains that count as ours (config `[team]`), all in lower case."""

    addresses: tuple[str, ...] = ()
    """The watched, shared addresses; empty means that all inbound mail counts."""
    domains: tuple[str, ...] = ()
    """Exact domains; `*.example.com` adds the sub-domains of example.com."""
    automatic_senders: frozenset[str] = frozenset()
    webforms: frozenset[str] = frozenset()
    public_lists: frozenset[str] = frozenset()
    _named: frozenset[str] = field(init=False, repr=False, compare=False)
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _parents: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _judged: dict[str, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the look-ups."""
        object.__setattr__(self, "_named", self.automatic_senders.union(self.addresses))
        object.__setattr__(self, "_exact", frozenset(d for d in self.domains if not d.startswith("*.")))
        object.__setattr__(self, "_parents", tuple(d[1:] for d in self.domains if d.startswith("*.")))
        object.__setattr__(self, "_judged", {})

    def has_domain(self, domain: str) -> bool:
        """Whether `domain` (lower case) is one of ours: exact, or below a `*.` entry."""
        return domain in self._exact or (bool(self._parents) and domain.endswith(self._parents))

    def is_ours(self, address: str) -> bool:
        """Whether `address` (lower case), as it stands or without its `+tag`, is the team's; public lists never are.

        Asks for the address as the header has it: the tag of a watched address is part of it.
        """
        ours = self._judged.get(address)
        if ours is None:  # most come again
            if len(self._judged) >= _MOST_REMEMBERED:
                self._judged.clear()
            ours = self._judged[address] = self._judge(address)
        return ours

    def is_automatic(self, address: str) -> bool:
        """Whether `address` (lower case), as it stands or without its `+tag`, is one whose mail is never a person's."""
        senders = self.automatic_senders
        return bool(senders) and (address in senders or contact_key(address) in senders)

    def _judge(self, address: str) -> bool:
        if not address or address in self.public_lists:
            return False
        named = address in self._named or contact_key(address) in self._named
        return named or self.has_domain(address.rpartition("@")[2])
