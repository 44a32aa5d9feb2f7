"""Messages known by their provider's id: the same one in another mailbox, whatever became of its header."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.store.database import Database


def known_by_provider_id(database: Database, epoch: int, fetched: Sequence[FetchedMessage]) -> dict[int, int]:
    """UID → message, for those of `fetched` that are known from other mailboxes of the account by the provider's id.

    An id that a mailbox holds twice, that stands for several messages, or for one of another size, identifies nothing:
    whatever says so, no mail gets lost.
    """
    counts = Counter(m.provider_id for m in fetched if m.provider_id)
    if not counts:
        return {}
    rows = database.rows(
        "SELECT l.provider_id, min(l.message), min(l.size) FROM json_each(?) j"
        " CROSS JOIN locations l ON l.provider_id = j.value CROSS JOIN epochs e ON e.id = l.epoch"
        " CROSS JOIN mailboxes b ON b.id = e.mailbox"
        " CROSS JOIN (SELECT m.id, m.account FROM epochs x JOIN mailboxes m ON m.id = x.mailbox WHERE x.id = ?) here"
        " WHERE b.account = here.account AND l.message IS NOT NULL GROUP BY l.provider_id"
        " HAVING count(DISTINCT l.message) = 1 AND min(l.size) = max(l.size) AND min(b.id <> here.id)",
        [json.dumps([provider_id for provider_id, times in counts.items() if times == 1]), epoch],
    )
    known = {provider_id: (message, size) for provider_id, message, size in rows}
    return {
        m.uid: known[m.provider_id][0]
        for m in fetched
        if m.provider_id and known.get(m.provider_id, (0, None))[1] == m.size
    }
