"""When messages reached their mailbox, and how large they are: enough to see that a UID names another one by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replywatch.domain.mailboxes.fetched import Stamp
from replywatch.sources.imap.reader import Fetch, Response
from replywatch.sources.imap.told import told

STAMP_ITEMS = "(UID INTERNALDATE RFC822.SIZE)"


def stamps_of(responses: Iterable[Response]) -> Iterator[Stamp]:
    """What an answer to FETCH with `STAMP_ITEMS` says, of each message that has a UID; the rest may not be known."""
    for response in responses:
        found = told(response, None) if isinstance(response, Fetch) else None
        if found and "uid" in found:
            yield Stamp(found["uid"], found.get("internal_date"), found.get("size"))
