"""Who counts as ours."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _parents: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the look-ups."""
        object.__setattr__(self, "_exact", frozenset(d for d in self.domains if not d.startswith("*.")))
        object.__setattr__(self, "_parents", tuple(d[1:] for d in self.domains if d.startswith("*.")))

    def has_domain(self, domain: str) -> bool:
        """Whether `domain` (lower case) is one of ours: exact, or below a `*.` entry."""
        return domain in self._exact or (bool(self._parents) and domain.endswith(self._parents))

    def is_ours(self, address: str) -> bool:
        """Whether `address` (lower case) belongs to the team; public lists never do."""
        if not address or address in self.public_lists:
            return False
        return (
            address in self.addresses
            or address in self.automatic_senders
            or self.has_domain(address.rpartition("@")[2])
        )
