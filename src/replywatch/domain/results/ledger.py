"""The line at the end of each report: read = the sum of all that became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from replywatch.domain.messages import Disposition, Kind


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every message that was read ended up, in messages."""

    read: int
    counted: int
    """Messages that open or continue an exchange."""
    excluded_by_kind: Mapping[Kind, int]
    internal: int
    outbound: int
    foreign: int
    set_aside: int
    not_watched: int

    @property
    def closes(self) -> bool:
        """Whether the parts add up to what was read."""
        return self.read == (
            self.counted
            + sum(self.excluded_by_kind.values())
            + self.internal
            + self.outbound
            + self.foreign
            + self.set_aside
            + self.not_watched
        )


def ledger_of(rows: Iterable[tuple[str, str, int]]) -> Ledger:
    """The ledger of `rows`: (disposition, kind, messages), each pair at most once."""
    messages: Counter[Disposition] = Counter()
    kinds: Counter[Kind] = Counter()
    for disposition, kind, count in rows:
        if disposition == Disposition.EXCLUDED_KIND:
            kinds[Kind(kind)] += count
        else:
            messages[Disposition(disposition)] += count
    return Ledger(
        read=messages.total() + kinds.total(),
        counted=messages[Disposition.COUNTED],
        excluded_by_kind={kind: kinds[kind] for kind in Kind if kind in kinds},
        internal=messages[Disposition.INTERNAL],
        outbound=messages[Disposition.OUTBOUND],
        foreign=messages[Disposition.FOREIGN],
        set_aside=messages[Disposition.SET_ASIDE],
        not_watched=messages[Disposition.NOT_WATCHED],
    )
