"""Clusters: the parts into which messages fall when everything that shares a key stays together.

A cluster is named by its smallest message, so that its name does not depend on the way it grew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Assignment(NamedTuple):
    """What a batch of messages does to the clusters."""

    clusters: dict[int, int]
    """Message of the batch → its cluster."""
    absorbed: dict[int, int]
    """Cluster that was there before → the cluster it is now part of."""
    holders: dict[int, int]
    """New key → the message of the batch that has it first."""


def assign(batch: Iterable[tuple[int, int | None, Iterable[int]]], known: Mapping[int, int]) -> Assignment:
    """Put a batch into clusters.

    `batch` holds (message, its cluster if it has one, its keys) by ascending message; `known` maps the keys seen before
    to their clusters.
    """
    parents: dict[int, int] = {}

    def root(label: int) -> int:
        while (parent := parents.setdefault(label, label)) != label:
            parents[label] = parents[parent]
            label = parent
        return label

    holders: dict[int, int] = {}
    labels: dict[int, int] = {}
    before: set[int] = set(known.values())
    for message, cluster, keys in batch:
        label = labels[message] = message if cluster is None else cluster
        if cluster is not None:
            before.add(cluster)
        for key in keys:
            other = known.get(key)
            if other is None:
                other = labels[holders.setdefault(key, message)]
            a, b = root(label), root(other)
            if a != b:
                parents[max(a, b)] = min(a, b)
    return Assignment(
        {message: root(label) for message, label in labels.items()},
        {old: root(old) for old in before if root(old) != old},
        holders,
    )
