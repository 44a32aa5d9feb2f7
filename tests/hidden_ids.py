"""How well does the subject rung do where ids are lost? Measured on a real list whose ids say the truth.

The mail of r-sig-debian is made personal (a reply goes to the person it answers) and loses In-Reply-To and References.
A *pair* is a message of somebody outside and the first reply of the maintainers to this person in the same thread, as
the ids tell it. Recall: which part of the pairs is found without them; precision: which part of what is found is right.

A help desk loses only the ids of its own mail: there the pairs are those that are found while all ids are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import read
from replywatch.domain.matching.match import MatchSettings, match
from replywatch.domain.matching.merge import merge
from replywatch.domain.messages import RUNG_BITS, Copy, Header, Location, Role, Rung
from replywatch.domain.team import Team
from replywatch.sources.local.mbox import MboxSettings, MboxSource

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
MBOX = SAMPLES / "r-sig-debian.mbox"
INFO = "info@list.invalid"
MAINTAINERS = ("447d8de83a7b9c5d", "26604783910298c0", "bd1396b991d78727", "8d7dc9cf8d248719")
TEAM = Team(addresses=(INFO, *(f"{name}@sender.invalid" for name in MAINTAINERS)))
LOST = (b"in-reply-to", b"references")

Pairs = set[tuple[str, str]]
Raw = tuple[bytes, int | None]
"""A header block and the time of the mailbox."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found without ids, against what they say."""

    pairs: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def recall(self) -> float:
        return self.right / self.pairs


def measure() -> Measured:
    """Both figures for the list, all of whose mail lost its ids."""
    raw, thread = _read()
    messages = _personal_mail(raw, thread, lambda _: True)
    identities = [read(parse_header(header), TEAM).identity for header, _ in messages]
    truth, found = thread.pairs(identities), _found(messages)
    return Measured(len(truth), len(found), len(truth & found))


def measure_help_desk() -> Measured:
    """Both figures for the list, the maintainers' mail of which lost its ids."""
    raw, thread = _read()
    truth = _found(_personal_mail(raw, thread, lambda _: False))
    found = _found(_personal_mail(raw, thread, thread.ours))
    return Measured(len(truth), len(found), len(truth & found))


def _read() -> tuple[list[Raw], _Thread]:
    with MboxSource(MboxSettings(MBOX)) as source:
        source.open(source.mailboxes()[0].name, None)
        raw = [(m.header, m.internal_date) for m in source.fetch(source.uids(1, 2**62))]
    return raw, _Thread([parse_header(header) for header, _ in raw])


def _personal_mail(raw: list[Raw], thread: _Thread, loses_ids: Callable[[int], bool]) -> list[Raw]:
    """All mail addressed to one person each; some of it without ids of other messages."""
    return [
        (_personal(header, thread.recipient(i), LOST if loses_ids(i) else ()), date)
        for i, (header, date) in enumerate(raw)
    ]


class _Thread:
    """What the ids say."""

    def __init__(self, headers: list[Header]) -> None:
        self._headers = headers
        self._by_id: dict[str | None, int] = {}
        for i, header in enumerate(headers):
            self._by_id.setdefault(header.message_id, i)

    def recipient(self, i: int) -> str:
        """Whom a message would go to as personal mail: the team, or the person outside that it answers."""
        if not self.ours(i):
            return INFO
        for ancestor in self._ancestors(i):
            if not self.ours(ancestor):
                return self._headers[ancestor].from_[0].address
        return f"nobody{i}@sender.invalid"

    def pairs(self, identities: list[str]) -> Pairs:
        """Each first message of a person in a thread, or the first after a reply, with the reply to it."""
        pairs: Pairs = set()
        waiting: dict[tuple[int, str], str] = {}
        for i in sorted(range(len(self._headers)), key=lambda i: self._headers[i].date or 0):
            root = [i, *self._ancestors(i)][-1]
            if self.ours(i):
                opener = waiting.pop((root, self.recipient(i)), None)
                pairs |= {(opener, identities[i])} if opener else set()
            else:
                waiting.setdefault((root, self._headers[i].from_[0].address), identities[i])
        return pairs

    def ours(self, i: int) -> bool:
        return TEAM.is_ours(self._headers[i].from_[0].address)

    def _ancestors(self, i: int) -> list[int]:
        found: list[int] = []
        while True:
            header = self._headers[i]
            named = (self._by_id.get(one) for one in (*header.in_reply_to, *reversed(header.references)))
            parent = next((p for p in named if p is not None and p not in (i, *found)), None)
            if parent is None:
                return found
            found.append(parent)
            i = parent


def _personal(header: bytes, recipient: str, without: Sequence[bytes]) -> bytes:
    """The header without these fields, addressed to one person."""
    lines: list[bytes] = []
    lost = False
    for line in header.splitlines():
        lost = lost if line[:1] in b" \t" else line.partition(b":")[0].lower() in (*without, b"to")
        if line and not lost:
            lines.append(line)
    return b"\n".join([*lines, b"To: " + recipient.encode(), b""])


def _found(messages: list[Raw]) -> Pairs:
    merged = {}
    for number, (header, date) in enumerate(messages):
        reading = read(parse_header(header), TEAM)
        role = Role.SENT if reading.parties.ours else Role.INBOX
        place = Location("list", True, role, True, date, None, 0, None, False)  # noqa: FBT003 - a row
        message = merge([Copy(str(number), reading, (place,))], all_inbound=False)
        if message:
            merged.setdefault(message.identity, message)
    settings = MatchSettings(new_enquiry_after=30 * 86_400, is_our_domain=lambda _: False)
    full = RUNG_BITS[Rung.SUBJECT]
    exchanges = match(list(merged.values()), settings).exchanges
    return {(e.id, e.reply) for e, levels in exchanges if levels & full and e.reply}
