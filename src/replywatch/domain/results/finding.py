"""What a look at a set-up found, one thing each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from replywatch.errors import ReplywatchError


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but figures may not say what they seem to say."""
    ERROR = "error"
    """A poll will fail, or answers will not be seen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the answer to "is everything set up right?", in values; `render.findings` puts it into words."""

    severity: Severity
    account: str
    """Name of the account; "" for what concerns all of them."""
    topic: str
    """What was looked at, for programs and as a heading: `config`, `store`, `team`, `password`, `connection`, …"""
    code: str
    """What was found, for programs: stable, in lower case, such as `no_sent_mailbox`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What belongs into its words, by name: numbers, instants (integer seconds UTC), addresses, names of mailboxes."""


def failed(account: str, topic: str, error: ReplywatchError) -> Finding:
    """What `error` ended, with the words that it brings along."""
    return Finding(Severity.ERROR, account, topic, "failed", {"text": error.text, "hint": error.hint})
