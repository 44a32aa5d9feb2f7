"""Which marks of a message hold: all but those that were taken back, and of each aspect the latest."""

from __future__ import annotations

from replywatch.domain.corrections import Mark, TakenBack, corrections_of, holding, standing
from replywatch.domain.messages import Answered, Corrections, Kind, NeedsNone, OfKind, ReplyOf
from story import cases

HUMAN, SPAM, NONE = OfKind(Kind.HUMAN), OfKind(Kind.SPAM), NeedsNone()
RECORDS = [
    ("none", [], []),
    ("one", [Mark(1, "a", HUMAN, 0)], [1]),
    ("the last taken back", [Mark(1, "a", HUMAN, 0), Mark(2, "a", NONE, 0), TakenBack("a", 2)], [1]),
    ("and the one before", [Mark(1, "a", HUMAN, 0), Mark(2, "a", NONE, 0), TakenBack("a", 2), TakenBack("a", 1)], []),
    ("all, in the first release", [Mark(1, "a", HUMAN, 0), Mark(2, "a", NONE, 0), TakenBack("a", None)], []),
    ("and what came after that", [Mark(1, "a", HUMAN, 0), TakenBack("a", None), Mark(3, "a", NONE, 0)], [3]),
    # Mark 2 said to which message it replies, and went with that one when it was erased.
    ("one that is no longer on record", [Mark(1, "a", HUMAN, 0), TakenBack("a", 2)], [1]),
    ("one of another message", [Mark(1, "a", HUMAN, 0), Mark(2, "b", NONE, 0), TakenBack("b", 2)], [1]),
]


@cases("record", "numbers", rows=RECORDS)
def test_what_nobody_took_back_holds(record: list[Mark | TakenBack], numbers: list[int]) -> None:
    assert [mark.number for mark in standing(record).get("a", ())] == numbers
    assert all(standing(record).values()), "a message without a mark that holds is left out"


SAID = [
    ("nothing", [], Corrections()),
    ("the latest kind", [SPAM, HUMAN], Corrections(kind=Kind.HUMAN)),
    ("the latest of what became of it", [Answered(5), NONE], Corrections(outcome=NONE)),
    ("one of each", [HUMAN, Answered(5), ReplyOf("q")], Corrections(Kind.HUMAN, Answered(5), "q")),
    ("whatever the order", [ReplyOf("q"), Answered(5), HUMAN], Corrections(Kind.HUMAN, Answered(5), "q")),
]


@cases("said", "corrections", rows=SAID)
def test_of_each_aspect_the_latest_holds(
    said: list[OfKind | Answered | NeedsNone | ReplyOf], corrections: Corrections
) -> None:
    marks = [Mark(number, "a", correction, made_at=0) for number, correction in enumerate(said)]
    assert corrections_of(marks) == corrections
    assert bool(corrections) is bool(said)


@cases("said", "corrections", rows=SAID)
def test_the_marks_that_hold_say_all_that_is_said(
    said: list[OfKind | Answered | NeedsNone | ReplyOf], corrections: Corrections
) -> None:
    found = holding(Mark(number, "a", correction, made_at=0) for number, correction in enumerate(said))
    assert corrections_of(found) == corrections
    spoken = [corrections.kind, corrections.outcome, corrections.replies_to]
    assert len(found) == len([word for word in spoken if word is not None]), "none that another one covers"
    assert [mark.number for mark in found] == sorted(mark.number for mark in found)
