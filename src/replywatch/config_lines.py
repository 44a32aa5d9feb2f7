"""Lines of the config, written: for the file that `init` makes, and for hints that say what to put there."""

from __future__ import annotations

import json
from collections.abc import Iterable


def quoted(text: str) -> str:
    """`text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # the one place where JSON allows more


def listed(texts: Iterable[str]) -> str:
    """`texts` as a TOML array."""
    return f"[{', '.join(map(quoted, texts))}]"


def mailboxes_line(roles: Iterable[tuple[str, str]]) -> str:
    """The line of an account that gives mailboxes their roles; `roles` are (mailbox name, role)."""
    names: dict[str, list[str]] = {}
    for name, role in roles:
        names.setdefault(role, []).append(name)
    return f"mailboxes = {{ {', '.join(f'{role} = {listed(found)}' for role, found in names.items())} }}"
