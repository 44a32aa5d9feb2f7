"""When messages reached their mailbox, and how large they are: enough to see that a UID names another one by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.domain.mailboxes.fetched import Stamp
from replywatch.sources.imap.reader import Bye, Fetch, ReadError, Response, Tagged
from replywatch.sources.imap.told import instant

STAMP_ITEMS = "(UID INTERNALDATE RFC822.SIZE)"
_DIGITS = 19


def stamps_of(responses: Iterable[Response]) -> Iterator[Stamp]:
    """What an answer to FETCH with `STAMP_ITEMS` says, of each message that has a UID.

    Raises what imapclient raises: `IMAPClientAbortError` if the server hangs up, `IMAPClientError` if it refuses.
    """
    for response in responses:
        match response:
            case Fetch():
                stamp = _stamp(response)
                if stamp is not None:
                    yield stamp
            case Bye(text):
                raise IMAPClientAbortError(text)
            case Tagged(status, text) if status != "OK":
                raise IMAPClientError(text)


def _stamp(response: Fetch) -> Stamp | None:
    """None if it makes no sense; what is missing or garbled is not known."""
    try:
        values = response.items()
    except ReadError:
        return None
    uid, date, size = (values.get(name) for name in (b"UID", b"INTERNALDATE", b"RFC822.SIZE"))
    number = _number(uid)
    return None if number is None else Stamp(number, instant(date) if isinstance(date, bytes) else None, _number(size))


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < _DIGITS else None
