"""When letters of ours with one subject are a form letter: so many people got one about the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replywatch.domain.instants import DAY

ABOUT = 30 * DAY
"""Seconds before and after a letter in which others count."""
MANY = 3
"""How many different people make a form letter of it."""


def are_form_letters(letters: Sequence[tuple[int, int]]) -> list[bool]:
    """Of letters with one subject, each its instant and whom it went to, ascending: whether it is a form letter."""
    people: Counter[int] = Counter()
    found = []
    first = end = 0
    for sent_at, _ in letters:
        while end < len(letters) and letters[end][0] <= sent_at + ABOUT:
            people[letters[end][1]] += 1
            end += 1
        while letters[first][0] < sent_at - ABOUT:
            gone = letters[first][1]
            people[gone] -= 1
            if not people[gone]:
                del people[gone]
            first += 1
        found.append(len(people) >= MANY)
    return found
