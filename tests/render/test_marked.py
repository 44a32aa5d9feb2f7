"""What a mark did, in lines: also where there is much, or little, to tell."""

from __future__ import annotations

import pytest

from replywatch.domain.corrections import Mark
from replywatch.domain.messages import Answered, Correction, Exchange, Kind, NeedsNone, OfKind, ReplyOf, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.marked import Derivation, Holding, Marked, Marking, effect_of
from replywatch.render.grid import columns_of
from replywatch.render.locale import Locale
from replywatch.render.marked import MOST, marked_lines
from replywatch.render.marks import marks_lines
from story import DAY, Mail, Story, at

AS_OF = at("03-20 09:00")


def derivation(story: Story) -> Derivation:
    return Derivation({m.identity: m for m in story.messages()}, story.matched())


def lines(
    story: Story, mail: Mail, correction: Correction, status: Status = Status.NEVER, width: int = 120
) -> list[str]:
    """The lines for a mark on `mail`, but for those that name it."""
    before = derivation(story)
    story.mark(mail, correction)
    identity, after = story.identity(mail), derivation(story)

    def stands(exchange: Exchange) -> ExchangeAt:
        return ExchangeAt(exchange, status, AS_OF)

    effect = effect_of(identity, correction, before, after, stands)
    message = after.messages[identity]
    about = Marked(identity, message, message.subject)
    first, who, _, *rest = marked_lines(Marking(about, correction, undone=False, effect=effect), Locale(width=width))
    assert first.startswith(f"Marked {identity[:10]}: ")
    assert message.contact in who
    return rest


def test_a_few_of_many_changes_are_told_one_by_one() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    first = reply = s.reply(asked, "03-01 10:00")
    for day in range(MOST + 2):
        reply = s.reply(s.answer(reply, at("03-02 09:00") + day * DAY), at("03-02 10:00") + day * DAY)
    told = lines(s, first, OfKind(Kind.NEWSLETTER))
    assert sum(line.startswith("  Wait of  ") for line in told) == MOST
    assert told[6].startswith("  Wait of  ")
    assert told[7:9] == ["  Before   turn 3", "  Now      turn 2"]
    assert told[-1] == "  And 4 further changes."


def test_what_changes_for_stricter_matching_alone() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    reply = s.outbound("nora", "03-01 10:00", subject="Re: Offer for oak boards")
    assert lines(s, reply, ReplyOf(s.identity(asked))) == ["  Only reports with a stricter --min-match change."]


def test_an_answer_that_was_not_seen_has_bounds() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    reply = s.reply(asked, "03-01 10:00", fields="Auto-Submitted: auto-replied")
    s.inbound("nora", "03-02 09:00", references=(asked, "lost@example.com"))
    _, before, now, *_ = lines(s, reply, OfKind(Kind.HUMAN))
    assert before.endswith("answered between 2026-03-01 09:00 and 2026-03-02 09:00")
    assert now.endswith("answered after 1 h, at 2026-03-01 10:00")


def test_a_turn_that_a_new_enquiry_ended() -> None:
    s = Story()
    thanks = s.answer(s.reply(s.inbound("nora", "01-01 09:00"), "01-01 10:00"), "01-01 11:00")
    again = s.answer(thanks, "03-05 09:00", by="nora")
    assert lines(s, again, OfKind(Kind.SPAM)) == [
        "  Before   an enquiry; never answered, 15 d",
        "  Now      not counted",
        f"  Wait of  nora@nora.example, 2026-01-01 11:00 ({s.identity(thanks)[:10]})",
        "  Before   ended by a new enquiry",
        "  Now      never answered, 77 d 22 h",
        "  Mail     counted, now set aside",
    ]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status.WAITING, "waiting for 15 d"),
        (Status.NEVER, "never answered, 15 d"),
        (Status.UNKNOWN, "can't say: mail missing"),
    ],
)
def test_where_a_wait_stood_before(status: Status, text: str) -> None:
    s = Story()
    asked = s.inbound("nora", "03-05 09:00")
    assert lines(s, asked, Answered(at("03-05 10:00")), status) == [
        f"  Before   {text}",
        "  Now      answered after 1 h, at 2026-03-05 10:00",
    ]


def test_an_answer_after_mail_was_read() -> None:
    s = Story()
    asked = s.inbound("nora", "03-05 09:00")
    *_, hint = lines(s, asked, Answered(AS_OF + 1))
    assert hint == "  Reports count it so once mail was read again (replywatch poll)."
    assert lines(s, asked, Answered(AS_OF))[-1].startswith("  Now      answered after 15 d, at")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    s = Story()
    asked = s.inbound("nora", "03-05 09:00", subject="\x1b[31m表" * 80)
    told = lines(s, asked, NeedsNone(), width=width)
    (message,) = s.messages()
    holding = Holding(Mark(1, message.identity, NeedsNone(), AS_OF), Marked(message.identity, message, message.subject))
    told += marks_lines([holding], Locale(width=width))
    assert max(map(columns_of, told)) <= width
    assert "".join(told).isprintable()
