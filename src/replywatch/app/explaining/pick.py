"""One message of the store, by what a person calls it."""

from __future__ import annotations

from replywatch.domain.instants import rfc3339
from replywatch.errors import UsageError
from replywatch.store.queries import MessageRow, Queries

SHORTEST_ID = 4
LISTED = 10


def the_message(queries: Queries, text: str) -> MessageRow:
    """The message with this Message-ID (with or without `<>`), or whose id begins so.

    Raises `UsageError` if there is none, or if there are several: then it names them.
    """
    text = text.strip().removeprefix("<").removesuffix(">")
    if len(text) < SHORTEST_ID:
        raise UsageError(f"{text!r} is too short for an id", "Give a Message-ID, or at least 4 letters of an id.")
    found = queries.find_messages(text, LISTED + 1)
    if not found:
        raise UsageError(
            f"no message has the id {text}",
            "Take the Message-ID from the mail's source, or the id that `waiting` or `list` shows.",
        )
    if len(found) > 1:
        lines = [f"  {m.identity}  {rfc3339(m.clock)}  {m.person}" for m in found[:LISTED]]
        more = ["  …"] if len(found) > LISTED else []
        raise UsageError(f"several messages have the id {text}:", "\n".join([*lines, *more, "Give the id of one."]))
    return found[0]
