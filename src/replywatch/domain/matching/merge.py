"""All copies of a message put together: one message, however many mailboxes and accounts hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from replywatch.domain.judging.reading import SubjectPairs, persons_of, subject_pairs
from replywatch.domain.matching.clocks import Clock
from replywatch.domain.matching.locations import Locations, arrival_at
from replywatch.domain.messages import (
    UNCORRECTED,
    Because,
    Copy,
    Corrections,
    Direction,
    Disposition,
    Kind,
    Message,
    NeedsNone,
    Parties,
    Reading,
    Role,
    Verdict,
)
from replywatch.domain.people import contact_key


def merge(copies: Iterable[Copy], *, all_inbound: bool, corrections: Corrections = UNCORRECTED) -> Message | None:
    """The message behind copies of equal identity; None where there are only drafts.

    `corrections` is what marks say of it. `all_inbound` says that no address is watched in particular
    (`[team] addresses` is empty). The result does not depend on the order of `copies`.
    """
    found = most_personal(copies)
    if not found:
        return None
    readings = [copy.reading for copy in found]
    first = readings[0] if len(readings) == 1 else _together(readings)
    parties = first.parties
    locations = Locations([location for copy in found for location in copy.locations])
    direction = _direction(first, locations)
    verdict = marked_verdict(first.verdict, corrections)
    public_list = first.public_list
    clock = locations.sent_at(readings) if parties.ours else _arrival(found)
    filed = direction is Direction.OUTBOUND
    relayed = found[0].relayed or any(copy.relayed for copy in found[1:])
    pairs = SubjectPairs() if public_list else subject_pairs(readings[0], corrections.kind, relayed=relayed)
    personal = _personal(parties, locations, all_inbound=all_inbound)
    put_away = locations.put_away()
    return Message(
        identity=first.identity,
        message_id=first.message_id,
        ids=frozenset(first.ids),
        in_reply_to=first.in_reply_to,
        references=first.references,
        threads=locations.threads(),
        direction=direction,
        disposition=(
            disposition_of(verdict.kind, corrections, personal, put_away=put_away)
            if direction is Direction.INBOUND
            else Disposition(direction.value)
        ),
        verdict=verdict,
        contact=parties.contact,
        contact_name=parties.contact_name,
        author=parties.author,
        senders=frozenset(parties.senders),
        persons=frozenset(chain.from_iterable([persons_of(r.parties, relayed=relayed) for r in readings])),
        outsiders=frozenset(first.outsiders),
        address=parties.team_address,
        subject=first.subject,
        exact_pairs=pairs.exact,
        bare_pairs=pairs.bare,
        exact_sought=pairs.exact_sought,
        bare_sought=pairs.bare_sought,
        reply_prefix=first.reply_prefix,
        public_list=public_list,
        sent_in=locations.accounts_with_it_in_sent(),
        filed_in=locations.accounts_with_it_archived(public_list=public_list) if filed else frozenset(),
        clock=clock.at,
        clock_source=clock.source,
        clock_sure=clock.sure,
        corrections=corrections,
        flagged=locations.flagged(),
        date=first.date,
        date_has_zone=first.date_has_zone,
        firm=None if corrections.kind else first.firm,
        personal=personal,
        put_away=put_away,
        form_letter=found[0].form_letter or any(copy.form_letter for copy in found[1:]),
        relayed=relayed,
        delivery=first.delivery,
        failed=frozenset(first.failed),
        names_nobody=not parties.recipients,
        to_itself=set(parties.recipients) == {contact_key(parties.author)},
        visitor=parties.visitor,
        clock_on_its_word=clock.on_its_word,
        ahead=clock.ahead,
    )


def as_named(copies: Sequence[Copy]) -> Sequence[Copy]:
    """The copies of a cluster, each with the reading that its ids demand: what names a known message is no web form's.

    Known is a message that was found outside of drafts, under any of its ids.
    """
    if not any(copy.reading.if_known for copy in copies):
        return copies
    bearers: dict[str, set[str]] = {}
    for copy in copies:
        if not all(location.draft for location in copy.locations):
            for own in copy.reading.ids:
                bearers.setdefault(own, set()).add(copy.reading.identity)
    return [_as_named(copy, bearers) for copy in copies]


def _as_named(copy: Copy, bearers: Mapping[str, set[str]]) -> Copy:
    reading = copy.reading
    if reading.if_known is None:
        return copy
    for named in (*reading.in_reply_to, *reading.references):
        if not bearers.get(named, set()) <= {reading.identity}:
            return copy._replace(reading=reading.if_known)
    return copy


def most_personal(copies: Iterable[Copy]) -> list[Copy]:
    """The copies that are found outside of drafts, the one that says best what was written first.

    A list or a filter adds signs of automatic mail to its copy; the copy without them says what was written. That holds
    also where a person said of what kind the message is: a mark is no sign in any copy.
    """
    return sorted([copy for copy in map(_without_drafts, copies) if copy.locations], key=_most_personal_first)


def _most_personal_first(copy: Copy) -> tuple[bool, bool, bool, str]:
    parties = copy.reading.parties
    nobody = not (parties.contact or parties.visitor)
    return (copy.reading.verdict.kind is not Kind.HUMAN, nobody, not parties.team_address, copy.digest)


def _without_drafts(copy: Copy) -> Copy:
    kept = [s for s in copy.locations if not s.draft]
    return copy if len(kept) == len(copy.locations) else copy._replace(locations=tuple(kept))


def _together(readings: Sequence[Reading]) -> Reading:
    """The first reading, the most personal, with all that the others add to whom and what it names."""
    first = readings[0]
    parties = first.parties._replace(
        senders=_all(r.parties.senders for r in readings),
        recipients=_all(r.parties.recipients for r in readings),
        team_address=next((r.parties.team_address for r in readings if r.parties.team_address), ""),
        names_ours=any(r.parties.names_ours for r in readings),
    )
    return replace(
        first,
        ids=_all(r.ids for r in readings),
        in_reply_to=_all(r.in_reply_to for r in readings),
        references=_all(r.references for r in readings),
        outsiders=_all(r.outsiders for r in readings),
        failed=_all(r.failed for r in readings),
        public_list=any(r.public_list for r in readings),
        parties=parties,
    )


def _all(fields: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """What stands in some of the fields, each once, in order."""
    return tuple(dict.fromkeys(chain.from_iterable(fields)))


def _direction(reading: Reading, locations: Locations) -> Direction:
    if reading.parties.ours:
        only_ours = bool(reading.parties.recipients) and not reading.outsiders
        return Direction.INTERNAL if only_ours else Direction.OUTBOUND
    return Direction.FOREIGN if locations.only_in_sent() else Direction.INBOUND


def marked_verdict(verdict: Verdict, corrections: Corrections) -> Verdict:
    """What sort of mail it is once a person has spoken."""
    if corrections.kind is None:
        return verdict
    return Verdict(corrections.kind, Because("mark", value=corrections.kind.value))


def disposition_of(kind: Kind, corrections: Corrections, personal: Disposition, *, put_away: bool) -> Disposition:
    """Which line of the account an inbound message of this kind belongs to; `personal` is that of a person's mail."""
    if isinstance(corrections.outcome, NeedsNone) or corrections.kind not in {None, Kind.HUMAN}:
        return Disposition.SET_ASIDE
    if kind is not Kind.HUMAN:
        return Disposition.EXCLUDED_KIND
    return Disposition.SET_ASIDE if put_away else personal


def _personal(parties: Parties, locations: Locations, *, all_inbound: bool) -> Disposition:
    """Which line of the account an inbound message belongs to if it is a person's and nobody put it away."""
    if not (parties.contact or parties.visitor):  # nobody is known who could wait, and no reply could ever be told
        return Disposition.SET_ASIDE
    if all_inbound or parties.team_address:
        return Disposition.COUNTED
    return Disposition.COUNTED if locations.watched() and not parties.names_ours else Disposition.NOT_WATCHED


def _arrival(copies: Sequence[Copy]) -> Clock:
    """The earliest arrival in a watched account; a confirmed clock comes before an unconfirmed one."""
    places = [(copy.reading, location) for copy in copies for location in copy.locations]
    chosen = [(r, s) for r, s in places if s.watched and s.role is not Role.SENT] or places
    alone = all(s.on_disk for _, s in places)
    clocks = [arrival_at(r, s, in_files_alone=alone) for r, s in chosen]
    if len(clocks) == 1:
        return clocks[0]
    first = min(clocks, key=lambda c: (c.source == "first_seen", not c.sure, c.at, c.source))
    return first._replace(ahead=any(c.ahead for c in clocks))
