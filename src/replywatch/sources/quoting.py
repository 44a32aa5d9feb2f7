"""Words of a server, fit to be shown: they are hostile, and may quote what was sent to it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

LENGTH = 200
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_QUOTING = str.maketrans("", "", "\"'\\")
_FRAGMENT = 4
"""Characters of a password that are too many to be seen, where a line was cut within it."""
_PIECE = 100
"""Characters of a long secret that stand for all of it."""
_TOKEN = 32
"""From this length on a secret was not made by a person, and a part of it is as good as none of it to show."""
_PART = 16


def shown(text: str, *secrets: str) -> str:
    """`text` as one printable line, cut short; "" if that would show one of `secrets`, or much of a long one."""
    if any(shows(text, secret) for secret in secrets):
        return ""
    return "".join(c if c.isprintable() else " " for c in text[:LENGTH]).strip()


def shows(text: str, secret: str) -> bool:
    """Whether somebody could read `secret` in `text`: quoted, in other letters or base64, as in a form, or cut off.

    Of a long secret, which no person made, a part is enough.
    """
    octets = secret.encode("utf-8", "surrogatepass")
    forms = {_plain(secret), _plain(octets.decode("ascii", "backslashreplace"))} - {""}
    seen = [_plain(each) for each in (text, unquote_plus(text), *_decoded(text))]
    return any(_is_in(each, form) for each in seen for form in forms)


def _is_in(text: str, form: str) -> bool:
    """Whether `form` is in `text`, or a good part of it where the text was cut or the secret is long."""
    first, last = form[:_PIECE], form[-_PIECE:]
    if first in text or last in text:
        return True
    if any(text.endswith(first[:n]) or text.startswith(last[-n:]) for n in range(_FRAGMENT, len(first))):
        return True
    if len(form) < _TOKEN:
        return False
    return any(text[start : start + _PART] in form for start in range(min(len(text), LENGTH) - _PART + 1))


def _plain(text: str) -> str:
    """`text` in one letter case, without what quoting puts in."""
    return text.translate(_QUOTING).casefold().strip()


def _decoded(text: str) -> Iterator[str]:
    """What stands in `text` in base64, wherever it may begin."""
    for run in _BASE64.findall(text):
        for start in range(4):
            digits = run[start : start + (len(run) - start) // 4 * 4]
            yield base64.b64decode(digits, altchars=b"-_" if set(digits) & {"-", "_"} else None).decode(
                errors="replace"
            )
