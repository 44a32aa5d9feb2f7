"""Plans the mailbox of a small company that never was, with everything that makes counting difficult in it.

The same seed, size and `now` give the same plan, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TypeVar

from replywatch.demo import sundries, tellers
from replywatch.demo.cast import COMPANY
from replywatch.demo.moments import NoRoomError, days
from replywatch.demo.plan import Expected, Letter, Plan, Truth, ledger_of
from replywatch.demo.story import Story
from replywatch.demo.tellers import OPEN, PERIOD, Desk

FEWEST, MOST = 40, 20_000
RETELLINGS = 2_000
"""How often a story is told anew until it fits into the time there is; a few times are usual."""

CardT = TypeVar("CardT")
Teller = Callable[[Desk], list[Story]]
CustomerTeller = Callable[[Desk, str], list[Story]]

SHARES = {
    "under_1h": 4,
    "under_24h": 8,
    "1_to_2_days": 5,
    "2_to_14_days": 14,
    "over_14_days": 2,
    "never": 15,
    "waiting": 2,
}
"""How many of fifty enquiries end up in each bucket: about what published samples of companies found."""

WITHOUT_ANSWER: dict[CustomerTeller, int] = {
    tellers.enquiry: 60,
    tellers.webform: 22,
    tellers.impatient: 12,
    tellers.supplier: 3,
    tellers.blind_copy: 3,
}
WITH_ANSWER: dict[CustomerTeller, int] = {
    tellers.enquiry: 46,
    tellers.webform: 18,
    tellers.forwarded: 7,
    tellers.colleague: 6,
    tellers.subject_only: 5,
    tellers.out_of_office: 5,
    tellers.read_receipt: 3,
    tellers.supplier: 3,
    tellers.copied: 3,
    tellers.partner: 2,
    tellers.blind_copy: 2,
}
AFTER_LONG: dict[CustomerTeller, int] = {tellers.impatient: 25, tellers.reminder_without_ids: 6}
"""Also told where the answer takes days."""

SUNDRIES: dict[Teller, int] = {
    sundries.newsletter: 18,
    sundries.notification: 12,
    sundries.internal: 5,
    sundries.junk: 3,
    sundries.spam: 1,
    sundries.invitation: 1,
    sundries.bounce: 1,
    sundries.trash: 1,
}
OTHER_CUSTOMERS: dict[CustomerTeller, int] = {tellers.began: 7, tellers.two_enquiries: 2, tellers.revived: 1}
CUSTOMERS = 60
"""Enquiries among the stories, beside those of `SUNDRIES` and `OTHER_CUSTOMERS`."""

OPENING: tuple[Teller | tuple[CustomerTeller, str], ...] = (
    sundries.first_order,
    (tellers.enquiry, "never"),
    (tellers.webform, "2_to_14_days"),
    (tellers.forwarded, "under_24h"),
    (tellers.enquiry, "waiting"),
    (tellers.enquiry, "under_1h"),
    (tellers.enquiry, "1_to_2_days"),
    (tellers.impatient, "over_14_days"),
    sundries.newsletter,
    sundries.notification,
    (tellers.impatient, "never"),
    (tellers.began, "2_to_14_days"),
    (tellers.out_of_office, "2_to_14_days"),
    sundries.internal,
    (tellers.subject_only, "1_to_2_days"),
    (tellers.two_enquiries, "under_24h"),
    sundries.junk,
    (tellers.colleague, "under_24h"),
    (tellers.revived, "2_to_14_days"),
    sundries.bounce,
    sundries.invitation,
    (tellers.read_receipt, "2_to_14_days"),
    (tellers.supplier, "1_to_2_days"),
    (tellers.reminder_without_ids, "2_to_14_days"),
    (tellers.partner, "under_24h"),
    (tellers.blind_copy, "never"),
    (tellers.copied, "under_1h"),
    sundries.spam,
    sundries.trash,
    sundries.draft,
)
"""Told first, in this order, as far as there is room: every bucket, then every difficulty, once."""
OPENING_PERIOD = days(85)
"""The opening plays in the last 85 days, so that a report of 90 days shows it even for the smallest mailbox."""


def plan_company(seed: int, messages: int, now: int) -> Plan:
    """Plan a mailbox of exactly `messages` letters from the 120 days before `now` (an instant in seconds).

    Every bucket occurs at any size; every situation from about 120 letters on. Letters that lie in two mailboxes
    count once.

    Raises:
        ValueError: `messages` is not between `FEWEST` and `MOST`.
    """
    if not FEWEST <= messages <= MOST:
        raise ValueError(f"between {FEWEST} and {MOST} messages, not {messages}")
    desk = Desk(seed, now)
    programme = _programme(desk)
    letters: list[Letter] = []
    expected: list[Expected] = []
    while len(letters) < messages:
        stories, their_letters = _tell(desk, next(programme))
        if len(letters) + len(their_letters) > messages:
            stories, their_letters = _tell(desk, sundries.newsletter)
        letters += their_letters
        expected += [wait.expected() for story in stories for wait in story.waits]
    letters.sort(key=lambda letter: (min(copy.internal_date for copy in letter.copies), letter.message_id))
    expected.sort(key=lambda exchange: (exchange.arrived_at, exchange.opener))
    truth = Truth(tuple(expected), ledger_of(tuple(letters)))
    return Plan(COMPANY, seed, now, tuple(letters), truth)


def _tell(desk: Desk, teller: Teller) -> tuple[list[Story], list[Letter]]:
    """One story, told until it fits into the time there is, and its letters."""
    for _ in range(RETELLINGS):
        try:
            stories = teller(desk)
            return stories, [letter for story in stories for letter in story.letters()]
        except NoRoomError:
            continue
    raise AssertionError(f"{teller} never fits")


def _programme(desk: Desk) -> Iterator[Teller]:
    """Which story is told next, for ever: the opening, then the everyday."""
    desk.start = desk.now - OPENING_PERIOD
    for story in OPENING:
        yield _with_bucket(*story) if isinstance(story, tuple) else story
    desk.start = desk.now - PERIOD
    buckets = _deck(desk.rng, SHARES.items())
    everyday: list[tuple[Teller | None, int]] = [(None, CUSTOMERS), *SUNDRIES.items()]
    everyday += [(_with_bucket(teller, "2_to_14_days"), weight) for teller, weight in OTHER_CUSTOMERS.items()]
    for card in _deck(desk.rng, everyday):
        yield card or _enquiry(desk.rng, next(buckets))


def _with_bucket(teller: CustomerTeller, bucket: str) -> Teller:
    """`teller` with the bucket its enquiry ends up in."""
    return lambda desk: teller(desk, bucket)


def _enquiry(rng: Random, bucket: str) -> Teller:
    """An enquiry that ends up in `bucket`, in one of the ways in which it may come about."""
    ways = dict(WITHOUT_ANSWER if bucket in OPEN else WITH_ANSWER)
    if bucket in {"2_to_14_days", "over_14_days"}:
        ways.update(AFTER_LONG)
    (way,) = rng.choices(list(ways), list(ways.values()))
    return _with_bucket(way, bucket)


def _deck(rng: Random, weights: Iterable[tuple[CardT, int]]) -> Iterator[CardT]:
    """Cards as often as `weights` says, shuffled, again and again: shares hold over any stretch."""
    cards = [card for card, weight in weights for _ in range(weight)]
    while True:
        rng.shuffle(cards)
        yield from cards
