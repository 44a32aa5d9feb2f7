"""Who waits for whom: circles, and what ends a wait or doesn't (what is counted, points 2 to 7), with counter-cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replywatch.domain.matching.match import match
from replywatch.domain.messages import (
    RUNG_BITS,
    Answered,
    Because,
    Disposition,
    Exchange,
    Kind,
    Message,
    OfKind,
    ReplyOf,
    Rung,
)
from story import DAY, HOUR, INFO, Mail, Story, address_of, at, cases, elapsed

AUTOMATIC = "Auto-Submitted: auto-replied"
PAUL, LIST = "paul@timber.example", "users@lists.example"


def waits(story: Story, level: Rung = Rung.SUBJECT) -> dict[str | None, tuple[int, str | None]]:
    """Opener → ordinal and reply of every exchange."""
    return {e.message_id: (e.ordinal, e.reply_message_id) for e in story.exchanges(level)}


def of(story: Story, mail: Mail) -> Exchange:
    found = story.exchange(mail)
    assert found is not None
    return found


# Strangers


@pytest.mark.parametrize("second", ["carl@carl.example", "carl@anna.example", "carl@gmx.de"])
def test_whom_our_circular_alone_ties_together_waits_for_himself(second: str) -> None:
    s = Story()
    circular = s.outbound("ben", "03-02 08:00", fields=f"Bcc: {address_of('anna')}, {second}", subject="News")
    a = s.answer(circular, "03-02 09:00", by="anna")
    b = s.answer(circular, "03-02 09:30", by=second)
    r = s.reply(b, "03-02 10:00")
    assert waits(s) == {a.message_id: (2, None), b.message_id: (2, r.message_id)}


def test_a_circular_of_which_no_recipient_is_left() -> None:
    """The copy in Sent lost its Bcc: who answers it was written to all the same, and in a month no longer."""
    s = Story()
    circular = s.outbound((), "03-02 08:00", subject="News")
    a, b = (s.answer(circular, when, by=by) for by, when in (("anna", "03-02 09:00"), ("carl", "04-10 09:00")))
    assert waits(s) == {a.message_id: (2, None), b.message_id: (1, None)}


def test_what_names_no_recipient_and_is_a_machines_or_a_strangers_is_no_first_word() -> None:
    s = Story()
    sent = s.outbound((), "03-02 08:00", subject="News", fields=AUTOMATIC)
    theirs = s.inbound("carl", "03-02 08:00", to=(), subject="Windows")
    a = s.answer(sent, "03-02 09:00", by="anna")
    b = s.inbound("bert", "03-02 09:00", references=theirs, replies="x@relay.example", subject="Re: Windows")
    assert waits(s) == {a.message_id: (1, None), theirs.message_id: (1, None), b.message_id: (1, None)}


CIRCULAR_TO_OURSELVES = [
    # whom it went to, what the answer says → ordinal
    ("to its author alone", INFO, {}, 2),
    ("to somebody else of us", "eva", {}, 1),
    ("answers other mail that led to it", INFO, {"replies": "x@relay.example"}, 1),
]


@cases("to", "said", "ordinal", rows=CIRCULAR_TO_OURSELVES)
def test_a_circular_to_ourselves_of_which_no_other_recipient_is_left(
    to: str, said: dict[str, object], ordinal: int
) -> None:
    """Who answers what we wrote to ourselves alone got it by Bcc; what went to a colleague may have been forwarded."""
    s = Story()
    circular = s.outbound(to, "03-02 08:00", by=INFO, subject="News")
    a, b = (s.answer(circular, "03-02 09:00", by=by, **said) for by in ("anna", "carl"))
    r = s.reply(b, "03-02 10:00")
    assert waits(s) == {a.message_id: (ordinal, None), b.message_id: (ordinal, r.message_id)}


@pytest.mark.parametrize("when", ["03-03 09:00", "04-10 09:00"])
def test_a_newsletter_is_no_letter_to_anybody(when: str) -> None:
    s = Story()
    news = s.outbound("readers@lists.post.example", "03-02 08:00", fields="List-Id: <readers.lists.post.example>")
    assert waits(s) == {}
    a = s.answer(news, when, by="anna")
    assert waits(s) == {a.message_id: (1, None)}


def test_a_common_root_that_was_never_seen() -> None:
    s = Story()
    a, b = (
        s.inbound(by, "03-02 09:00", references="root@portal.example", subject="Re: Fair") for by in ("anna", "carl")
    )
    r = s.reply(a, "03-02 10:00")
    assert waits(s) == {a.message_id: (1, r.message_id), b.message_id: (1, None)}


def test_a_thread_of_the_provider() -> None:
    s = Story()
    a, b = (s.inbound(by, "03-02 09:00", thread="gmail:1", subject="Contact form") for by in ("anna", "carl"))
    r = s.outbound("carl", "03-02 10:00", thread="gmail:1", subject="Re: Contact form")
    assert waits(s) == {a.message_id: (1, None), b.message_id: (1, r.message_id)}


def test_an_old_mail_taken_as_a_template() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    other = s.reply(q, "03-03 10:00", to="carl", subject="Windows")
    b = s.answer(other, "03-04 09:00", by="carl")
    more = s.answer(r, "03-04 10:00", by="anna")
    rb = s.reply(b, "03-04 11:00")
    assert waits(s) == {q.message_id: (1, r.message_id), b.message_id: (2, rb.message_id), more.message_id: (2, None)}


# Those who belong together

TOGETHER = [
    # what the second mail says, and who wrote it → one wait
    ("in Cc of the first", {"by": "eve@hers.example"}, {"cc": "eve@hers.example"}, True),
    ("names her in Cc", {"by": PAUL, "cc": "anna", "replies": None, "references": None}, {}, False),
    ("answers hers, and names her in Cc", {"by": PAUL, "cc": "anna"}, {}, True),
    ("answers hers on his own", {"by": PAUL}, {}, True),
    ("a colleague at her company", {"by": "boss@anna.example"}, {}, True),
]  # fmt: skip


@cases("second", "first", "together", rows=TOGETHER)
def test_who_belongs_together(second: dict[str, object], first: dict[str, object], together: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", **first)
    more = s.answer(q, "03-03 09:00", **second)  # type: ignore[arg-type]
    r = s.reply(more, "03-03 10:00")
    expected = (
        {q.message_id: (1, r.message_id)} if together else {q.message_id: (1, None), more.message_id: (1, r.message_id)}
    )
    assert waits(s) == expected


COLLEAGUES = [
    ("of her company, to whom we wrote in answer to her", "boss@anna.example", "anna", True),
    ("of another company", "boss@other.example", "anna", False),
    ("at the same mail provider", "boss@gmx.de", "anna@gmx.de", False),
]


@cases("colleague", "customer", "together", rows=COLLEAGUES)
def test_whom_we_asked_is_hers_only_at_her_company(colleague: str, customer: str, together: bool) -> None:
    s = Story()
    q = s.inbound(customer, "03-02 09:00")
    asked = s.reply(q, "03-02 10:00", to=colleague)
    back = s.answer(asked, "03-02 11:00", by=colleague)
    thanks = s.reply(back, "03-02 12:00")
    assert of(s, q).reply_message_id == (thanks.message_id if together else None)
    assert (s.exchange(back) is None) == together


ORDERS = [
    ("to one address of the company", ["orders@timber.example"], 2),
    ("to two, of whom she is none", ["orders@timber.example", "sales@timber.example"], 1),
    ("to another company", ["orders@oak.example"], 1),
    ("at a mail provider", ["orders@gmx.de"], 1),
]


@cases("to", "ordinal", rows=ORDERS)
def test_the_answer_of_a_suppliers_colleague_is_no_enquiry(to: list[str], ordinal: int) -> None:
    s = Story()
    order = s.outbound(to, "03-02 08:00", subject="Order")
    back = s.answer(order, "03-02 09:00", by="otto@gmx.de" if "gmx" in to[0] else PAUL)
    assert waits(s) == {back.message_id: (ordinal, None)}


def test_whom_we_drew_in_is_a_stranger_whatever_mail_he_answers() -> None:
    """We forwarded hers; his program, or ours, names that and not the forward."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 10:00", to=PAUL)
    back = s.answer(q, "03-02 11:00", by=PAUL)
    thanks = s.reply(back, "03-02 12:00")
    assert waits(s) == {q.message_id: (1, None), back.message_id: (2, thanks.message_id)}


def test_two_waits_that_a_later_mail_joins_are_one_from_then_on() -> None:
    s = Story()
    circular = s.outbound(["anna", PAUL], "03-01 08:00")
    a = s.answer(circular, "03-02 09:00", by="anna")
    b = s.answer(circular, "03-02 10:00", by=PAUL)
    assert waits(s) == {a.message_id: (2, None), b.message_id: (2, None)}
    s.answer(circular, "03-02 11:00", by=PAUL, cc="anna")
    assert waits(s) == {a.message_id: (2, None)}
    assert of(s, a).messages == 3
    r = s.reply(b, "03-02 12:00")
    assert waits(s) == {a.message_id: (2, r.message_id)}


def test_what_was_known_of_the_younger_of_two_waits_holds_for_both() -> None:
    s = Story()
    circular = s.outbound(["anna", "carl"], "03-02 08:00")
    older = s.answer(circular, "03-02 09:00", by="carl")
    younger = s.answer(circular, "03-02 10:00", by="anna", cc="eve@hers.example")
    s.reply(younger, "03-02 10:01", fields=AUTOMATIC)
    failed = s.reply(younger, "03-02 11:00", to="anna")
    failed_for = "X-Failed-Recipients: anna@anna.example\n"
    s.inbound(DAEMON, "03-02 11:01", replies=failed, subject=FAILED, fields=failed_for + REPORT)
    s.answer(circular, "03-02 12:00", by="anna", cc="carl")
    reply = s.reply(younger, "03-02 13:00", to="eve@hers.example")
    both = of(s, older)
    assert (both.reply_message_id, both.bounced_reply) == (reply.message_id, s.identity(failed))
    assert both.acknowledged_at == at("03-02 10:01")


@pytest.mark.parametrize(("when", "wait"), [("03-02 09:00", 0), ("03-02 12:00", 3 * HOUR), ("03-02 13:00", 4 * HOUR)])
def test_of_two_replies_to_held_mail_the_first_counts_from_the_second_of_its_date_on(when: str, wait: int) -> None:
    s = Story()
    first = s.outbound("anna", when, subject="Re: Offer for oak boards")
    s.outbound("anna", "03-02 18:00", subject="Re: Offer for oak boards")
    q = s.inbound("anna", "03-02 19:00", date="03-02 09:00")
    assert (of(s, q).reply_message_id, elapsed(of(s, q))) == (first.message_id, wait)


def test_each_circle_has_a_silence_of_its_own() -> None:
    s = Story()
    circular = s.outbound(["anna", PAUL], "03-01 08:00")
    s.reply(s.answer(circular, "03-25 09:00", by=PAUL), "03-25 10:00")
    a = s.answer(circular, "04-05 09:00", by="anna")
    assert of(s, a).ordinal == 1, "that somebody else was written to says nothing of her"


# Public lists


def listed() -> Story:
    return Story(public_lists=[LIST])


def test_a_reply_to_a_public_list_ends_what_it_names_alone() -> None:
    s = listed()
    q = s.inbound("anna", "03-02 09:00", to=[LIST, "info"])
    r = s.reply(q, "03-02 10:00", to=LIST)
    more = s.answer(r, "03-02 11:00", by="anna", to=[LIST, "info"])
    other = s.answer(r, "03-02 11:30", by="carl", to=[LIST, "info"])
    rc = s.reply(other, "03-02 12:00", to=LIST)
    assert waits(s) == {
        q.message_id: (1, r.message_id), more.message_id: (2, None), other.message_id: (2, rc.message_id),
    }  # fmt: skip


@pytest.mark.parametrize(("to", "lists"), [(LIST, [LIST]), ((), [])])
def test_what_answers_by_naming_breaks_the_silence(to: object, lists: list[str]) -> None:
    """It reaches whoever wrote what it names, though it says nobody's address."""
    s = Story(public_lists=lists)
    where = [*lists, "info"]
    q = s.inbound("anna", "03-02 09:00", to=where)
    r = s.reply(q, "03-30 09:00", to=to)
    more = s.answer(r, "04-20 09:00", by="anna", to=where)
    assert waits(s) == {q.message_id: (1, r.message_id), more.message_id: (2, None)}


def test_that_both_write_to_a_list_ties_nobody_together() -> None:
    s = listed()
    root = s.outbound(LIST, "03-01 09:00", subject="Release")
    a, b = (s.answer(root, "03-02 09:00", by=by, to=[LIST, "info"]) for by in ("anna", "carl"))
    r = s.reply(a, "03-02 10:00", to="anna")
    assert waits(s) == {a.message_id: (2, r.message_id), b.message_id: (2, None)}


# In seconds

SECONDS = [
    ("at once", 0, {}, True),
    ("after twenty seconds", 20, {}, True),
    ("after twenty-nine", 29, {}, True),
    ("after half a minute", 30, {}, False),
    ("without ids", 7, {"replies": None, "references": None}, True),
    ("under another title", 7, {"subject": "We have your enquiry"}, True),
    ("dated before it", -5, {}, False),
]


@cases("seconds", "said", "acknowledges", rows=SECONDS)
def test_nobody_types_that_fast(seconds: int, said: dict[str, object], acknowledges: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    fast = s.reply(q, at("03-02 09:00") + seconds, **said)
    r = s.reply(q, "03-03 09:00")
    e = of(s, q)
    assert e.reply_message_id == (r if acknowledges else fast).message_id
    assert e.acknowledged_at == (at("03-02 09:00") + seconds if acknowledges else None)
    assert s.message(fast).verdict.kind is Kind.HUMAN
    matched = s.matched()
    assert matched.in_seconds == ({s.identity(fast): (s.identity(q), seconds)} if acknowledges else {})
    assert matched.acknowledged_by == ({e: s.identity(fast)} if acknowledges else {})


def test_it_is_told_of_the_mail_that_came_seconds_before() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00")
    reminder = s.inbound("anna", "03-02 12:00")
    fast = s.reply(reminder, at("03-02 12:00") + 9)
    assert s.matched().in_seconds == {s.identity(fast): (s.identity(reminder), 9)}


def test_the_first_mail_that_acknowledges_is_the_one() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    machine = s.reply(q, at("03-02 09:00") + 2, by="bot", fields=AUTOMATIC)
    template = s.reply(q, at("03-02 09:00") + 9)
    r = s.reply(q, "03-02 10:00")
    matched = s.matched()
    assert matched.acknowledged_by == {of(s, q): s.identity(machine)}
    assert set(matched.in_seconds) == {s.identity(template)}
    assert of(s, q).reply_message_id == r.message_id


def test_what_came_in_seconds_is_no_first_word_either() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    fast = s.reply(q, at("03-02 09:00") + 9)
    s.answer(fast, "03-02 10:00")
    assert (of(s, q).ordinal, of(s, q).messages) == (1, 2)


@pytest.mark.parametrize("mark", [OfKind(Kind.HUMAN), None])
def test_unless_a_person_says_so(mark: OfKind | None) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    fast = s.reply(q, at("03-02 09:00") + 9)
    s.mark(fast, mark or ReplyOf(s.identity(q)))
    assert of(s, q).reply_message_id == fast.message_id


def test_a_later_turn_may_be_answered_in_seconds() -> None:
    """Two people who write to each other: a short yes."""
    s = Story()
    r = s.reply(s.inbound("anna", "03-02 09:00"), "03-02 10:00")
    more = s.answer(r, "03-02 11:00")
    fast = s.reply(more, at("03-02 11:00") + 20)
    assert of(s, more).reply_message_id == fast.message_id


def test_clocks_that_are_unsure_show_no_machine() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", received=None, internal=None)
    fast = s.reply(q, at("03-02 09:00") + 9)
    assert of(s, q).reply_message_id == fast.message_id


# Order, and mail that was held on its way


def test_mail_that_was_held_waits_from_the_moment_it_was_written() -> None:
    s = Story()
    q = s.inbound("anna", "03-04 08:00", date="03-02 09:00", cc="eva")
    s.reply(q, "03-02 12:00")
    e = of(s, q)
    assert (elapsed(e), e.arrived_at, e.arrival_source, e.arrival_sure) == (3 * HOUR, at("03-02 09:00"), "date", False)
    assert not e.clock_anomaly


@pytest.mark.parametrize(("subject", "joins"), [("AW: Offer for oak boards", True), ("Offer for oak boards", False)])
def test_held_mail_is_tied_by_subject_too(subject: str, joins: bool) -> None:
    """Without a prefix the two crossed each other."""
    s = Story()
    q = s.inbound("anna", "03-04 08:00", date="03-02 09:00")
    r = s.outbound("anna", "03-02 12:00", subject=subject)
    e = of(s, q)
    assert (e.reply_message_id, e.ordinal) == (r.message_id if joins else None, 1)
    assert elapsed(e) == (3 * HOUR if joins else None)


HELD = [("before she wrote", "03-02 08:00", None), ("after it arrived", "03-04 09:00", HOUR)]


@cases("when", "wait", rows=HELD)
def test_only_between_the_two(when: str, wait: int | None) -> None:
    s = Story()
    q = s.inbound("anna", "03-04 08:00", date="03-02 09:00")
    s.outbound("anna", when, subject="AW: Offer for oak boards")
    assert elapsed(of(s, q)) == wait


def test_ours_sent_before_it_arrived_and_to_another_mail_does_not_end_it() -> None:
    s = listed()
    q0 = s.inbound("carl", "03-02 10:00", to=[LIST, "info"])
    a0 = s.reply(q0, "03-02 11:00", to=["carl", LIST])
    late = s.answer(a0, "03-12 08:00", by="carl", to=[LIST, "info"], date="03-02 12:00")
    q1 = s.answer(q0, "03-12 07:59", by="anna", to=[LIST, "info"], date="03-02 12:30")
    a1 = s.reply(late, "03-03 09:00", to=["carl", LIST])
    assert waits(s) == {
        q0.message_id: (1, a0.message_id), late.message_id: (2, a1.message_id), q1.message_id: (2, None),
    }  # fmt: skip


# What names no recipient


@pytest.mark.parametrize(("named", "closes"), [(True, True), (False, False)])
def test_a_reply_whose_copy_names_no_recipient(named: bool, closes: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00", to=()) if named else s.outbound((), "03-02 10:00", subject=f"Re: {q.subject}")
    assert of(s, q).reply_message_id == (r.message_id if closes else None)
    (direction,) = (m.direction for m in s.matched().messages if m.message_id == r.message_id)
    assert direction == ("outbound" if closes else "internal")


# The subject rung


def test_two_orders_of_one_subject_answered_each_by_its_id_are_two_waits() -> None:
    s = Story()
    first, second = (s.inbound("anna", when, subject="Order") for when in ("03-02 09:00", "03-03 09:00"))
    r2 = s.reply(second, "03-03 10:00")
    assert waits(s) == {first.message_id: (1, r2.message_id)}, "one answer serves both"
    r1 = s.reply(first, "03-04 09:00")
    assert waits(s) == {first.message_id: (1, r1.message_id), second.message_id: (1, r2.message_id)}


NO_PREFIX = [
    ("at once", "03-02 10:00", {}, True),
    ("after a month", "04-02 09:00", {}, False),
    ("a month later with a prefix", "04-02 09:00", {"subject": "Re: Offer for oak boards"}, True),
]


@cases("when", "said", "joins", rows=NO_PREFIX)
def test_without_a_prefix_it_joins_what_is_not_old(when: str, said: dict[str, object], joins: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.outbound("anna", when, **({"subject": "Offer for oak boards"} | said))
    assert (of(s, q).matched_by is Rung.SUBJECT) == joins


# Put away

PUT_AWAY = [
    ("answered by its id", {}, True),
    ("answered by its subject", {"replies": None, "references": None}, True),
    ("forwarded", {"to": PAUL}, False),
    ("acknowledged", {"fields": AUTOMATIC}, False),
]


@pytest.mark.parametrize("mailbox", ["Junk", "Trash"])
@cases("said", "counts", rows=PUT_AWAY)
def test_what_was_put_away_counts_if_somebody_answered_it(mailbox: str, said: dict[str, object], counts: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", mailbox=mailbox)
    s.reply(q, "03-02 10:00", **said)
    (disposition,) = (m.disposition for m in s.matched().messages if m.message_id == q.message_id)
    assert disposition == ("counted" if counts else "set_aside")
    found = s.exchange(q)
    assert (found is not None) == counts
    assert found is None or found.put_away


def test_that_one_was_answered_says_nothing_of_others_that_were_put_away() -> None:
    s = Story()
    q, other = (s.inbound(by, "03-02 09:00", mailbox="Trash", references="root@x.example") for by in ("anna", "carl"))
    s.reply(q, "03-02 10:00")
    said = {m.message_id: m.disposition for m in s.matched().messages}
    assert (said[q.message_id], said[other.message_id]) == (Disposition.COUNTED, Disposition.SET_ASIDE)


def test_what_was_put_away_and_marked_answered_counts() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", mailbox="Junk")
    s.mark(q, Answered(at("03-02 11:00")))
    assert (of(s, q).answered_at, of(s, q).put_away) == (at("03-02 11:00"), True)


def test_a_later_mail_of_hers_waits_from_its_own_arrival() -> None:
    """The deleted one was not answered: the reply names the later one."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00", mailbox="Trash")
    more = s.answer(q, "03-09 09:00", by="anna")
    assert waits(s) == {more.message_id: (1, None)}
    r = s.reply(more, "03-09 10:00")
    assert waits(s) == {more.message_id: (1, r.message_id)}
    assert of(s, more).messages == 1


def test_a_reply_to_the_one_that_was_put_away_answers_that_one() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", mailbox="Junk")
    s.answer(q, "03-09 09:00", by="anna")
    r = s.reply(q, "03-09 10:00")
    assert waits(s) == {q.message_id: (1, r.message_id)}
    assert (elapsed(of(s, q)), of(s, q).messages) == (7 * DAY + HOUR, 2)


# Evidence without the reply

SEEN_BY_NOBODY = [
    # what the opener says beside, what the later mail names and says → whether an unseen id of another right side tells
    ("after hers", {}, "{q} x@relay.example", {}, True),
    ("somebody else in Cc of hers", {"cc": PAUL}, "{q} x@relay.example", {}, False),
    ("somebody else in Cc of the later one", {}, "{q} x@relay.example", {"cc": PAUL}, False),
    ("before hers", {}, "x@relay.example {q}", {}, False),
    ("alone", {}, "x@relay.example", {}, False),
    ("a colleague's mail", {}, "{q} x@relay.example", {"by": "boss@anna.example"}, False),
    ("ours by its right side, whoever reads along", {"cc": PAUL}, "{q} x@example.com", {}, True),
    ("she has herself in Cc", {"cc": "anna"}, "{q} x@relay.example", {"cc": "anna"}, True),
    (
        "her other address in Cc, which hers had as Reply-To",
        {"fields": "Reply-To: anna@home.example"},
        "{q} x@relay.example",
        {"cc": "anna@home.example"},
        True,
    ),
    (
        "her other address in Cc, which the later one has as Reply-To",
        {"cc": "anna@home.example"},
        "{q} x@relay.example",
        {"fields": "Reply-To: anna@home.example"},
        True,
    ),
]


@cases("first", "named", "later", "told", rows=SEEN_BY_NOBODY)
def test_an_id_that_nobody_but_we_can_have_made(
    first: dict[str, object], named: str, later: dict[str, object], told: bool
) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", **first)
    chain = tuple(named.format(q=q.message_id).split())
    said = {"sender": "anna"} | {{"by": "sender"}.get(name, name): value for name, value in later.items()}
    s.inbound(when="03-04 09:00", references=chain, replies=chain[-1], subject=f"Re: {q.subject}", **said)
    assert (of(s, q).answered_before is not None) == told


ALONE = [
    ("ours", "x@example.com", None, True),
    ("another's", "x@relay.example", None, False),
    ("ours, in References", "x@example.com", "x@example.com", False),
]


@cases("reply", "references", "told", rows=ALONE)
def test_an_unseen_id_that_stands_alone(reply: str, references: str | None, told: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.inbound("anna", "03-04 09:00", replies=reply, references=references, subject=f"Re: {q.subject}")
    assert (of(s, q).answered_before is not None) == told


def test_an_acknowledgement_that_stands_alone_was_seen() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    acknowledged = s.reply(q, "03-02 09:01", fields=AUTOMATIC)
    s.inbound("anna", "03-04 09:00", replies=acknowledged, subject=f"Re: {q.subject}")
    assert of(s, q).answered_before is None


def test_who_goes_on_after_an_answer_that_nobody_saw() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    later = s.inbound("anna", "03-04 09:00", references=(q, "x@example.com"))
    other = s.inbound("carl", "03-05 09:00", references=("c0@carl.example", "y@example.com"), subject="Re: Windows")
    s.inbound("eve@eve.example", "03-05 10:00", replies="order-17@example.com", subject="Re: Your order")
    s.inbound("dora", "03-06 09:00", subject="Doors")
    assert s.matched().unseen == {s.identity(later), s.identity(other)}


ORPHANS = [
    ("to mail that is nowhere", {"replies": "lost@carl.example"}, True),
    ("to our own mail that is nowhere", {"replies": "lost@example.com"}, False),
    ("to nothing", {}, False),
    ("a machine's", {"replies": "lost@carl.example", "fields": AUTOMATIC}, False),
    ("to mail that its subject knows", {"replies": "lost@carl.example", "subject": "Re: Doors"}, False),
]


@cases("said", "orphaned", rows=ORPHANS)
def test_answers_to_mail_that_was_never_seen(said: dict[str, object], orphaned: bool) -> None:
    s = Story()
    s.inbound("carl", "03-02 09:00", subject="Doors")
    r = s.outbound("carl", "03-02 10:00", **({"subject": "Re: Windows"} | said))
    assert s.matched().orphaned == ({s.identity(r)} if orphaned else set())


def test_every_level_of_matching_keeps_strangers_apart() -> None:
    s = Story()
    circular = s.outbound(["anna", "carl"], "03-02 08:00")
    a, b = (s.answer(circular, "03-02 09:00", by=by) for by in ("anna", "carl"))
    r = s.reply(b, "03-02 10:00")
    for level in RUNG_BITS:
        assert waits(s, level) == {a.message_id: (2, None), b.message_id: (2, r.message_id)}


# Replies that bounced

DAEMON = "mailer-daemon@mx.example.net"
FAILED, DELAYED, UNCLEAR = (
    "Undelivered Mail Returned to Sender",
    "Warning: message delayed",
    "Delivery Status Notification",
)
REPORT = "Return-Path: <>\nContent-Type: multipart/report; report-type=delivery-status"

NOTICES = [
    # subjects and failed recipients of the notices, whom the reply went to → whether it stands
    ("failed", [(FAILED, "anna@anna.example")], ["anna"], False),
    ("failed, of nobody in particular", [(FAILED, None)], ["anna"], False),
    ("failed, the recipient spelled otherwise", [(FAILED, "Anna+x@Anna.example")], ["anna"], False),
    ("delayed", [(DELAYED, "anna@anna.example")], ["anna"], True),
    ("delayed, and then failed", [(DELAYED, None), (FAILED, None)], ["anna"], False),
    ("of which it can't be told", [(UNCLEAR, None)], ["anna"], True),
    ("failed for her, reached her husband", [(FAILED, "anna@anna.example")], ["anna", "carl"], True),
    ("failed for both", [(FAILED, "anna@anna.example"), (FAILED, "carl@carl.example")], ["anna", "carl"], False),
    ("failed for one who has no part in it", [(FAILED, PAUL)], ["anna", PAUL], True),
    ("failed for her, reached somebody else", [(FAILED, "anna@anna.example")], ["anna", PAUL], False),
    ("failed for one of two, it can't be told which", [(FAILED, None)], ["anna", "carl"], True),
    ("about somebody to whom it never went", [(FAILED, "x@elsewhere.example")], ["anna"], True),
]


@pytest.mark.parametrize("daemon", [DAEMON, "mailer-daemon@example.com"])
@cases("notices", "to", "stands", rows=NOTICES)
def test_a_reply_that_bounced_is_none(
    daemon: str, notices: list[tuple[str, str | None]], to: list[str], stands: bool
) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", cc="carl")
    r = s.reply(q, "03-02 10:00", to=to)
    for n, (subject, failed) in enumerate(notices):
        said = f"X-Failed-Recipients: {failed}\n" if failed else ""
        s.inbound(daemon, at("03-02 10:01") + n, replies=r, subject=subject, fields=said + REPORT)
    e = of(s, q)
    assert e.reply_message_id == (r.message_id if stands else None)
    assert (e.bounced_reply, e.bounced_reply_message_id) == ((None, None) if stands else (s.identity(r), r.message_id))


@pytest.mark.parametrize("answers", [True, False])
def test_a_notice_means_the_mail_that_it_answers_not_all_that_led_to_it(answers: bool) -> None:
    """Exchange copies the References of what failed."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    more = s.reply(r, "03-02 11:00", to="anna")
    chain = [q, r, more]
    s.inbound(DAEMON, "03-02 11:01", replies=more if answers else None, references=chain, subject=FAILED, fields=REPORT)
    assert (of(s, q).reply_message_id, of(s, q).bounced_reply) == (r.message_id, None)


def test_a_notice_that_names_what_failed_before_what_that_answered() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    more = s.reply(r, "03-02 11:00", to="anna")
    s.inbound(DAEMON, "03-02 11:01", references=[r, more, q], subject=FAILED, fields=REPORT)
    assert of(s, q).reply_message_id == r.message_id
    s.inbound(DAEMON, "03-02 11:02", references=[r, q], subject=FAILED, fields=REPORT)
    assert (of(s, q).reply_message_id, of(s, q).bounced_reply) == (None, s.identity(more))


@pytest.mark.parametrize(("said", "stands"), [("anna@anna.example", False), (None, True), (PAUL, True)])
def test_a_reply_that_bounced_and_whose_copy_names_no_recipient(said: str | None, stands: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00", to=())
    failed = f"X-Failed-Recipients: {said}\n" if said else ""
    s.inbound(DAEMON, "03-02 10:01", replies=r, subject=FAILED, fields=failed + REPORT)
    assert (of(s, q).reply_message_id is not None) == stands


def test_what_somebody_says_is_no_notice_is_none() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    notice = s.inbound(DAEMON, "03-02 10:01", replies=r, subject=FAILED, fields=REPORT)
    assert of(s, q).reply_message_id is None
    s.mark(notice, OfKind(Kind.NOTIFICATION))
    assert of(s, q).reply_message_id == r.message_id


def test_a_bounced_reply_to_one_of_two_late_mails_leaves_both_waiting() -> None:
    """It was sent before either arrived, and names the second."""
    s = Story()
    first = s.inbound("anna", "03-04 08:00", date="03-02 09:00")
    second = s.answer(first, "03-04 08:30", by="anna", date="03-02 10:00")
    r = s.outbound("anna", "03-02 11:00", replies=second, subject="Re: Oak")
    s.inbound(DAEMON, "03-04 09:00", replies=r, subject=FAILED, fields=REPORT)
    e = of(s, first)
    assert (e.messages, e.reply, e.bounced_reply) == (2, None, s.identity(r))


def test_a_bounced_reply_answers_no_held_mail_either() -> None:
    s = Story()
    q = s.inbound("anna", "03-04 08:00", date="03-02 09:00")
    r = s.outbound("anna", "03-02 12:00", subject=f"AW: {q.subject}")
    s.inbound(DAEMON, "03-02 12:01", replies=r, subject=FAILED, fields=REPORT)
    e = of(s, q)
    assert (e.reply, e.bounced_reply) == (None, s.identity(r))


def test_what_was_sent_again_after_it_bounced_is_the_answer() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    s.inbound(DAEMON, "03-02 10:01", replies=r, subject=FAILED, fields=REPORT)
    again = s.reply(q, "03-03 09:00")
    assert (of(s, q).reply_message_id, of(s, q).bounced_reply) == (again.message_id, s.identity(r))


# Signs that mean nothing in a conversation

CRM = "List-Unsubscribe: <mailto:x@crm.example>"
WEAK = [
    ("an address to unsubscribe", CRM, True),
    ("bulk", "Precedence: bulk", True),
    ("a spam flag", "X-Spam-Flag: YES", True),
    ("an automatic reply", AUTOMATIC, False),
    ("an automatic reply that some filter called spam", f"{AUTOMATIC}\nX-Spam-Flag: YES", False),
]


@cases("fields", "human", rows=WEAK)
def test_a_weak_sign_means_nothing_on_mail_that_names_ours(fields: str, human: bool) -> None:
    s = Story()
    ours = s.outbound("anna", "03-02 08:00", subject="Your order")
    q = s.answer(ours, "03-02 09:00", fields=fields)
    alone = s.inbound("carl", "03-02 09:00", fields=fields, subject="Windows")
    assert (s.exchange(q) is not None) == human
    assert s.exchange(alone) is None
    found = {m.message_id: m.verdict for m in s.matched().messages}
    assert (found[q.message_id].kind is Kind.HUMAN) == human
    assert (found[q.message_id].rule == "conversation.names-ours") == human
    assert not human or found[q.message_id].because[1:] == found[alone.message_id].because[1:]


def test_a_weak_sign_means_nothing_on_ours_that_names_theirs() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00", fields="Precedence: bulk")
    assert of(s, q).reply_message_id == r.message_id
    because = next(m for m in s.matched().messages if m.message_id == r.message_id).verdict.because
    assert because == Because("conversation.names-theirs", "Precedence", "bulk")


def test_it_stays_one_on_mail_that_names_a_machines() -> None:
    s = Story()
    ours = s.outbound("anna", "03-02 08:00", subject="Your order", fields="Auto-Submitted: auto-generated")
    q = s.answer(ours, "03-02 09:00", fields=CRM)
    assert s.exchange(q) is None


ANSWERED = [
    ("a spam flag", "X-Spam-Flag: YES", {}, True),
    ("an address to unsubscribe", CRM, {}, False),
    ("a spam flag, and forwarded alone", "X-Spam-Flag: YES", {"to": PAUL}, False),
    ("a spam flag, and acknowledged", "X-Spam-Flag: YES", {"fields": AUTOMATIC}, False),
    ("a spam flag, and a template at once", "X-Spam-Flag: YES", {"when": at("03-02 09:00") + 7}, False),
]


@cases("fields", "said", "human", rows=ANSWERED)
def test_a_spam_flag_means_nothing_on_mail_that_we_answered(fields: str, said: dict[str, object], human: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", fields=fields)
    said = {"when": "03-02 10:00"} | said
    r = s.reply(q, said.pop("when"), **said)  # type: ignore[arg-type]
    assert waits(s) == ({q.message_id: (1, r.message_id)} if human else {})
    (because,) = (m.verdict.because for m in s.matched().messages if m.message_id == q.message_id)
    assert (because == Because("conversation.answered", "X-Spam-Flag", "YES")) == human


def test_a_firm_sign_below_a_weak_one_decides_and_is_the_reason() -> None:
    s = Story()
    ours = s.outbound("anna", "03-02 08:00", subject="Your order")
    q = s.answer(ours, "03-02 09:00", subject="Undeliverable: Your order", fields="X-Spam-Flag: YES")
    (verdict,) = (m.verdict for m in s.matched().messages if m.message_id == q.message_id)
    assert not verdict.rule.startswith("conversation.")
    assert verdict.kind is not Kind.HUMAN


def test_a_spam_flag_means_nothing_where_a_person_says_that_it_was_answered() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", fields="X-Spam-Flag: YES")
    s.mark(q, Answered(at("03-02 11:00")))
    assert of(s, q).answered_at == at("03-02 11:00")
    (message,) = s.matched().messages
    assert message.verdict.because == Because("mark.answered", "X-Spam-Flag", "YES")


def test_a_template_makes_no_conversation_of_a_weak_sign() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    template = s.reply(q, at("03-02 09:00") + 7)
    bulk = s.answer(template, "03-02 09:05", fields="Precedence: bulk")
    assert s.exchange(bulk) is None
    assert set(s.matched().in_seconds) == {s.identity(template)}


# What would go unnoticed


@pytest.mark.parametrize(("fields", "ordinal"), [("", 2), (AUTOMATIC, 1)])
def test_a_machines_mail_to_a_colleague_is_no_letter_to_the_company(fields: str, ordinal: int) -> None:
    s = Story()
    order = s.outbound("orders@timber.example", "03-02 08:00", subject="Order", fields=fields)
    back = s.answer(order, "03-02 09:00", by=PAUL)
    assert waits(s) == {back.message_id: (ordinal, None)}


def joined_waits(s: Story) -> tuple[Mail, Mail]:
    """Two who wait each for himself, and are of one circle from the third mail on; the first is the older."""
    circular = s.outbound(["anna", PAUL], "03-01 08:00", subject="News")
    a = s.answer(circular, "03-02 09:00", by="anna")
    b = s.answer(circular, "03-02 10:00", by=PAUL, subject="Re: Beech")
    s.answer(circular, "03-04 11:00", by=PAUL, cc="anna")
    return a, b


def test_a_mark_on_the_younger_of_two_joined_waits_ends_both() -> None:
    s = Story()
    a, b = joined_waits(s)
    s.mark(b, Answered(at("03-05 09:00")))
    assert (of(s, a).answered_at, s.exchange(b)) == (at("03-05 09:00"), None)


def test_the_subject_of_the_younger_of_two_joined_waits_is_known() -> None:
    s = Story()
    a, _ = joined_waits(s)
    r = s.outbound(PAUL, "03-05 09:00", subject="Re: Beech")
    assert waits(s) == {a.message_id: (2, r.message_id)}


def test_the_silence_of_joined_circles_is_that_of_the_latest_word() -> None:
    s = Story()
    circular = s.outbound(["anna", PAUL], "03-01 08:00")
    s.reply(s.answer(circular, "03-20 09:00", by=PAUL), "03-20 10:00")
    first = s.answer(circular, "04-05 09:00", by="anna", cc=PAUL)
    assert of(s, first).ordinal > 1, "sixteen days since anything was said in it"


def test_of_two_conversations_with_her_a_reply_prefix_means_the_later() -> None:
    s = Story()
    for when in ("02-02 09:00", "03-02 09:00"):
        s.reply(s.inbound("anna", when, subject="Oak"), at(when) + HOUR)
    more = s.inbound("anna", "03-03 09:00", subject="Re: Oak")
    (together,) = (group for group in s.groups() if more.message_id in group)
    assert s.mails[2].message_id in together


@pytest.mark.parametrize(("named", "direction"), [("lost@carl.example", "outbound"), ("lost@example.com", "internal")])
def test_mail_without_recipients_goes_out_if_it_names_mail_from_there(named: str, direction: str) -> None:
    s = Story()
    r = s.outbound((), "03-02 10:00", replies=named, subject="Re: Windows")
    (message,) = (m for m in s.matched().messages if m.message_id == r.message_id)
    assert message.direction == direction


@pytest.mark.parametrize("mailbox", ["Sent", "INBOX"])
def test_mail_among_ourselves_joins_nothing_by_subject(mailbox: str) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Oak")
    note = s.outbound("eva", "03-02 10:00", subject="Re: Oak", mailbox=mailbox)
    assert {q.message_id} in s.groups()
    assert {note.message_id} in s.groups()


def many(s: Story, first: Mail, count: int, **said: Callable[[int], object]) -> list[Message]:
    """`count` messages like the one of `first`, a second apart, each with ids of its own and what is `said` of it."""
    one = s.message(first)
    return [
        one._replace(
            identity=f"{first.message_id}{n:06}",
            ids=frozenset([f"{first.message_id}{n}"]),
            clock=one.clock + n,
            **{field: of_number(n) for field, of_number in said.items()},
        )
        for n in range(count)
    ]


HOSTILE = [
    # what each of very many mails of one person names; what ours, after them, name
    ("each answers the one before", lambda n: (f"a@anna.example{n - 1}",) if n else (), None),
    ("each names a hundred before it", lambda n: tuple(f"a@anna.example{k}" for k in range(max(0, n - 100), n)), None),
    ("nothing: by subject alone", lambda _: (), None),
    ("one of ours that was never seen", lambda _: ("lost@example.com",), None),
    ("nothing, and ours name nothing", lambda _: (), lambda _: ()),
    (
        "each one of ours that names a hundred",
        lambda n: (f"b@example.com{n}",),
        lambda n: tuple(f"a@anna.example{k}" for k in range(max(0, n - 100), n)),
    ),
]


@cases("theirs", "ours", rows=HOSTILE)
def test_very_many_mails_of_one_person_take_no_quadratic_time(
    theirs: Callable[[int], tuple[str, ...]], ours: Callable[[int], tuple[str, ...]] | None
) -> None:
    """Anything quadratic in them would never end here."""
    s = Story()
    a = s.inbound("anna", "03-02 09:00", subject="Daily report", message_id="a@anna.example")
    b = s.outbound("anna", "03-02 08:00", subject="Re: Daily report", message_id="b@example.com")
    messages = many(s, a, 10_000, references=theirs)
    if ours:
        messages += many(s, b, 10_000, references=ours)
    matched = match(messages, s.settings())
    assert len(matched.messages) == len(messages)
