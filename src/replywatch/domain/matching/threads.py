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

from replywatch.domain.messages import MarkKind, Message, Rung


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
    ghosts: tuple[frozenset[str], ...]
    """The ids each message names that no message of the cluster has."""


def tie(messages: Sequence[Message]) -> Ties:
    """The ties between `messages`, the same for any order of them."""
    if len(messages) == 1 and messages[0].mark is None:
        return _alone(messages[0])
    holders = _Holders(messages)
    marked = _marked_replies(messages)
    replies = [marked[i] if i in marked else holders.named(i, m.in_reply_to) for i, m in enumerate(messages)]
    references = [[] if i in marked else holders.named(i, m.references) for i, m in enumerate(messages)]
    first: dict[str, int] = {}
    threads: list[list[Node]] = [
        [] if i in marked else [first.setdefault(t, i) for t in m.threads] for i, m in enumerate(messages)
    ]
    sets = _Sets(len(messages))
    components = {}
    for rung, names in ((Rung.IN_REPLY_TO, replies), (Rung.REFERENCES, references), (Rung.PROVIDER, threads)):
        for i, nodes in enumerate(names):
            for node in nodes:
                sets.join(i, node)
        components[rung] = tuple(sets.root(i) for i in range(len(messages)))
    every = [dict.fromkeys((*a, *b)) for a, b in zip(replies, references, strict=True)]
    named = tuple(tuple(n for n in nodes if isinstance(n, int)) for nodes in every)
    return Ties(
        components,
        tuple(_rungs(components)),
        tuple(_order(messages, named)),
        named,
        tuple(frozenset(n for n in nodes if isinstance(n, str)) for nodes in every),
    )


Node = int | str
"""A message by its index, or a ghost by its id."""

_ALONE: dict[Rung, tuple[int, ...]] = dict.fromkeys((Rung.IN_REPLY_TO, Rung.REFERENCES, Rung.PROVIDER), (0,))


def _alone(message: Message) -> Ties:
    """As `tie` says of a message without others, as every second one is: only ids that were never seen are left."""
    named = frozenset((*message.in_reply_to, *message.references)) - message.ids
    return Ties(_ALONE, (None,), (0,), ((),), (named,))


class _Holders:
    """Which messages carry an id."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages
        self._holders: dict[str, list[int]] = {}
        for i in sorted(range(len(messages)), key=lambda i: (messages[i].clock, messages[i].identity)):
            for one in messages[i].ids:
                self._holders.setdefault(one, []).append(i)
        self._of_contact: dict[tuple[str, str], list[int]] = {}
        for one, holders in self._holders.items():
            for i in holders if len(holders) > 1 else ():
                self._of_contact.setdefault((one, messages[i].contact), []).append(i)

    def named(self, namer: int, ids: Iterable[str]) -> list[Node]:
        """The messages and ghosts that message `namer` names; naming itself says nothing."""
        nodes: list[Node] = []
        for one in ids:
            holders = self._holders.get(one)
            if holders is None:
                nodes.append(one)
            elif holders != [namer]:
                nodes.append(holders[0] if len(holders) == 1 else self._nearest(one, holders, namer))
        return nodes

    def _nearest(self, one: str, holders: Sequence[int], namer: int) -> int:
        """Of the messages with id `one` the last before `namer` with its contact; else the last before, or the first.

        All lists are in the order of the clocks.
        """
        message = self._messages[namer]
        for some in (self._of_contact.get((one, message.contact), ()), holders):
            end = bisect_right(some, message.clock, key=lambda i: self._messages[i].clock)
            for i in reversed(some[max(0, end - 2) : end]):
                if i != namer:
                    return i
        return next(i for i in holders if i != namer)


def _marked_replies(messages: Sequence[Message]) -> dict[int, list[Node]]:
    """The messages that a mark ties to one other: what they name themselves ties them no longer."""
    targets = {i: m.mark.value for i, m in enumerate(messages) if m.mark and m.mark.kind is MarkKind.REPLY_OF}
    index = {m.identity: i for i, m in enumerate(messages)} if targets else {}
    return {i: [index[target]] for i, target in targets.items() if target in index}


def _rungs(components: Mapping[Rung, Sequence[int]]) -> list[Rung | None]:
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
