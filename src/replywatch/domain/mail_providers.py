"""Whose domain is nobody's house: where anybody can have an address."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

_NAMES = frozenset({
    "aol", "excite", "fastmail", "freemail", "gmx", "hotmail", "live", "lycos", "outlook", "tiscali", "yahoo", "yandex",
})  # fmt: skip
"""Providers that are called the same in many countries: yahoo.de, yahoo.co.uk, yahoo.com.br."""
_MOST_LABELS = 5
"""No domain of the list has more; what stands before them is not looked at."""
_WIDE = frozenset({"com", "net", "org"})
_SECOND_LEVEL = frozenset({"co", "com"})


@lru_cache(maxsize=16_384)  # the same few domains come again and again
def is_mail_provider(domain: str) -> bool:
    """Whether anybody can have an address at `domain` (any case), so that sharing it makes nobody a colleague.

    True for free mail, for the mailboxes that come with a line or a phone, and for sub-domains of both. False for what
    is not known as such, and for the domain of a customer at a provider of web space.
    """
    labels = domain.lower().rstrip(".").rsplit(".", _MOST_LABELS)[-_MOST_LABELS:]
    known = _listed()
    return any(".".join(labels[i:]) in known or _is_country_of_name(labels[i:]) for i in range(len(labels) - 1))


@cache
def _listed() -> frozenset[str]:
    """The domains of mail_providers.txt; read once, when first asked for."""
    lines = files(__package__).joinpath("mail_providers.txt").read_text("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_country_of_name(labels: list[str]) -> bool:
    """Whether `labels` are a name of `_NAMES` with the end of a country, or a wide one."""
    if labels[0] not in _NAMES:
        return False
    if len(labels) == 2:
        return len(labels[1]) == 2 or labels[1] in _WIDE
    return len(labels) == 3 and labels[1] in _SECOND_LEVEL and len(labels[2]) == 2
