"""The same letter of ours to many who did not ask for it is an answer to none of them (what is counted, point 6)."""

from __future__ import annotations

import pytest

from replywatch.domain.matching.form_letters import are_form_letters
from replywatch.domain.messages import Kind, OfKind, Rung
from story import DAY, HOUR, Mail, Story, at, cases

WHEN = [
    # (day, to whom) of letters with one subject → which are form letters
    ("one", [(0, 1)], [False]),
    ("two people", [(0, 1), (1, 2)], [False, False]),
    ("three people", [(0, 1), (1, 2), (2, 3)], [True, True, True]),
    ("one person again and again", [(0, 1), (1, 1), (2, 1), (3, 1)], [False] * 4),
    ("two people by turns", [(0, 1), (1, 2), (2, 1), (3, 2)], [False] * 4),
    ("all at once", [(0, 1), (0, 2), (0, 3)], [True, True, True]),
    ("thirty days away", [(0, 1), (30, 2), (30, 3)], [True, True, True]),
    ("a day more", [(0, 1), (31, 2), (31, 3)], [False, False, False]),
    ("before and after", [(0, 1), (25, 2), (50, 3)], [False, True, False]),
    ("every month", [(0, 1), (0, 2), (0, 3), (31, 1), (61, 1), (62, 2), (63, 3)], [*[True] * 3, False, *[True] * 3]),
    ("none", [], []),
]


@cases("letters", "expected", rows=WHEN)
def test_three_people_within_thirty_days_before_or_after(letters: list[tuple[int, int]], expected: list[bool]) -> None:
    assert are_form_letters([(day * DAY, person) for day, person in letters]) == expected


def test_a_hundred_thousand_letters_are_looked_at_in_one_go() -> None:
    letters = [(second, second % 1000) for second in range(100_000)]
    assert are_form_letters(letters) == [True] * len(letters)


def bills(s: Story, people: list[str], when: str, **said: object) -> list[Mail]:
    """A letter to each of `people`, two seconds apart."""
    return [s.outbound(p, at(when) + 2 * n, **({"subject": "Rechnung"} | said)) for n, p in enumerate(people)]


MAILINGS = [
    # to whom besides anna, and how → does it answer her question
    ("to her alone", [], {}, True),
    ("to one more", ["bernd"], {}, True),
    ("to two more", ["bernd", "carl"], {}, False),
    ("with a reply prefix", ["bernd", "carl"], {"subject": "AW: Rechnung"}, True),
    ("two more at her firm", ["bernd@anna.example", "carl@anna.example"], {}, False),
    ("an acknowledgement to all", ["bernd", "carl"], {"fields": "Auto-Submitted: auto-replied"}, False),
    ("two more spellings of her", ["anna+x@anna.example", "anna+y@anna.example"], {}, True),
]


@cases("others", "said", "answers", rows=MAILINGS)
def test_a_mailing_answers_nobody(others: list[str], said: dict[str, object], answers: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    bills(s, ["anna", *others], "03-20 03:00", **said)
    exchange = s.exchange(q)
    assert exchange is not None
    assert (exchange.answered_at is not None) == answers


def test_nor_does_it_in_a_thread_of_the_provider() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung", thread="gmail:1")
    bills(s, ["anna", "bernd", "carl"], "03-20 03:00", thread="gmail:1")
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.answered_at is None


TO_OTHERS = [
    # what went to bernd and carl → does the letter to anna answer her
    ("the same", {}, False),
    ("weeks before", {"when": "02-20 09:00"}, False),
    ("more than a month before", {"when": "02-10 09:00"}, True),
    ("weeks after", {"when": "04-10 09:00"}, False),
    ("more than a month after", {"when": "04-21 09:00"}, True),
    ("of another subject", {"subject": "Rechnung 4711"}, True),
    ("tagged", {"subject": "[Werkstatt] Rechnung"}, None),
    ("in answer to theirs", {"replies": "q@elsewhere.example"}, True),
    ("with a reply prefix", {"subject": "Re: Rechnung"}, True),
    ("forwarded", {"subject": "WG: Rechnung"}, True),
    ("by a machine", {"fields": "Auto-Submitted: auto-generated"}, True),
    ("from outside", {"by": "dora", "mailbox": "INBOX", "received": ""}, True),
    ("in other letters", {"subject": "RECHNUNG"}, False),
]


@cases("said", "answers", rows=[row for row in TO_OTHERS if row[-1] is not None])
def test_what_makes_it_a_mailing(said: dict[str, object], answers: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    bills(s, ["bernd", "carl"], said.get("when", "03-20 03:00"), **{k: v for k, v in said.items() if k != "when"})
    (letter,) = bills(s, ["anna"], "03-20 04:00")
    exchange = s.exchange(q)
    assert exchange is not None
    assert (exchange.answered_at == letter.when) == answers


@pytest.mark.parametrize("replies", [True, False])
def test_a_letter_that_names_a_mail_is_no_form_letter_though_others_got_the_same(replies: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    bills(s, ["bernd", "carl", "dora"], "03-02 10:00")
    s.outbound("anna", "03-02 12:00", subject="Rechnung", replies=q if replies else None)
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.matched_by == (Rung.IN_REPLY_TO if replies else None)


def test_copies_of_one_letter_are_one() -> None:
    """It lies in the Sent mailboxes of two accounts, and in the archive."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    first, second = bills(s, ["anna", "bernd"], "03-20 03:00")
    for letter in (first, second):
        s.copy(letter, "Sent", "eva", trace="X-Copy: 1\n")
        s.copy(letter, "Archive", trace="X-Copy: 2\n")
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.reply_message_id == first.message_id


def test_one_mail_to_many_at_once_is_one_letter() -> None:
    """Minutes of a meeting, say: all of them see who got it."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Besuch", cc=["bernd", "carl"])
    r = s.outbound(["anna", "bernd", "carl"], "03-02 11:00", subject="Besuch")
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.reply_message_id == r.message_id


@pytest.mark.parametrize("kind", [Kind.NEWSLETTER, Kind.NOTIFICATION])
def test_what_a_person_calls_a_machine_s_mail_counts_no_longer(kind: Kind) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    first, _, third = bills(s, ["anna", "bernd", "carl"], "03-20 03:00")
    assert s.message(first).form_letter
    s.mark(third, OfKind(kind))
    assert not s.message(first).form_letter
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.answered_at == first.when


def test_what_a_person_calls_human_counts() -> None:
    s = Story()
    first, second = bills(s, ["anna", "bernd"], "03-20 03:00")
    (third,) = bills(s, ["carl"], "03-20 03:10", fields="Auto-Submitted: auto-generated")
    assert not s.message(first).form_letter
    s.mark(third, OfKind(Kind.HUMAN))
    assert [s.message(m).form_letter for m in (first, second, third)] == [True] * 3


def test_the_answer_that_follows_a_mailing_is_an_answer() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Rechnung")
    bills(s, ["anna", "bernd", "carl"], "03-02 10:00")
    r = s.outbound("anna", "03-02 12:00", subject="AW: Rechnung")
    exchange = s.exchange(q)
    assert exchange is not None
    assert exchange.answered_at == r.when == exchange.arrived_at + 3 * HOUR
