r"""Flags of messages as their sources said them last: they come and go (docs/decisions/0048).

The flag `\Answered` counts as soon as it is seen once, and is gone once two passes in a row looked for it in vain, the
first of which came to its end. All others are as they were said last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from replywatch.domain.mailboxes.flags import ANSWERED, encode_flags
from replywatch.store.database import Database

_PLACE = "epoch = :epoch AND uid = :uid AND message IS NOT NULL AND gone IS NULL"


class Bearer(NamedTuple):
    """A message that is held to bear a flag that tells something."""

    flags: frozenset[str]
    """With `\\Answered` also where it was missed once."""
    missed_at: int | None
    """Since when `\\Answered` is missing; None: it was there when last looked for, or is not held to be there."""


NO_BEARER = Bearer(frozenset(), None)


@dataclass(frozen=True, slots=True)
class Look:
    """When flags were looked at, and how far the words before it hold."""

    at: int
    since: int | None
    """Up to then the flags were as they are known; None: nobody knows."""
    complete: int | None
    """When the last complete pass over the account began; None: there was none."""
    again: bool = False
    """What it changes is looked at once more, in the pass after a complete one."""


def bearers(database: Database, epoch: int, span: tuple[int, int]) -> dict[int, Bearer]:
    """UID → what it bears, of the messages between the two UIDs that are there and bear anything."""
    rows = database.rows(
        "SELECT uid, flags, answered_at IS NOT NULL, answer_missed_at FROM locations WHERE epoch = ?"
        " AND uid BETWEEN ? AND ? AND gone IS NULL AND message IS NOT NULL"
        " AND (flags <> '' OR answered_at IS NOT NULL)",
        [epoch, *span],
    )
    return {
        uid: Bearer(frozenset([*flags.split(), ANSWERED] if answered else flags.split()), missed_at)
        for uid, flags, answered, missed_at in rows
    }


def write_flags(
    database: Database, epoch: int, held: Mapping[int, Bearer], said: Mapping[int, frozenset[str]], look: Look
) -> None:
    """UIDs bear these flags now, and no others that tell something; `held` is what they were held to bear.

    Messages are due to be derived if that makes a difference.
    """
    others: list[dict[str, object]] = []
    answers: dict[str, list[dict[str, object]]] = {sql: [] for sql in (_COMES, _IS_THERE, _IS_MISSED, _GOES)}
    for uid, flags in said.items():
        before = held.get(uid, NO_BEARER)
        values = {"epoch": epoch, "uid": uid, "flags": encode_flags(flags - {ANSWERED}), "now": look.at}
        if flags - {ANSWERED} != before.flags - {ANSWERED}:
            others.append(values)
        if change := _change(before, flags, look):
            answers[change].append(values | {"since": look.since or 0})
    changed = [*others, *answers[_COMES], *answers[_GOES]]
    with database.transaction():
        database.execute_many(f"INSERT OR IGNORE INTO pending SELECT message FROM locations WHERE {_PLACE}", changed)
        database.execute_many(f"UPDATE locations SET flags = :flags WHERE {_PLACE}", others)
        for sql, rows in answers.items():
            database.execute_many(f"{sql} WHERE {_PLACE}", rows)
        if changed and look.again:
            database.execute("UPDATE epochs SET flags_changed_at = ? WHERE id = ?", [look.at, epoch])


def end_look(database: Database, epoch: int, highestmodseq: int | None, look: Look, *, searched: bool) -> None:
    """Flags and labels are those of this HIGHESTMODSEQ, or later ones; and all flags were read if it was `searched`."""
    database.execute(
        "UPDATE epochs SET highestmodseq = :highestmodseq,"
        " flags_read_at = CASE WHEN :searched THEN :at ELSE flags_read_at END,"
        " flags_changed_at = CASE WHEN :searched AND flags_changed_at <= :complete THEN NULL"
        " ELSE min(flags_changed_at, :at) END WHERE id = :epoch",
        {
            "highestmodseq": highestmodseq,
            "searched": searched,
            "at": look.at,
            "complete": look.complete,
            "epoch": epoch,
        },
    )


_COMES = (
    "UPDATE locations SET answered_at = :now, answer_missed_at = NULL,"
    " unanswered_at = CASE WHEN max(first_seen, :since) < :now THEN max(first_seen, :since) END"
)
"""Since when it was not there is not known if that is the same instant."""
_IS_THERE = "UPDATE locations SET answer_missed_at = NULL"
_IS_MISSED = "UPDATE locations SET answer_missed_at = min(coalesce(answer_missed_at, :now), :now)"
_GOES = "UPDATE locations SET answered_at = NULL, unanswered_at = NULL, answer_missed_at = NULL"


def _change(before: Bearer, flags: frozenset[str], look: Look) -> str | None:
    """What becomes of the word that a message was answered; None if it stays as it is."""
    if ANSWERED in flags:
        if ANSWERED not in before.flags:
            return _COMES
        return None if before.missed_at is None else _IS_THERE
    if ANSWERED not in before.flags:
        return None
    missed_before = before.missed_at is not None and look.complete is not None and before.missed_at <= look.complete
    return _GOES if missed_before else _IS_MISSED
