"""Which addresses are one person, as far as an address alone can tell.

What a provider says of its own mailboxes:

- Gmail: dots mean nothing (support.google.com/mail/answer/7436150), googlemail.com is gmail.com. At a customer's own
  domain dots do mean something.
- iCloud: me.com and mac.com are of the same account (support.apple.com/118230).
- Proton: a name is one person's at all four domains (proton.me/support/addresses-and-aliases), and `.`, `-` and `_` in
  it mean nothing (proton.me/support/change-username).
- Yandex: each mailbox is there at all six domains (yandex.com/support/domain/additional/mailbox-alias.xml).

All others are taken at their letters: at Outlook, Yahoo, GMX or mail.ru each domain has mailboxes of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class SharedNames(NamedTuple):
    """Domains of a provider at which a name is one mailbox, whichever of them stands behind it."""

    domains: tuple[str, ...]
    """The first stands for all of them in a key."""
    without_meaning: str
    """Characters of a name that the provider does not look at."""


_SHARED = (
    SharedNames(("gmail.com", "googlemail.com"), "."),
    SharedNames(("icloud.com", "me.com", "mac.com"), ""),
    SharedNames(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), ".-_"),
    SharedNames(("yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"), ""),
)
_BY_DOMAIN = {domain: shared for shared in _SHARED for domain in shared.domains}
_SHORTEST_TOKEN = 10
"""Letters and digits that a tag has at least that a machine gave."""
_MOST_REMEMBERED = 65_536  # the same few addresses come again and again


@lru_cache(maxsize=_MOST_REMEMBERED)
def contact_key(address: str) -> str:
    """`address` (lower case) for the question whether two are the same person; a key is its own key.

    A `+tag` (RFC 5233) makes nobody another person, unless it is a relay's token, and a provider's spellings of one
    mailbox are one.
    """
    name, tag, domain = _parts(address)
    return f"{name}+{tag}@{domain}" if is_token(tag) else f"{name}@{domain}" if domain else address


@lru_cache(maxsize=_MOST_REMEMBERED)
def mailbox_key(address: str) -> str:
    """`address` (lower case) for the question whether two reach the same mailbox, whatever tag they bear."""
    name, _, domain = _parts(address)
    return f"{name}@{domain}" if domain else address


@lru_cache(maxsize=_MOST_REMEMBERED)
def without_tag(address: str) -> str:
    """`address` to be shown: in the person's own spelling, without a `+tag` unless that is a relay's token."""
    local, at, domain = address.rpartition("@")
    name, _, tag = local.partition("+")
    return f"{name}{at}{domain}" if name and not is_token(tag) else address


@lru_cache(maxsize=_MOST_REMEMBERED)
def tagged_key(address: str) -> str:
    """`address` (lower case) with its tag, for the question whether two are the same address in another spelling."""
    name, tag, domain = _parts(address)
    return f"{name}+{tag}@{domain}" if tag else f"{name}@{domain}" if domain else address


def is_token(tag: str) -> bool:
    """Whether a tag tells strangers behind a relay apart: ten letters and digits or more, both among them."""
    if len(tag) < _SHORTEST_TOKEN:
        return False
    letters, digits = sum(map(str.isalpha, tag)), sum(map(str.isdigit, tag))
    return bool(letters and digits) and letters + digits >= _SHORTEST_TOKEN


class Spellings(NamedTuple):
    """All addresses of one person, or of whoever reads one mailbox."""

    name: str
    """Without the characters of `without_meaning`."""
    token: str
    """The tag that the address has to bear; "" where it may bear any, or none."""
    domains: tuple[str, ...]
    without_meaning: str

    def include(self, address: str) -> bool:
        """Whether `address` (lower case) is one of them."""
        name, tag, domain = _parts(address)
        return (name, domain) == (self.name, self.domains[0]) and self.token in ("", tag)


def spellings(address: str) -> Spellings:
    """Everything that reaches whom `address` (lower case) reaches; what has a relay's token stands for that alone."""
    name, tag, domain = _parts(address)
    shared = _BY_DOMAIN.get(domain) or SharedNames((domain,), "")
    return Spellings(name, tag if is_token(tag) else "", *shared)


def _parts(address: str) -> tuple[str, str, str]:
    """Name, tag and domain as they are compared; a domain of "" where it is no address."""
    local, _, domain = address.rpartition("@")
    if not local:
        return "", "", ""
    name, _, tag = local.partition("+")
    if not name:  # nobody's tag
        name, tag = local, ""
    if shared := _BY_DOMAIN.get(domain):
        domain = shared.domains[0]
        for character in shared.without_meaning:
            name = name.replace(character, "") or name
    return name, tag, domain
