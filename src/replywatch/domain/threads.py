"""Which messages name each other: conversations by ids and provider threads, and their order.

An id that is named but was never seen is a *ghost*; it ties the messages that name it all the same. Several messages
may carry one id (copies that a list made, reused ids): they stay apart, and who names the id means the nearest before.
Works over the messages of one cluster; linear in the ids they name, but for the sort.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from replywatch.domain.messages import Message, Rung


@dataclass(frozen=True, slots=True)
class Ties:
    """How the messages of a cluster hang together; messages are named by their index."""

    components: dict[Rung, tuple[int, ...]]
    """For each rung up to `provider`: the component of every message when ties up to that rung count."""
    rungs: tuple[Rung | None, ...]
    """By what each message is tied to another; None where nothing does."""
    order: tuple[int, ...]
    """All messages by clock, but none before a message that it names."""
    ghosts: tuple[frozenset[str], ...]
    """The ids each message names that no message of the cluster has."""


def tie(messages: Sequence[Message]) -> Ties:
    """The ties between `messages`, the same for any order of them."""
    index = _by_id(messages)
    replies = [_resolve(messages, index, i, m.in_reply_to) for i, m in enumerate(messages)]
    references = [_resolve(messages, index, i, m.references) for i, m in enumerate(messages)]
    sets = _Sets(len(messages))
    components = {}
    threads: list[list[Node]] = [[*(f"thread\0{t}" for t in m.threads)] for m in messages]
    for rung, names in ((Rung.IN_REPLY_TO, replies), (Rung.REFERENCES, references), (Rung.PROVIDER, threads)):
        for i, named in enumerate(names):
            for node in named:
                sets.join(i, node)
        components[rung] = tuple(sets.root(i) for i in range(len(messages)))
    seen = [[n for n in (*a, *b) if isinstance(n, int)] for a, b in zip(replies, references, strict=True)]
    return Ties(
        components,
        tuple(_rungs(messages, replies, references)),
        tuple(_order(messages, seen)),
        tuple(frozenset(n for n in (*a, *b) if isinstance(n, str)) for a, b in zip(replies, references, strict=True)),
    )


Node = int | str
"""A message by its index, or a ghost by its id."""


def _by_id(messages: Sequence[Message]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for i in sorted(range(len(messages)), key=lambda i: (messages[i].clock, messages[i].identity)):
        for one in messages[i].ids:
            index.setdefault(one, []).append(i)
    return index


def _resolve(messages: Sequence[Message], index: dict[str, list[int]], namer: int, ids: Iterable[str]) -> list[Node]:
    """The messages and ghosts that message `namer` names; naming itself says nothing."""
    nodes: list[Node] = []
    for one in ids:
        holders = index.get(one)
        if holders is None:
            nodes.append(one)
        elif holders != [namer]:
            nodes.append(_nearest(messages, [h for h in holders if h != namer], messages[namer]))
    return nodes


def _nearest(messages: Sequence[Message], holders: Sequence[int], namer: Message) -> int:
    """Of the messages with one id the last before `namer` that shares a person with it, else the last before, or first.

    `holders` are in the order of their clocks.
    """
    before = [h for h in holders if messages[h].clock <= namer.clock]
    people = _people(namer)
    known = [h for h in before if not people.isdisjoint(_people(messages[h]))]
    return (known or before or holders[:1])[-1]


def _people(message: Message) -> frozenset[str]:
    return message.senders | message.outsiders


def _rungs(
    messages: Sequence[Message], replies: Sequence[Sequence[Node]], references: Sequence[Sequence[Node]]
) -> list[Rung | None]:
    namers = Counter(n for a, b in zip(replies, references, strict=True) for n in {*a, *b})
    threads = Counter(t for m in messages for t in m.threads)

    def ties(nodes: Sequence[Node]) -> bool:
        return any(isinstance(n, int) or namers[n] > 1 for n in nodes)

    rungs: list[Rung | None] = []
    for i, message in enumerate(messages):
        if ties(replies[i]):
            rungs.append(Rung.IN_REPLY_TO)
        elif ties(references[i]) or namers[i]:
            rungs.append(Rung.REFERENCES)
        elif any(threads[t] > 1 for t in message.threads):
            rungs.append(Rung.PROVIDER)
        else:
            rungs.append(None)
    return rungs


def _order(messages: Sequence[Message], named: Sequence[Sequence[int]]) -> list[int]:
    """Kahn's algorithm with the earliest clock first; where messages name each other in a circle, the earliest goes."""
    namers: list[list[int]] = [[] for _ in messages]
    waits_for = [0] * len(messages)
    for i, nodes in enumerate(named):
        for node in set(nodes):
            namers[node].append(i)
            waits_for[i] += 1
    keys = [(m.clock, m.identity) for m in messages]
    ready = [(keys[i], i) for i in range(len(messages)) if not waits_for[i]]
    heapq.heapify(ready)
    if len(ready) == len(messages):
        return [i for _, i in sorted(ready)]
    rest = iter(sorted(range(len(messages)), key=keys.__getitem__))
    done = [False] * len(messages)
    order: list[int] = []
    while len(order) < len(messages):
        i = heapq.heappop(ready)[1] if ready else next(r for r in rest if not done[r])
        if done[i]:
            continue
        done[i] = True
        order.append(i)
        for namer in namers[i]:
            waits_for[namer] -= 1
            if waits_for[namer] == 0:
                heapq.heappush(ready, (keys[namer], namer))
    return order


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
