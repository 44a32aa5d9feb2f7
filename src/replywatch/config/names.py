"""Addresses, domains, hosts and paths as people write them in a config, checked and folded."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from replywatch.domain.headers.addresses import fold_domain

_DOMAIN = re.compile(r"(?![-.])(?:(?!-)[\w-]{1,63}(?<!-)(?:\.|\Z))+(?<!\.)")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]+")


def domain(text: str) -> str | None:
    """The domain in the form in which those of addresses are compared; None if it is none."""
    folded = fold_domain(text)
    return folded if len(folded) <= 253 and _DOMAIN.fullmatch(folded) else None


def domain_rule(text: str) -> str | None:
    """A domain, or `*.` and a domain."""
    if text.startswith("*."):
        below = domain(text[2:])
        return below and f"*.{below}"
    return domain(text)


def address(text: str) -> str | None:
    """A bare address in lower case, its domain as by `domain`; None if it is none."""
    local, _, after = text.rpartition("@")
    folded = domain(after)
    return f"{local.lower()}@{folded}" if folded and _LOCAL.fullmatch(local) else None


def host(text: str) -> str | None:
    """The name or IP address of a server, the name in lower case and ASCII (RFC 5890); None if it is none."""
    if is_ip(text):
        return text
    name = domain(text)
    try:
        return name and name.encode("idna").decode("ascii")
    except UnicodeError:  # a label that is too long once encoded
        return None


def is_ip(text: str) -> bool:
    """Whether `text` is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_url(text: str) -> bool:
    """Whether `text` is an address with a scheme in front, which stands nowhere in a config but in the table oauth2."""
    return "://" in text


def without_secret(text: str) -> str:
    """`text` as it may be quoted: without what may be a password, as in `imaps://user:password@host`."""
    before, at, after = text.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    secret = slashes or (":" in before and not before.lower().startswith("mailto:"))
    shown = f"{scheme + slashes if slashes else ''}…@{after}" if at and secret else text
    beginning, asked, _ = shown.partition("?")
    return f"{beginning}?…" if asked and "//" in beginning else shown


def path(text: str, base: Path) -> Path | None:
    """The path that `text` means seen from `base`, `~` being the home folder; None if there is no such home."""
    try:
        return base / Path(text).expanduser()
    except RuntimeError:
        return None
