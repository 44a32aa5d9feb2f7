"""Messages of a local mailbox found by their Message-IDs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from replywatch.domain.headers.header import parse_header
from replywatch.sources.base import FetchedMessage

LARGEST_UID = (1 << 63) - 1
"""Of those that a local source gives."""


def found_by_id(
    uids: Callable[[int, int], list[int]],
    fetch: Callable[[Sequence[int]], Iterator[FetchedMessage]],
    message_ids: Sequence[str],
) -> list[int]:
    """The UIDs, ascending, of the messages with one of these Message-IDs: all headers are read.

    `uids` and `fetch` are those of the source (`sources.base.Source`), whose errors they raise.
    """
    wanted = frozenset(message_ids)
    every = uids(1, LARGEST_UID) if wanted else []
    return sorted(m.uid for m in fetch(every) if parse_header(m.header).message_id in wanted)
