"""Laws of circles: what a stranger says changes nobody else's wait, nor does it matter in which account mail lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from replywatch.domain.matching.match import match
from replywatch.domain.messages import RUNG_BITS, Direction, Exchange, Message
from story import DAY, HOUR, MINUTE, Story, at

LAW = settings(max_examples=300, deadline=None, derandomize=True)

START = at("03-02 09:00")
PEOPLE = ("anna", "boss@anna.example", "carl", "otto@gmx.de", "paul@timber.example")
STRANGER = "stranger@elsewhere.example"

SAID = st.fixed_dictionaries(
    {
        "ours": st.booleans(),
        "who": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True),
        "gap": st.sampled_from([5, MINUTE, HOUR, 6 * HOUR, 3 * DAY, 31 * DAY]),
        "answers": st.integers(0, 3),
        "names": st.lists(st.integers(0, 5), max_size=2),
        "mailbox": st.sampled_from(["INBOX", "INBOX", "INBOX", "Trash"]),
        "automatic": st.sampled_from([False, False, False, True]),
    }
)
CONVERSATION = st.lists(SAID, min_size=2, max_size=8)


def told(plan: list[dict[str, Any]], accounts: list[int] | None = None) -> Story:
    """One conversation: each mail but the first answers one of the last, and names others of it."""
    s = Story()
    now = START
    for n, said in enumerate(plan):
        now += said["gap"]
        before = s.mails[::-1]
        words: dict[str, Any] = {
            "replies": before[said["answers"] % len(before)] if before else None,
            "references": [before[i % len(before)] for i in said["names"]] if before else None,
            "subject": "Oak" if not n else "Re: Oak",
            "fields": "Auto-Submitted: auto-replied" if said["automatic"] else "",
            "account": f"info{accounts[n % len(accounts)]}" if accounts else "info",
        }
        if said["ours"]:
            s.outbound(said["who"], now, **words)
        else:
            first, *rest = said["who"]
            s.inbound(first, now, cc=rest, mailbox=said["mailbox"], **words)
    return s


def found(s: Story, level_bit: int, but: str = "") -> list[Exchange]:
    """The exchanges of one level, but for those of one contact; a conversation may have another name."""
    exchanges = [replace(e, conversation="") for e, levels in s.matched().exchanges if levels & level_bit]
    return sorted([e for e in exchanges if e.contact != but], key=lambda e: (e.arrived_at, e.id))


@given(CONVERSATION, st.data())
@LAW
def test_a_stranger_changes_nobody_elses_wait(plan: list[dict[str, Any]], data: st.DataObject) -> None:
    """He is outside all circles: he answers a mail of ours that did not go to him, and names whatever he likes."""
    s = told(plan)
    before = {bit: found(s, bit) for bit in RUNG_BITS.values()}
    conversation = s.matched().conversations
    ours = [m for m in s.mails if m.sender.endswith("@example.com")]
    first = data.draw(st.sampled_from(s.mails))
    same = [m for m in s.mails if conversation[s.identity(m)] == conversation[s.identity(first)]]
    assume(any(m in same for m in ours))
    answered = data.draw(st.sampled_from([m for m in ours if m in same]))
    named = data.draw(st.lists(st.sampled_from(same), max_size=3))
    when = data.draw(st.sampled_from([m.when for m in s.mails])) + data.draw(st.sampled_from([1, HOUR, 40 * DAY]))
    s.inbound(STRANGER, when, replies=answered, references=named, subject="Something else altogether")
    assert {bit: found(s, bit, but=STRANGER) for bit in RUNG_BITS.values()} == before


@given(CONVERSATION, st.lists(st.integers(0, 1), min_size=1, max_size=8))
@LAW
def test_it_does_not_matter_in_which_account_mail_lies(plan: list[dict[str, Any]], accounts: list[int]) -> None:
    one, two = told(plan), told(plan, accounts)
    for bit in RUNG_BITS.values():
        assert found(one, bit) == found(two, bit)


@given(CONVERSATION)
@LAW
def test_an_answer_to_ours_is_no_enquiry(plan: list[dict[str, Any]]) -> None:
    """Within the time of silence, from somebody to whom a person of ours wrote in that conversation before."""
    s = told(plan)
    for level in RUNG_BITS.values():
        for exchange in found(s, level):
            opener = message_of(s, exchange.id)
            for n in s.mails:
                ours = message_of(s, s.identity(n))
                answers = ours.message_id in opener.in_reply_to and ours.direction is Direction.OUTBOUND
                recent = 0 <= opener.clock - ours.clock < 30 * DAY
                if answers and recent and opener.contact in ours.outsiders and ours.verdict.kind == "human":
                    acknowledged = {e.acknowledged_at for e in found(s, level)}
                    assert exchange.ordinal > 1 or ours.clock in acknowledged


def message_of(s: Story, identity: str) -> Message:
    (message,) = (m for m in s.messages() if m.identity == identity)
    return message


@given(CONVERSATION, st.randoms())
@LAW
def test_the_order_of_messages_changes_nothing(plan: list[dict[str, Any]], random: Any) -> None:
    s = told(plan)
    messages = s.messages()
    shuffled = list(messages)
    random.shuffle(shuffled)
    assert match(shuffled, s.settings()) == match(messages, s.settings())
