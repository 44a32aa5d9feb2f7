"""What a reader has to know before figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the word that people know; the builtin of this name is used nowhere
    """One thing that figures may hide, in values; `render.warnings` puts it into words."""

    code: str
    """What it is about, for programs: stable, in lower case, such as `no_sent_mailbox`."""
    account: str = ""
    """Name of the account; "" for what concerns all of them."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What belongs into its words, by name: numbers, instants (integer seconds UTC), addresses, names of mailboxes."""
