"""Words of a server, fit to be shown: they are hostile, and may quote what was sent to it."""

from __future__ import annotations

LENGTH = 200
_TOKEN = 32
"""From this length on a secret was not made by a person, and a part of it is as good as none of it to show."""
_PART = 16


def shown(text: str, *secrets: str) -> str:
    """`text` as one printable line, cut short; "" if that would show one of `secrets`, or much of a long one."""
    if any(_tells(text, secret) for secret in secrets if secret):
        return ""
    return "".join(c if c.isprintable() else " " for c in text[:LENGTH]).strip()


def _tells(text: str, secret: str) -> bool:
    if secret in text:
        return True
    parts = (text[start : start + _PART] for start in range(min(len(text), LENGTH) - _PART + 1))
    return len(secret) >= _TOKEN and any(part in secret for part in parts)
