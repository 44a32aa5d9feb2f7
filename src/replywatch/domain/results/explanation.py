"""All that can be said of one message: the values that `explain` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replywatch.domain.matching.open_exchange import Evidence
from replywatch.domain.messages import (
    Because,
    Direction,
    Exchange,
    Header,
    Kind,
    Message,
    NamedLocation,
    Parties,
    Rung,
    Verdict,
)
from replywatch.domain.results.exchange_at import ExchangeAt


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message of the store, why it was judged so, and what it belongs to."""

    message: Message
    header: Header
    """Of the copy that was found first."""
    parties: Parties
    rules: tuple[Verdict, ...]
    """Every rule that fires, in order; the first decided. Empty for a person's mail."""
    locations: tuple[NamedLocation, ...]
    """Where its copies were found, in that order."""
    rung: Rung | None
    """What ties it to its conversation; None if it stands alone."""
    conversation: tuple[Message, ...]
    """The messages of its conversation by clock, itself included."""
    exchanges_at: tuple[ExchangeAt, ...]
    """The exchanges of the conversation."""
    strict: tuple[ExchangeAt, ...]
    """Those that the ids alone make of the same messages (`--min-match references`)."""
    evidence: Mapping[Exchange, Evidence]
    """What says that an exchange was answered where the reply was not seen."""


@dataclass(frozen=True, slots=True)
class FileJudgement:
    """A message file judged as if it had been found in an inbox."""

    path: str
    direction: Direction | None
    """None, as are `kind` and `contact`: the file could not be read."""
    kind: Kind | None
    because: Because
    contact: str | None
