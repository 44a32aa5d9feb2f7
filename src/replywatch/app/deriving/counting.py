"""What a batch of messages adds to the counts that are kept across conversations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from replywatch.domain.judging.reading import id_domain, letter_of, person_key, relayed_of
from replywatch.domain.messages import UNCORRECTED, Corrections, Reading
from replywatch.domain.team import Team
from replywatch.store.counted import Counts


def counts_of(
    new: Mapping[int, Reading], again: Mapping[int, Reading], corrections: Mapping[str, Corrections], team: Team
) -> Counts:
    """What messages tell that were never read before, and those read `again` since they bore a mark at some time.

    Of the latter only what depends on marks is counted, in place of what was counted of them before.
    """
    relays = ((message, relayed_of(reading)) for message, reading in new.items())
    return Counts(
        _id_domains(new.values()),
        _named_domains(new, team),
        _letters(new, corrections, only=True) | _letters(again, corrections, only=False),
        {message: relayed for message, relayed in relays if relayed},
    )


def _id_domains(readings: Iterable[Reading]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for reading in readings:
        if reading.message_id and (domain := id_domain(reading.message_id)):
            ours, outside = counts.get(domain, (0, 0))
            counts[domain] = (ours + reading.parties.ours, outside + (not reading.parties.ours))
    return counts


def _named_domains(readings: Mapping[int, Reading], team: Team) -> list[tuple[str, int]]:
    """The right sides that may turn out to be ours; a team domain is ours anyway."""
    return [
        (domain, message)
        for message, reading in readings.items()
        if not reading.parties.ours
        for domain in {id_domain(named) for named in (*reading.in_reply_to, *reading.references)}
        if domain and not team.has_domain(domain)
    ]


def _letters(
    readings: Mapping[int, Reading], corrections: Mapping[str, Corrections], *, only: bool
) -> dict[int, tuple[int, int, int] | None]:
    """Subject, instant and contact of each that is a letter; of the others None, unless they are `only` letters."""
    found: dict[int, tuple[int, int, int] | None] = {}
    for message, reading in readings.items():
        letter = letter_of(reading, corrections.get(reading.identity, UNCORRECTED).kind)
        if letter:
            found[message] = (letter.subject, letter.date, person_key(letter.contact))
        elif not only:
            found[message] = None
    return found
