"""Which messages name each other: conversations by ids and provider threads, and their order.

An id that is named but was never seen is a *ghost*; it ties the messages that name it all the same. Several messages
may carry one id (copies that a list made, reused ids): they stay apart, and who names the id means the nearest before.
Works over the messages of one cluster; linear in the ids they name, but for the sort.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from replywatch.domain.messages import Message, Rung
from replywatch.domain.people import contact_key


@dataclass(frozen=True, slots=True)
class Ties:
    """How the messages of a cluster hang together; messages are named by their index."""

    components: dict[Rung, tuple[int, ...]]
    """For each rung up to `provider`: the component of every message when ties up to that rung count."""
    rungs: tuple[Rung | None, ...]
    """The strictest rung that ties each message to another; None where none does."""
    order: tuple[int, ...]
    """All messages by clock, but none before a message that it names, unless they name each other in a circle."""
    named: tuple[tuple[int, ...], ...]
    """The other messages of the cluster that each message names."""
    answered: tuple[tuple[int, ...], ...]
    """Those that it names as the ones it answers: in In-Reply-To, without one as the last in References."""
    ghosts: tuple[frozenset[str], ...]
    """The ids each message names that no message of the cluster has."""


Node = int | str
"""A message by its index, or a ghost by its id."""


def tie(messages: Sequence[Message]) -> Ties:
    """The ties between `messages`, the same for any order of them."""
    if len(messages) == 1:
        return _alone(messages[0])
    links = _links(messages)
    components = _components(links)
    nodes_of = [dict.fromkeys((*link.in_reply_to, *link.references)) for link in links]
    named = tuple(tuple([node for node in nodes if isinstance(node, int)]) for nodes in nodes_of)
    answered = tuple(
        tuple([node for node in link.in_reply_to or link.references[-1:] if isinstance(node, int)]) for link in links
    )
    ghosts = tuple(frozenset([node for node in nodes if isinstance(node, str)]) for nodes in nodes_of)
    return Ties(components, tuple(_rungs(components)), tuple(_order(messages, named)), named, answered, ghosts)


_ALONE: dict[Rung, tuple[int, ...]] = dict.fromkeys((Rung.IN_REPLY_TO, Rung.REFERENCES, Rung.PROVIDER), (0,))


def _alone(message: Message) -> Ties:
    """As `tie` says of a message without others, as every second one is: only ids that were never seen are left."""
    ghosts = frozenset((*message.in_reply_to, *message.references)) - message.ids
    return Ties(_ALONE, (None,), (0,), ((),), ((),), (ghosts,))


class _Link(NamedTuple):
    """What one message names, rung by rung."""

    in_reply_to: Sequence[Node]
    references: Sequence[Node]
    provider: Sequence[Node]
    """The first message of each of the provider's conversations that it lies in."""


def _links(messages: Sequence[Message]) -> list[_Link]:
    """What each message names; one that a mark calls a reply to another names that one and nothing else."""
    holders = _Holders(messages)
    marked = _marked_replies(messages)
    first_of: dict[str, int] = {}
    return [
        _Link([marked[i]], (), ())
        if i in marked
        else _Link(
            holders.named(i, message.in_reply_to),
            holders.named(i, message.references),
            [first_of.setdefault(thread, i) for thread in message.threads],
        )
        for i, message in enumerate(messages)
    ]


def _marked_replies(messages: Sequence[Message]) -> dict[int, int]:
    """The messages that a mark calls replies, and what they reply to, if that is another one of `messages`."""
    targets = {i: m.corrections.replies_to for i, m in enumerate(messages) if m.corrections.replies_to}
    index = {m.identity: i for i, m in enumerate(messages)} if targets else {}
    return {i: index[target] for i, target in targets.items() if index.get(target, i) != i}


def _components(links: Sequence[_Link]) -> dict[Rung, tuple[int, ...]]:
    """For each rung the component of every message when the links of that rung and the stricter ones count."""
    sets = _Sets(len(links))
    components = {}
    for rung, nodes_of in (
        (Rung.IN_REPLY_TO, [link.in_reply_to for link in links]),
        (Rung.REFERENCES, [link.references for link in links]),
        (Rung.PROVIDER, [link.provider for link in links]),
    ):
        for i, nodes in enumerate(nodes_of):
            for node in nodes:
                sets.join(i, node)
        components[rung] = tuple(map(sets.root, range(len(links))))
    return components


class _Holders:
    """Which messages carry an id."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages
        self._holders: dict[str, list[int]] = {}
        for i in sorted(range(len(messages)), key=lambda i: (messages[i].clock, messages[i].identity)):
            for message_id in messages[i].ids:
                self._holders.setdefault(message_id, []).append(i)
        self._of_contact: dict[tuple[str, str], list[int]] = {}
        for message_id, holders in self._holders.items():
            for i in holders if len(holders) > 1 else ():
                self._of_contact.setdefault((message_id, contact_key(messages[i].contact)), []).append(i)

    def named(self, namer: int, ids: Iterable[str]) -> list[Node]:
        """The messages and ghosts that message `namer` names; naming itself says nothing."""
        nodes: list[Node] = []
        for message_id in ids:
            holders = self._holders.get(message_id)
            if holders is None:
                nodes.append(message_id)
            elif holders != [namer]:
                nodes.append(holders[0] if len(holders) == 1 else self._nearest(message_id, holders, namer))
        return nodes

    def _nearest(self, message_id: str, holders: Sequence[int], namer: int) -> int:
        """Of the messages with one id the last before `namer` with its contact; else the last before, or the first.

        All lists are in the order of the clocks.
        """
        message = self._messages[namer]
        for candidates in (self._of_contact.get((message_id, contact_key(message.contact)), ()), holders):
            end = bisect_right(candidates, message.clock, key=lambda i: self._messages[i].clock)
            last_two = candidates[max(0, end - 2) : end]  # the last one may be the namer itself
            for i in reversed(last_two):
                if i != namer:
                    return i
        return next(i for i in holders if i != namer)


def _rungs(components: Mapping[Rung, Sequence[int]]) -> list[Rung | None]:
    """For each message the strictest rung whose component holds others, too."""
    sizes = {rung: Counter(roots) for rung, roots in components.items()}
    return [
        next((rung for rung, root in zip(components, roots, strict=True) if sizes[rung][root] > 1), None)
        for roots in zip(*components.values(), strict=True)
    ]


def _order(messages: Sequence[Message], named: Sequence[Sequence[int]]) -> list[int]:
    """Kahn's algorithm with the earliest clock first; ties within circles are left out only if there are circles."""
    order = _sorted(messages, named)
    if len(order) < len(messages):
        circle = _circles(named)
        order = _sorted(messages, [[n for n in nodes if circle[n] != circle[i]] for i, nodes in enumerate(named)])
    return order


def _sorted(messages: Sequence[Message], named: Sequence[Sequence[int]]) -> list[int]:
    """The messages in order, without those that are in a circle or behind one."""
    namers = _turned(named)
    waits_for = [len(nodes) for nodes in named]
    keys = [(m.clock, m.identity) for m in messages]
    ready = [(keys[i], i) for i, n in enumerate(waits_for) if not n]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        i = heapq.heappop(ready)[1]
        order.append(i)
        for namer in namers[i]:
            waits_for[namer] -= 1
            if waits_for[namer] == 0:
                heapq.heappush(ready, (keys[namer], namer))
    return order


def _circles(named: Sequence[Sequence[int]]) -> list[int]:
    """For each message a number that it shares with all in a circle with it (Kosaraju's algorithm)."""
    left: list[int] = []  # in the order in which a depth-first search leaves them
    seen = [False] * len(named)
    for start in range(len(named)):
        stack = [start]
        while stack:
            i = stack.pop()
            if i < 0:
                left.append(~i)
            elif not seen[i]:
                seen[i] = True
                stack += (~i, *named[i])
    namers = _turned(named)
    circle = [-1] * len(named)
    for start in reversed(left):
        stack = [start]
        while stack:
            i = stack.pop()
            if circle[i] < 0:
                circle[i] = start
                stack += namers[i]
    return circle


def _turned(named: Sequence[Sequence[int]]) -> list[list[int]]:
    """Who names each message."""
    namers: list[list[int]] = [[] for _ in named]
    for i, nodes in enumerate(named):
        for node in nodes:
            namers[node].append(i)
    return namers


class _Sets:
    """Disjoint sets of messages and ghosts; the root of a set is its smallest message."""

    __slots__ = ("_ghosts", "_parents")

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))
        self._ghosts: dict[str, int] = {}

    def root(self, i: int) -> int:
        """The smallest message of the set of message `i`."""
        parents = self._parents
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    def join(self, i: int, node: Node) -> None:
        """Put message `i` and `node` into one set; a ghost stands for the first message that named it."""
        other = self._ghosts.setdefault(node, i) if isinstance(node, str) else node
        a, b = self.root(i), self.root(other)
        if a != b:
            self._parents[max(a, b)] = min(a, b)
