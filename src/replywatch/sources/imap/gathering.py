"""What answers to FETCH say of the messages that were asked for: servers may spread one over several responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replywatch.domain.headers.header import AT_ONCE, has_fields
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.sources.imap.fetch import Question
from replywatch.sources.imap.reader import Fetch
from replywatch.sources.imap.told import Told

_BARE = 100
"""Octets from which on a message has a header: one without any field was not read. None has 0 octets."""


class Gathering:
    """Puts messages together; what was told in part is held, by UID, or by number where no UID is known for it."""

    def __init__(self, question: Question, uids: Sequence[int]) -> None:
        """For one command that asks `question` of these messages."""
        self._question = question
        self.wanted = dict.fromkeys(uids)
        """Those that did not come yet, in order."""
        self.hollow: set[int] = set()
        """Those of them that came without a header, or without a single field in it."""
        self.octets = 0
        """Of the headers that came."""
        self._parts: dict[int, Told] = {}
        self._nameless: dict[int, Told] = {}
        self._uids: dict[int, int] = {}
        """Number → UID."""
        self._held = 0
        """Octets of headers since nothing was held."""

    def hear(self, response: Fetch) -> Iterator[FetchedMessage]:
        """The messages of which enough is known with this response."""
        message = self._question.common(response)
        if message is None:
            message = self._question.whole(self._put(response.number, self._question.told(response)))
        if message is not None:
            yield from self._taken(message)
        elif self._held > AT_ONCE:
            yield from self.rest()

    def rest(self) -> Iterator[FetchedMessage]:
        """What is held of messages that are wanted still, be it garbled in part; nothing is held any more."""
        parts, self._parts, self._held = self._parts, {}, 0
        self._nameless.clear()
        for uid, told in parts.items():
            message = self._question.enough(told)
            if message is not None:
                yield from self._taken(message)
            elif "header" not in told and uid in self.wanted:
                self.hollow.add(uid)

    def renumbered(self) -> None:
        """Messages have other numbers from now on: what has but a number is worth nothing."""
        self._nameless.clear()
        self._uids.clear()

    def _put(self, number: int, told: Told) -> Told:
        """All that is known by now of the message with this number, of which `told` is told."""
        self._held += len(told.get("header", b""))
        uid = told.get("uid", self._uids.get(number))
        if uid is None:
            self._nameless[number] = whole = told | self._nameless.get(number, Told())
            return whole
        self._uids[number] = uid
        whole = self._nameless.pop(number, Told()) | told | self._parts.get(uid, Told()) | Told(uid=uid)
        if uid in self.wanted:
            self._parts[uid] = whole
        return whole

    def _taken(self, message: FetchedMessage) -> Iterator[FetchedMessage]:
        """The message, if it is wanted, and is one: not but the place where one should be."""
        self._parts.pop(message.uid, None)
        if message.uid not in self.wanted:
            return
        if (not message.size or message.size >= _BARE) and not has_fields(message.header):
            self.hollow.add(message.uid)
            return
        del self.wanted[message.uid]
        self.octets += len(message.header)
        yield message
