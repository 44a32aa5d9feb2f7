"""What a plan is: letters with their places, and the truth about them.

Nothing here (nor in the other modules that make a plan) uses `replywatch.domain`: the truth is what the story
teller meant, so that the program's judgement can be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.domain.instants import DAY, HOUR

NEVER_AFTER = 14 * DAY

BUCKET_EDGES = (
    ("under_1h", 0, HOUR),
    ("under_24h", HOUR, 24 * HOUR),
    ("1_to_2_days", 24 * HOUR, 48 * HOUR),
    ("2_to_14_days", 48 * HOUR, 14 * DAY),
    ("over_14_days", 14 * DAY, 10_000 * DAY),
)
"""(name, from, below) of the answered buckets, in seconds."""

BUCKETS = (*(name for name, _, _ in BUCKET_EDGES), "never", "waiting")


@dataclass(frozen=True, slots=True)
class Company:
    """Whose mailbox it is."""

    name: str
    domain: str
    address: str
    """The watched, shared address."""
    webform: str
    """Sender of the mails that the web site's contact form makes."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a letter in one mailbox."""

    mailbox: str
    """Levels parted by `/`."""
    internal_date: int
    """When it reached the mailbox, an instant."""
    flags: str
    """Maildir's letters in alphabetical order: D(raft), R(eplied), S(een)."""
    content: bytes
    """The whole message, lines ended by LF."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, in however many mailboxes."""

    message_id: str
    direction: str
    """`inbound`, `outbound` or `internal`."""
    kind: str
    """`human`, `auto_reply`, `bounce`, …: the words of the glossary."""
    situation: str
    """The story it belongs to."""
    copies: tuple[Copy, ...]

    @property
    def is_read(self) -> bool:
        """Whether a poll reads it: drafts are not mail yet."""
        return any(copy.mailbox != "Drafts" for copy in self.copies)

    @property
    def put_away(self) -> bool:
        """Whether somebody threw it away: every copy lies in Junk or Trash."""
        return all(copy.mailbox in {"Junk", "Trash"} for copy in self.copies)


@dataclass(frozen=True, slots=True)
class Expected:
    """One exchange as the story teller meant it. Ids without `<>`, instants in seconds."""

    opener: str
    ordinal: int
    contact: str
    arrived_at: int
    answered_at: int | None
    """Sent time of the reply; None while there is none."""
    reply: str | None
    acknowledged_at: int | None
    """Sent time of the automatic acknowledgement."""

    def bucket(self, as_of: int) -> str:
        """The bucket it lies in for a report that speaks of `as_of`."""
        if self.answered_at is None or self.answered_at > as_of:
            return "never" if as_of - self.arrived_at >= NEVER_AFTER else "waiting"
        wait = self.answered_at - self.arrived_at
        return next(name for name, low, high in BUCKET_EDGES if low <= wait < high)


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many messages there are, and where each of them is counted: `read` is the sum of the others."""

    read: int
    counted: int
    excluded_kind: int
    internal: int
    outbound: int
    foreign: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a correct judgement of the mailbox finds."""

    exchanges: tuple[Expected, ...]
    """By arrival."""
    ledger: Ledger

    def bucket_counts(self, as_of: int, since: int = 0, *, first_only: bool = True) -> dict[str, int]:
        """How many exchanges that arrived in [since, as_of] lie in each of `BUCKETS`, at `as_of`.

        With `first_only` enquiries alone are counted (measure `first`), else every exchange (`turn`).
        """
        counts = dict.fromkeys(BUCKETS, 0)
        for exchange in self.exchanges:
            if since <= exchange.arrived_at <= as_of and (exchange.ordinal == 1 or not first_only):
                counts[exchange.bucket(as_of)] += 1
        return counts


@dataclass(frozen=True, slots=True)
class Plan:
    """A mailbox to be written, and the truth about it."""

    company: Company
    seed: int
    now: int
    letters: tuple[Letter, ...]
    """By the time they reached the mailbox."""
    truth: Truth

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """The names of all mailboxes, sorted."""
        return tuple(sorted({copy.mailbox for letter in self.letters for copy in letter.copies}))


def ledger_of(letters: tuple[Letter, ...]) -> Ledger:
    """Count `letters` by where they belong: direction first, then put away, then kind."""
    read = [letter for letter in letters if letter.is_read]
    inbound = [letter for letter in read if letter.direction == "inbound"]
    kept = [letter for letter in inbound if not letter.put_away]
    return Ledger(
        read=len(read),
        counted=sum(letter.kind == "human" for letter in kept),
        excluded_kind=sum(letter.kind != "human" for letter in kept),
        internal=sum(letter.direction == "internal" for letter in read),
        outbound=sum(letter.direction == "outbound" for letter in read),
        foreign=0,
        set_aside=len(inbound) - len(kept),
    )
