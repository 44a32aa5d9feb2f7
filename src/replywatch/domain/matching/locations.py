"""Where a message lies, and what its mailboxes say of it, all copies put together."""

from __future__ import annotations

from collections.abc import Sequence

from replywatch.domain.mailboxes.roles import PUT_AWAY
from replywatch.domain.matching.clocks import Clock, OwnTold, Saved, Seen, Told, arrival, sent_time
from replywatch.domain.messages import Flagged, Location, Reading, Role


def arrival_at(reading: Reading, place: Location, *, in_files_alone: bool) -> Clock:
    """When a copy of an inbound message reached one of its places; `in_files_alone` says that all of them are files."""
    told = Told(reading.date, reading.date_has_zone, reading.received, place.saved, place.filed)
    return arrival(told, Seen(place.first_seen, place.last_pass), in_files_alone=in_files_alone)


class Locations:
    """All places where copies of one message were found; there is at least one."""

    __slots__ = ("_locations",)

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations

    def only_in_sent(self) -> bool:
        """Whether it was found in Sent and nowhere else.

        An archive holds both directions (Gmail's All Mail has a copy of all that was sent): it says nothing of this.
        """
        return {s.role for s in self._locations} - {Role.ARCHIVE} == {Role.SENT}

    def put_away(self) -> bool:
        """Whether every place that holds it now, or else each of the last that did, says that it was thrown away.

        Outside Gmail a mailbox of all mail (RFC 6154) holds what lies in Trash or Junk as well: of a message that lies
        elsewhere it says nothing.
        """
        lying = [s for s in self._locations if s.gone is None]
        if not lying:
            last = max(s.gone or 0 for s in self._locations)
            lying = [s for s in self._locations if s.gone == last]
        lying = [s for s in lying if not s.all_mail] or lying
        return all(s.put_away or s.role in PUT_AWAY for s in lying)

    def watched(self) -> bool:
        """Whether an account or mailbox whose personal mail counts holds it."""
        return any(s.watched for s in self._locations)

    def threads(self) -> frozenset[str]:
        """The provider's conversations that it lies in."""
        return frozenset([s.thread for s in self._locations if s.thread])

    def accounts_with_it_in_sent(self) -> frozenset[str]:
        """The accounts whose Sent mailbox holds it."""
        return frozenset([s.account for s in self._locations if s.role is Role.SENT])

    def accounts_with_it_archived(self, *, public_list: bool) -> frozenset[str]:
        """The accounts with an archive of both directions that holds it; a public list's is one wherever it lies."""
        return frozenset([s.account for s in self._locations if s.both_directions or public_list])

    def flagged(self) -> Flagged | None:
        """The earliest word of a mailbox that it was answered; of two at one time the one with the wider bounds."""
        flags = [s.flagged for s in self._locations if s.flagged]
        return min(flags, key=lambda f: (f.before, f.after or 0)) if flags else None

    def sent_at(self, readings: Sequence[Reading]) -> Clock:
        """When it left us, if it is ours: what Sent says of that comes before all other places."""
        kept = [s for s in self._locations if s.role is Role.SENT] or self._locations
        told = OwnTold(
            readings[0].date,
            readings[0].date_has_zone,
            received=[r.received for r in readings if r.received is not None],
            saved=[Saved(at, s.in_burst) for s in kept if (at := s.saved) is not None],
            filed=[at for s in kept if (at := s.filed) is not None],
        )
        seen = Seen(min(s.first_seen for s in self._locations), self._locations[0].last_pass)
        return sent_time(told, seen, in_files_alone=all(s.on_disk for s in self._locations))
