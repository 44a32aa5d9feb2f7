"""The last rung of the ladder: which conversation a message belongs to by person and subject alone.

The exact subject comes before the bare one. Nothing else than a message without known ids asks here.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from replywatch.domain.instants import DAY
from replywatch.domain.matching.conversation import Conversation
from replywatch.domain.matching.open_exchange import OpenExchange
from replywatch.domain.messages import Message

RESEND_WINDOW = 7 * DAY
"""Seconds after an enquiry in which a second mail of the same contact and subject, without ids, is a reminder."""


class Waiting(NamedTuple):
    """An open exchange as it stands among others: the one with the newest opener comes first."""

    age: int
    """The clock of the opener, counted backward."""
    opener: str
    """Its identity: no two are alike."""
    exchange: OpenExchange
    conversation: Conversation


class Unclaimed(NamedTuple):
    """A reply of ours without known ids that ended no wait so far."""

    sent_at: int
    identity: str
    number: int
    conversation: Conversation


class _Form:
    """What was seen on the walk of one form of subjects, by pairs of person and subject."""

    __slots__ = ("latest", "unclaimed", "waiting")

    def __init__(self) -> None:
        self.latest: dict[str, tuple[int, Conversation]] = {}
        """When on the walk, and in which conversation, a message last had the pair."""
        self.waiting: dict[str, list[Waiting]] = {}
        """A heap of the open exchanges that have the pair; ended ones linger."""
        self.unclaimed: dict[str, list[Unclaimed]] = {}
        """By when they were sent."""


class SubjectRung:
    """What the walk has seen so far, by person and subject."""

    def __init__(self) -> None:
        self._exact, self._bare = _Form(), _Form()

    def _having(self, message: Message) -> Sequence[tuple[_Form, Iterable[str]]]:
        """Both forms, with the pairs by which others find the message."""
        return (self._exact, message.exact_pairs), (self._bare, message.bare_pairs)

    def _seeking(self, message: Message) -> Sequence[tuple[_Form, Iterable[str]]]:
        """Both forms, with the pairs by which the message looks for others."""
        return (self._exact, message.exact_sought), (self._bare, message.bare_sought)

    # What was seen

    def see(self, step: int, message: Message, conversation: Conversation) -> None:
        """A message is walked, and belongs to this conversation."""
        for form, pairs in self._having(message):
            for pair in pairs:
                form.latest[pair] = (step, conversation)

    def wait(self, exchange: OpenExchange, message: Message, conversation: Conversation) -> None:
        """An open exchange is about to take in a message: from now on it waits under the pairs of that one, too."""
        opener = exchange.opener if exchange.received else message
        entry = Waiting(-opener.clock, opener.identity, exchange, conversation)
        for (form, pairs), known in zip(
            self._having(message), (exchange.exact_pairs, exchange.bare_pairs), strict=True
        ):
            for pair in pairs:
                if pair not in known:
                    heapq.heappush(form.waiting.setdefault(pair, []), entry)

    def leave(self, number: int, reply: Message, conversation: Conversation) -> None:
        """A reply of ours without known ids ended no wait: it may answer mail that was held on its way."""
        entry = Unclaimed(reply.clock, reply.identity, number, conversation)
        for form, pairs in self._seeking(reply):
            for pair in pairs:
                insort(form.unclaimed.setdefault(pair, []), entry)

    # What is asked

    def newest_waiting(self, message: Message) -> Waiting | None:
        """Of the open exchanges with a pair that the message looks for the one with the newest opener."""
        for form, pairs in self._seeking(message):
            candidates: list[Waiting] = []
            for heap in (form.waiting.get(pair, []) for pair in pairs):
                while heap and not heap[0].exchange.current().is_open:
                    heapq.heappop(heap)
                candidates += heap[:1]
            if candidates:
                newest = min(candidates)
                return newest._replace(exchange=newest.exchange.current())
        return None

    def latest(self, message: Message) -> Conversation | None:
        """The conversation in which a message last had a pair that this one looks for."""
        for form, pairs in self._seeking(message):
            if found := [form.latest[pair] for pair in pairs if pair in form.latest]:
                return max(found, key=lambda f: f[0])[1]
        return None

    def answer_to_held(self, message: Message) -> Unclaimed | None:
        """The first reply that was sent while this message, which has a Date, was on its way to us."""
        if message.date is None or message.date >= message.clock:
            return None
        for form, pairs in self._having(message):
            between = [
                replies[first]
                for pair in pairs
                if (replies := form.unclaimed.get(pair))
                and (first := bisect_left(replies, message.date, key=lambda reply: reply.sent_at)) < len(replies)
                and replies[first].sent_at < message.clock
            ]
            if between:
                return min(between)
        return None
