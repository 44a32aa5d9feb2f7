"""What is wrong with an account is said when it begins, changes and ends, and once a day: not at every poll."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from replywatch.domain.instants import DAY
from replywatch.domain.results.polled import AccountOutcome, Trouble
from replywatch.errors import SourceError
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.refusals import SaidTrouble, Troubles

REMINDER = DAY
"""Seconds after which a trouble that lasts is said again: nobody should forget it."""
_VARIABLE = re.compile(r"\S*\d\S*")
"""What servers put into the same answer each time anew: times, numbers of sessions."""

Known = Mapping[Trouble, SaidTrouble]


def told(database: Database, outcome: AccountOutcome, now: int) -> AccountOutcome:
    """`outcome` with what of it is news; that it was said `now` is remembered."""
    troubles, number = Troubles(database), Facts(database).account(outcome.account)
    known = troubles.of(number)
    there = troubles_of(outcome, known, now)
    if there != known:
        troubles.put(number, there)
    failing = there.get(Trouble.FAILED) or known.get(Trouble.FAILED)
    news = frozenset(trouble for trouble, said in there.items() if said != known.get(trouble))
    return replace(
        outcome,
        news=news,
        failing_since=failing.began_at if failing else None,
        failed_before=Trouble.FAILED in known,
    )


def troubles_of(outcome: AccountOutcome, known: Known, now: int) -> dict[Trouble, SaidTrouble]:
    """What is wrong with an account after a pass that ends `now`; what is news is said now, the rest is as `known`."""
    found = {}
    for trouble, reason in _reasons(outcome, known).items():
        before = known.get(trouble)
        if before and before.reason == reason and now < before.said_at + REMINDER:
            found[trouble] = before
        else:
            found[trouble] = SaidTrouble(reason, before.began_at if before else now, now)
    return found


def _reasons(outcome: AccountOutcome, known: Known) -> dict[Trouble, str]:
    """What is wrong, and a digest of why; what such a pass can't know is as it was."""
    found = {trouble: said.reason for trouble, said in known.items()} if outcome.left_alone else {}
    if not outcome.left_alone:
        if outcome.error and Trouble.LACKS_SENT in known:
            found[Trouble.LACKS_SENT] = known[Trouble.LACKS_SENT].reason
        elif outcome.lacks_sent and not outcome.error:
            found[Trouble.LACKS_SENT] = ""
        if outcome.unread:
            found[Trouble.UNREAD] = str(outcome.unread)
        if outcome.error and Trouble.UNREAD_FILES in known:
            found[Trouble.UNREAD_FILES] = known[Trouble.UNREAD_FILES].reason
        elif outcome.unread_files:
            found[Trouble.UNREAD_FILES] = _digest(str(outcome.unread_files))
        if outcome.unopened:
            found[Trouble.UNOPENED] = _digest(*((m.mailbox, m.is_hole) for m in outcome.unopened))
    if outcome.error:
        found.setdefault(Trouble.FAILED, _reason(outcome))
    return found


def _reason(outcome: AccountOutcome) -> str:
    """Digest of why an account failed: the sort of error alone where it may pass by itself, in whatever words."""
    error = outcome.error
    assert error is not None, "only accounts that failed have a reason"  # noqa: S101 - says why it can't be
    passes = isinstance(error, SourceError) and error.transient
    words = "" if passes else _VARIABLE.sub("#", error.text)
    return _digest(error.kind, words)


def _digest(*parts: object) -> str:
    return blake2b(" ".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
