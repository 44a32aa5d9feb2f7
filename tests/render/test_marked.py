"""What a mark did, in lines: also where there is much, or little, to tell."""

from __future__ import annotations

from replywatch.domain.messages import Correction, Kind, OfKind, ReplyOf
from replywatch.domain.results.marked import Derivation, Marked, effect_of
from replywatch.render.locale import Locale
from replywatch.render.marked import MOST, marked_lines
from story import DAY, Mail, Story, at


def derivation(story: Story) -> Derivation:
    return Derivation({m.identity: m for m in story.messages()}, story.matched())


def lines(story: Story, mail: Mail, correction: Correction) -> list[str]:
    """The lines for a mark on `mail`, but for the first."""
    before = derivation(story)
    story.mark(mail, correction)
    identity = story.identity(mail)
    marked = Marked(
        identity, correction, undone=False, effect=effect_of(identity, correction, before, derivation(story))
    )
    first, *rest = marked_lines(marked, Locale())
    assert first == f"Marked {identity}."
    return rest


def test_a_few_of_many_changes_are_told_one_by_one() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    first = reply = s.reply(asked, "03-01 10:00")
    for day in range(MOST + 2):
        reply = s.reply(s.answer(reply, at("03-02 09:00") + day * DAY), at("03-02 10:00") + day * DAY)
    told = lines(s, first, OfKind(Kind.NEWSLETTER))
    assert len(told) == MOST + 1
    assert told[2].endswith("turn 3, now turn 2.")
    assert told[-1] == "So do 4 more."


def test_what_changes_for_stricter_matching_alone() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    reply = s.outbound("nora", "03-01 10:00", subject="Re: Offer for oak boards")
    assert lines(s, reply, ReplyOf(s.identity(asked))) == ["Only reports with a stricter --min-match change."]


def test_an_answer_that_was_not_seen_has_bounds() -> None:
    s = Story()
    asked = s.inbound("nora", "03-01 09:00")
    reply = s.reply(asked, "03-01 10:00", fields="Auto-Submitted: auto-replied")
    s.inbound("nora", "03-02 09:00", references=(asked, "lost@example.com"))
    told = lines(s, reply, OfKind(Kind.HUMAN))
    bounds = "answered between 2026-03-01 09:00 and 2026-03-02 09:00"
    assert f"{bounds}, now answered at 2026-03-01 10:00." in told[0]


def test_a_turn_that_a_new_enquiry_ended() -> None:
    s = Story()
    thanks = s.answer(s.reply(s.inbound("nora", "01-01 09:00"), "01-01 10:00"), "01-01 11:00")
    again = s.answer(thanks, "03-05 09:00", by="nora")
    told = lines(s, again, OfKind(Kind.SPAM))
    assert told[0].endswith("ended by a new enquiry, now unanswered.")
    assert told[1].endswith("counts no longer.")
