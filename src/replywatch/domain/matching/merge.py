"""All copies of a message put together: one message, however many mailboxes and accounts hold it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from replywatch.domain.judging.reading import subject_pairs
from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.matching.clocks import Clock, arrival, sent_time
from replywatch.domain.messages import (
    Because,
    Copy,
    Direction,
    Disposition,
    Flagged,
    Kind,
    Mark,
    MarkKind,
    Message,
    Reading,
    Role,
    Sighting,
    Verdict,
)


def merge(copies: Sequence[Copy], *, all_inbound: bool, mark: Mark | None = None) -> Message | None:
    """The message behind copies of equal identity; None where there are only drafts.

    `mark` is the correction by hand that holds for it. `all_inbound` says that no address is watched in particular
    (`[team] addresses` is empty). The result does not depend on the order of `copies`.
    """
    found = sorted([c for c in map(_without_drafts, copies) if c.sightings], key=_most_personal_first)
    if not found:
        return None
    readings = [c.reading for c in found]
    first = readings[0]
    parties = first.parties
    sightings = [s for c in found for s in c.sightings]
    address = next((c.reading.parties.team_address for c in found if c.reading.parties.team_address), "")
    direction = _direction(first, sightings)
    verdict = marked_verdict(first.verdict, mark)
    clock = _sent(found) if parties.ours else _arrival(found)
    public_list = any(c.reading.public_list for c in found)
    return Message(
        identity=first.identity,
        message_id=first.message_id,
        ids=_any_of([r.ids for r in readings]),
        in_reply_to=_in_order([r.in_reply_to for r in readings]),
        references=_in_order([r.references for r in readings]),
        threads=frozenset([s.thread for s in sightings if s.thread]),
        direction=direction,
        disposition=_disposition(direction, verdict, mark, found, all_inbound=all_inbound),
        verdict=verdict,
        contact=parties.contact,
        contact_name=parties.contact_name,
        author=parties.author,
        senders=_any_of([r.parties.senders for r in readings]),
        outsiders=_any_of([r.outsiders for r in readings]),
        address=address,
        subject=first.subject,
        pairs=frozenset(() if public_list else subject_pairs(first)),
        reply_prefix=first.reply_prefix,
        public_list=public_list,
        sent_in=frozenset([s.account for s in sightings if s.role is Role.SENT]),
        filed_in=_filed_in(direction, sightings, public_list=public_list),
        clock=clock.at,
        clock_source=clock.source,
        clock_sure=clock.sure,
        mark=mark,
        flagged=_flagged(sightings),
    )


def _most_personal_first(copy: Copy) -> tuple[bool, bool, bool, str]:
    """A list or a filter adds signs of automatic mail to its copy; the copy without them says what was written."""
    parties = copy.reading.parties
    return (copy.reading.verdict.kind is not Kind.HUMAN, not parties.contact, not parties.team_address, copy.digest)


def _without_drafts(copy: Copy) -> Copy:
    kept = [s for s in copy.sightings if not s.draft]
    return copy if len(kept) == len(copy.sightings) else Copy(copy.digest, copy.reading, tuple(kept))


def _any_of(fields: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(chain.from_iterable(fields))


def _in_order(fields: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(fields)))


def _direction(reading: Reading, sightings: Sequence[Sighting]) -> Direction:
    if reading.parties.ours:
        only_ours = bool(reading.parties.recipients) and not reading.outsiders
        return Direction.INTERNAL if only_ours else Direction.OUTBOUND
    # An archive holds both directions (Gmail's All Mail has a copy of all that was sent): it says nothing of this.
    roles = {s.role for s in sightings} - {Role.ARCHIVE}
    return Direction.FOREIGN if roles == {Role.SENT} else Direction.INBOUND


def marked_verdict(verdict: Verdict, mark: Mark | None) -> Verdict:
    """What sort of mail it is once a person has spoken."""
    if mark is None or mark.kind is not MarkKind.KIND:
        return verdict
    return Verdict(Kind(mark.value), Because("mark", value=mark.value))


def _flagged(sightings: Sequence[Sighting]) -> Flagged | None:
    """The earliest word of a mailbox that it was answered."""
    flags = [s.flagged for s in sightings if s.flagged]
    return min(flags, key=lambda f: (f.before, f.after or 0)) if flags else None


def _disposition(
    direction: Direction, verdict: Verdict, mark: Mark | None, copies: Sequence[Copy], *, all_inbound: bool
) -> Disposition:
    if direction is not Direction.INBOUND:
        return Disposition(direction.value)
    if mark and (mark.kind is MarkKind.NO_REPLY_NEEDED or (verdict.rule == "mark" and verdict.kind is not Kind.HUMAN)):
        return Disposition.SET_ASIDE
    if verdict.kind is not Kind.HUMAN:
        return Disposition.EXCLUDED_KIND
    sightings = [s for c in copies for s in c.sightings]
    nobody = not copies[0].reading.parties.contact  # nobody is known who could wait, and no reply could ever be told
    if nobody or all(s.role in PUT_AWAY for s in _where_it_lies(sightings)):
        return Disposition.SET_ASIDE
    if all_inbound or any(c.reading.parties.team_address for c in copies):
        return Disposition.COUNTED
    names_ours = any(c.reading.parties.names_ours for c in copies)
    watched = any(s.watched for s in sightings)
    return Disposition.COUNTED if watched and not names_ours else Disposition.NOT_WATCHED


def _filed_in(direction: Direction, sightings: Sequence[Sighting], *, public_list: bool) -> frozenset[str]:
    """The archive of a public list holds both directions wherever it is kept."""
    if direction is not Direction.OUTBOUND:
        return frozenset()
    return frozenset(s.account for s in sightings if s.both_directions or public_list)


def _where_it_lies(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The places that hold it now, or else the last that did."""
    live = [s for s in sightings if s.gone is None]
    if live:
        return live
    last = max(s.gone or 0 for s in sightings)
    return [s for s in sightings if s.gone == last]


def _arrival(copies: Sequence[Copy]) -> Clock:
    """The earliest arrival in a watched account; a confirmed clock comes before an unconfirmed one."""
    places = [(c.reading, s) for c in copies for s in c.sightings]
    chosen = [p for p in places if p[1].watched and p[1].role is not Role.SENT] or places
    clocks = [arrival(r.received, r.date, s.internal_date, s.first_seen) for r, s in chosen]
    if len(clocks) == 1:
        return clocks[0]
    return min(clocks, key=lambda c: (c.source == "first_seen", not c.sure, c.at, c.source))


def _sent(copies: Sequence[Copy]) -> Clock:
    reading = copies[0].reading
    sightings = [s for c in copies for s in c.sightings]
    kept = [s for s in sightings if s.role is Role.SENT] or sightings
    servers, files = (
        [s.internal_date for s in kept if s.internal_date is not None and s.on_disk is on_disk]
        for on_disk in (False, True)
    )
    return sent_time(reading.date, reading.date_has_zone, servers, files, min(s.first_seen for s in sightings))
