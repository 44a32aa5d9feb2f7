"""Names for accounts, made of addresses: bare keys of TOML (https://toml.io/en/v1.0.0#keys)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_NO_BARE_KEY = re.compile(r"[^A-Za-z0-9_-]+")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe"})


def team_account_name(address: str) -> str:
    """The name for the account of a shared address: `info-firma` for info@firma.example.

    Every team has an info@: with the domain in it, accounts of two teams are told apart wherever they meet.
    """
    local, _, domain = address.partition("@")
    return "-".join(filter(None, map(bare_key, (local, domain.partition(".")[0])))) or "mailbox"


def colleague_account_name(address: str, taken: Collection[str]) -> str:
    """The name for a colleague's account: what stands before the @, and a number where that is `taken`."""
    name = bare_key(address.partition("@")[0]) or "colleague"
    folded = {other.casefold() for other in taken}
    number = 1
    found = name
    while found.casefold() in folded:
        number += 1
        found = f"{name}-{number}"
    return found


def password_variable(account: str) -> str:
    """The environment variable that is proposed for the password of an account."""
    return f"REPLYWATCH_{account.upper().replace('-', '_')}_PASSWORD"


def bare_key(text: str) -> str:
    """`text` in letters and digits of ASCII, as one would spell it; "" if nothing is left."""
    spelled = unicodedata.normalize("NFC", text).translate(_SPELLED)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return _NO_BARE_KEY.sub("-", plain).strip("-")
