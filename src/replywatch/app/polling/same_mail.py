"""Do the UIDs of a mailbox still name the mail that they named? None may ever be given again (RFC 9051, 2.3.1.1).

A mailbox that is restored from yesterday's backup gives what comes next the UIDs of what the backup lacks, under the
same UIDVALIDITY. So the newest that is known is asked for its INTERNALDATE and size whenever a mailbox is opened; where
these are others, its header is the proof. Then what lies behind the last message that is still the same is read anew.
See docs/decisions/0050.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from replywatch.app.polling.admission import Admission
from replywatch.domain.judging.identity import header_identity
from replywatch.domain.mailboxes.fetched import Stamp
from replywatch.errors import MailboxError
from replywatch.sources.base import Source
from replywatch.store.facts import Epoch, Facts

NEWEST = 5
"""Messages that are asked at first: some may have been deleted."""
SPREAD = 32
"""Messages that are asked at once while the last one is looked for that is the same."""
ROUNDS = 12
"""How often that is done at most; each takes one command, or two."""


def identities(source: Source, admission: Admission, uids: Sequence[int]) -> dict[int, str]:
    """UID → identity of the message that the open mailbox has under it, of those of `uids` that came."""
    wanted = set(uids)
    return {m.uid: admission.identity(m) for m in source.fetch(sorted(wanted)) if m.uid in wanted}


def confirmed(source: Source, facts: Facts, admission: Admission, epoch: Epoch) -> Epoch:
    """The epoch of the open mailbox, read no further than its UIDs name the mail that is known under them."""
    if not epoch.scanned_to:
        return epoch
    agreed = _agreed_up_to(source, facts, admission, epoch)
    if agreed == epoch.scanned_to:
        return epoch
    facts.go_back(epoch.id, agreed)
    return replace(epoch, scanned_to=agreed)


def _agreed_up_to(source: Source, facts: Facts, admission: Admission, epoch: Epoch) -> int:
    """The UID up to which nothing speaks against what is known.

    The message is looked for behind which others begin: those between the last that is the same and the first that is
    not, or tells nothing, are asked in turn. All may be well where some tell nothing: they were deleted.
    """
    low, high, found = 0, epoch.scanned_to + 1, False
    places = facts.newest_stamps(epoch.id, high, NEWEST)
    for _ in range(ROUNDS):
        if not places:
            break
        same = _compared(source, facts, admission, epoch.id, places)
        if same is None:
            break
        found = found or not all(same.values())
        first_other = min((uid for uid, is_same in same.items() if not is_same), default=high)
        low = max((uid for uid, is_same in same.items() if is_same and uid < first_other), default=low)
        high = min((uid for uid in places if uid > low), default=high)
        if not found and low == max(places):
            break
        places = facts.spread_stamps(epoch.id, low, high, SPREAD)
    return low if found else epoch.scanned_to


def _compared(
    source: Source, facts: Facts, admission: Admission, epoch: int, places: Mapping[int, Stamp]
) -> dict[int, bool] | None:
    """UID → whether it names the message that is known under it; those that tell nothing are left out.

    None where that can't be asked: a server that can't say that much says no less than before.
    """
    try:
        stamps = source.stamps(sorted(places))
        if stamps is None:
            return None
        told = {stamp.uid: stamp for stamp in stamps if stamp.uid in places}
    except MailboxError:
        return None
    doubtful = [uid for uid, stamp in told.items() if not _is_alike(stamp, places[uid])]
    known = facts.headers(epoch, doubtful)
    has = identities(source, admission, doubtful) if doubtful else {}
    proved = {uid: identity == header_identity(known[uid]) for uid, identity in has.items() if uid in known}
    return {uid: True for uid in told if uid not in doubtful} | proved


def _is_alike(told: Stamp, known: Stamp) -> bool:
    """Whether both say the same, and say something."""
    return told == known and None not in (told.internal_date, told.size)
