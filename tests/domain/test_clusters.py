"""Clusters: what shares a key is together, whatever the batches."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.matching.clusters import Assignment, assign


def test_a_new_message_is_its_own_cluster() -> None:
    assert assign([(1, None, {10, 11})], {}) == Assignment({1: 1}, {}, {10: 1, 11: 1})


def test_messages_of_a_batch_meet_in_the_smallest() -> None:
    found = assign([(1, None, {10}), (2, None, {20}), (3, None, {10, 20})], {})
    assert found == Assignment({1: 1, 2: 1, 3: 1}, {}, {10: 1, 20: 2})


def test_a_known_key_leads_to_its_cluster() -> None:
    assert assign([(5, None, {10, 50})], {10: 2}) == Assignment({5: 2}, {}, {50: 5})


def test_a_message_can_make_clusters_one() -> None:
    assert assign([(9, None, {10, 20})], {10: 4, 20: 2}) == Assignment({9: 2}, {4: 2}, {})


def test_a_message_read_before_brings_its_cluster() -> None:
    assert assign([(5, 3, {10})], {10: 7}) == Assignment({5: 3}, {7: 3}, {})


def test_a_message_without_keys_is_alone() -> None:
    assert assign([(1, None, ()), (2, None, ())], {}) == Assignment({1: 1, 2: 2}, {}, {})


def test_a_long_chain_of_keys() -> None:
    found = assign([(n, None, {n, n + 1}) for n in range(50_000)], {})
    assert set(found.clusters.values()) == {0}


KEYS = st.lists(st.frozensets(st.integers(0, 12), max_size=3), max_size=14)


def connected(keys: list[frozenset[int]]) -> dict[int, int]:
    """The plain definition: the smallest number spreads, as often as the longest way has steps."""
    of = {m: m for m in range(len(keys))}
    for _ in keys:
        for a, b in product(range(len(keys)), repeat=2):
            if keys[a] & keys[b]:
                of[a] = min(of[a], of[b])
    return of


@given(KEYS, st.lists(st.integers(1, 5), max_size=14))
def test_any_batches_end_in_the_connected_parts(keys: list[frozenset[int]], sizes: list[int]) -> None:
    clusters: dict[int, int] = {}
    holders: dict[int, int] = {}
    start = 0
    for size in [*sizes, len(keys)]:
        batch = range(start, min(len(keys), start + size))
        start += size
        known = {k: clusters[holders[k]] for m in batch for k in keys[m] if k in holders}
        found = assign([(m, None, keys[m]) for m in batch], known)
        clusters = {m: found.absorbed.get(c, c) for m, c in clusters.items()} | found.clusters
        holders |= found.holders
    assert clusters == connected(keys)
    assert all(k in keys[m] for k, m in holders.items())
