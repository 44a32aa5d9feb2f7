"""Closing, order, turns, the ladder and evidence (what is counted, points 3 to 7), each with its counter-case."""

from __future__ import annotations

import pytest

from replywatch.domain.matching.match import MatchSettings, match
from replywatch.domain.matching.open_exchange import Evidence
from replywatch.domain.messages import RUNG_BITS, Exchange, Flagged, ReplyOf, Rung
from story import DAY, HOUR, MINUTE, Mail, Story, at, cases, elapsed

AUTOMATIC = "Auto-Submitted: auto-replied"


def only(story: Story) -> Exchange:
    (exchange,) = story.exchanges()
    return exchange


def turns(story: Story, level: Rung = Rung.SUBJECT) -> list[tuple[str | None, int, str | None]]:
    """(opener, ordinal, reply) of every exchange."""
    return [(e.message_id, e.ordinal, e.reply_message_id) for e in story.exchanges(level)]


# The plain case


def test_an_answered_enquiry() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:30")
    e = only(s)
    assert (e.message_id, e.reply_message_id) == (q.message_id, r.message_id)
    assert (e.ordinal, e.messages, e.matched_by) == (1, 1, Rung.IN_REPLY_TO)
    assert (e.arrived_at, e.answered_at, elapsed(e)) == (at("03-02 09:00"), at("03-02 10:30"), 90 * MINUTE)
    assert (e.address, e.contact, e.contact_name) == ("info@example.com", "anna@anna.example", "Anna")
    assert (e.answered_after, e.answered_before, e.ended_at) == (None, None, None)
    assert not e.clock_anomaly


def test_an_enquiry_nobody_answered() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00")
    e = only(s)
    assert (e.answered_at, e.reply, e.matched_by, elapsed(e)) == (None, None, None, None)


# Closing (point 3)

CLOSING = [
    ("to the sender", {}, True),
    ("by any of the team", {"by": "eva"}, True),
    ("to the sender's other address in Reply-To", {"to": "anna@home.example"}, True),
    ("to the sender with a tag", {"to": "anna+oak@anna.example"}, True),
    ("to an outsider in Cc of the enquiry", {"to": "carl"}, True),
    ("to an outsider in To of the enquiry", {"to": "paul"}, True),
    ("Reply-All with colleagues", {"to": ["eva", "anna"], "cc": ["sales"]}, True),
    ("sender only in Cc", {"to": "eva", "cc": "anna"}, True),
    ("forward to a colleague", {"to": "eva"}, False),
    ("forward to a supplier", {"to": "timber@supplier.example"}, False),
    ("an automatic acknowledgement", {"fields": AUTOMATIC}, False),
    ("from an address of machines", {"by": "bot"}, False),
]


@cases("said", "closes", rows=CLOSING)
def test_what_closes_an_exchange(said: dict[str, object], closes: bool) -> None:
    s = Story(automatic_senders=["bot@example.com"])
    q = s.inbound("anna", "03-02 09:00", to=["info", "paul"], cc=["eva", "carl"], fields="Reply-To: anna@home.example")
    r = s.reply(q, "03-02 10:30", **said)
    assert only(s).reply_message_id == (r.message_id if closes else None)


def test_a_reply_to_a_public_list_reaches_the_contact() -> None:
    s = Story(public_lists=["users@lists.example"])
    q = s.inbound("anna", "03-02 09:00", to=["users@lists.example", "info"])
    r = s.reply(q, "03-02 10:30", to="users@lists.example")
    assert only(s).reply_message_id == r.message_id


def test_a_reply_to_any_other_list_does_not() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 10:30", to="users@lists.example")
    assert only(s).reply is None


def test_a_reply_in_another_conversation_does_not_close() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", subject="Oak")
    other = s.inbound("anna", "03-02 09:05", subject="Beech")
    s.reply(other, "03-02 10:00")
    assert [e.answered_at for e in s.exchanges()] == [None, at("03-02 10:00")]


def test_outsiders_of_an_earlier_exchange_do_not_count_for_a_later_one() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", cc="carl")
    r = s.reply(q, "03-02 10:00")
    later = s.inbound("dora", "03-02 11:00", replies=r, references=(q, r))
    s.reply(later, "03-02 12:00", to="carl")
    assert [e.answered_at for e in s.exchanges()] == [at("03-02 10:00"), None]


PAUL = "paul@timber.example"

DRAWN_IN = [
    # what anna's mail said, whom we wrote to, what came back, to whom we wrote then → does the last close anna's wait
    ("a supplier whom we asked", {}, PAUL, {"by": PAUL}, PAUL, False),
    ("the supplier's other address", {}, PAUL, {"by": PAUL, "fields": "Reply-To: p@h.example"}, "p@h.example", False),
    ("his colleague, whom he put in", {}, PAUL, {"by": PAUL, "cc": "o@timber.example"}, "o@timber.example", False),
    ("the supplier, and anna", {}, PAUL, {"by": PAUL}, [PAUL, "anna"], True),
    ("anna alone, after the supplier", {}, PAUL, {"by": PAUL}, "anna", True),
    ("somebody whom anna had put in", {"cc": PAUL}, PAUL, {"by": PAUL}, PAUL, True),
    ("somebody whom anna puts in later", {}, PAUL, {"by": "anna", "cc": PAUL}, PAUL, True),
    ("a colleague of anna's", {}, "boss@anna.example", {"by": "boss@anna.example"}, "boss@anna.example", True),
]  # fmt: skip


@cases("said", "asked", "back", "then", "closes", rows=DRAWN_IN)
def test_whom_we_drew_in_is_not_the_one_who_waits(
    said: dict[str, object], asked: str, back: dict[str, object], then: str | list[str], closes: bool
) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", **said)
    forward = s.reply(q, "03-02 10:00", to=asked)
    if not said:
        assert only(s).reply is None, "the forward itself is no reply"
    answer = s.answer(forward, "03-02 11:00", **back)  # type: ignore[arg-type]
    last = s.reply(answer, "03-02 12:00", to=then)
    closed_by = forward if said else last
    assert s.exchanges()[0].reply_message_id == (closed_by.message_id if closes else None)


def test_somebody_who_answers_her_mail_on_his_own_belongs_to_her() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    more = s.answer(q, "03-02 11:00", by=PAUL)
    r = s.reply(more, "03-02 12:00")
    assert turns(s) == [(q.message_id, 1, r.message_id)]


def test_with_nobody_else_waiting_the_supplier_is_the_one_who_waits() -> None:
    """He is the one who wrote last; an answer to him is an answer."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00", cc=PAUL)
    turn = s.answer(r, "03-02 11:00", by=PAUL)
    last = s.reply(turn, "03-02 12:00")
    assert turns(s) == [(q.message_id, 1, r.message_id), (turn.message_id, 2, last.message_id)]


def test_those_whom_we_wrote_to_before_anybody_wrote_to_us_wait_each_for_himself() -> None:
    s = Story()
    offer = s.outbound(["anna", PAUL], "03-02 09:00")
    first = s.answer(offer, "03-02 10:00", by="anna")
    more = s.answer(offer, "03-02 11:00", by=PAUL)
    r = s.reply(more, "03-02 12:00")
    assert turns(s) == [(first.message_id, 2, None), (more.message_id, 2, r.message_id)]


def test_whom_a_machine_of_ours_wrote_to_waits_for_himself() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    notice = s.reply(q, "03-02 09:01", to=PAUL, fields=AUTOMATIC)
    answer = s.answer(notice, "03-02 11:00", by=PAUL)
    r = s.reply(answer, "03-02 12:00")
    assert turns(s) == [(q.message_id, 1, None), (answer.message_id, 1, r.message_id)]


def test_a_mark_says_it_outright_all_the_same() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    answer = s.answer(s.reply(q, "03-02 10:00", to=PAUL), "03-02 11:00", by=PAUL)
    r = s.reply(answer, "03-02 12:00")
    s.mark(r, ReplyOf(s.identity(q)))
    assert turns(s) == [(q.message_id, 1, r.message_id), (answer.message_id, 2, None)]


def test_a_reminder_adds_the_people_a_reply_may_go_to() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.answer(q, "03-03 09:00", by="anna", cc="boss@anna.example")
    r = s.reply(q, "03-03 10:00", to="boss@anna.example")
    e = only(s)
    assert (e.messages, e.reply_message_id, e.arrived_at) == (2, r.message_id, at("03-02 09:00"))


UNCOUNTED = [
    ("to a colleague, with carl in Cc", {"cc": "carl"}, True),
    ("to a colleague alone", {}, False),
    ("a machine's, with carl in Cc", {"cc": "carl", "fields": AUTOMATIC}, False),
]


@cases("said", "reached", rows=UNCOUNTED)
def test_further_mail_that_is_not_counted_adds_the_people_a_reply_may_go_to(
    said: dict[str, object], reached: bool
) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.answer(q, "03-02 10:00", by="anna", to="eva", **said)
    s.reply(q, "03-02 12:00", to="carl")
    e = only(s)
    assert (e.messages, e.answered_at) == (1, at("03-02 12:00") if reached else None)


def test_the_first_human_reply_counts() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 12:00", by="eva")
    s.reply(q, "03-02 10:00")
    assert only(s).answered_at == at("03-02 10:00")


def test_an_acknowledgement_is_counted_apart() -> None:
    s = Story(automatic_senders=["bot@example.com"])
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 09:01", by="bot")
    s.reply(q, "03-02 09:02", fields=AUTOMATIC)
    s.reply(q, "03-02 10:00")
    s.reply(q, "03-02 10:01", fields=AUTOMATIC)
    e = only(s)
    assert (e.acknowledged_at, e.answered_at, e.ordinal) == (at("03-02 09:01"), at("03-02 10:00"), 1)


def test_an_acknowledgement_to_somebody_else_is_none() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 09:01", to="supplier@timber.example", fields=AUTOMATIC)
    assert only(s).acknowledged_at is None


@pytest.mark.parametrize("fields", [AUTOMATIC, "Content-Type: text/calendar; method=REPLY"])
def test_automatic_inbound_mail_changes_neither_ordinal_nor_clock(fields: str) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.answer(q, "03-02 09:10", by="anna", fields=fields)
    r = s.reply(q, "03-02 10:00")
    s.answer(r, "03-02 10:01", fields=fields)
    s.answer(r, "03-02 11:00")
    assert [(e.arrived_at, e.ordinal, e.messages) for e in s.exchanges()] == [
        (at("03-02 09:00"), 1, 1),
        (at("03-02 11:00"), 2, 1),
    ]


# Order (point 4)


def test_a_reply_dated_before_its_message_counts_as_no_wait() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 08:58")
    e = only(s)
    assert (e.answered_at, elapsed(e), e.clock_anomaly) == (at("03-02 08:58"), 0, True)


def test_an_earlier_message_of_ours_in_the_conversation_is_no_reply() -> None:
    s = Story()
    ours = s.outbound("anna", "03-01 09:00")
    q = s.answer(ours, "03-02 09:00")
    assert turns(s) == [(q.message_id, 2, None)]


def test_a_reply_seen_before_the_reminder_that_names_it_stays_before_it() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 12:00")
    thanks = s.answer(r, "03-02 11:00")  # its clock runs an hour behind
    assert turns(s) == [(q.message_id, 1, r.message_id), (thanks.message_id, 2, None)]


# Exchanges (point 5)


def test_later_turns_have_higher_ordinals() -> None:
    s = Story()
    q1 = s.inbound("anna", "03-02 09:00")
    r1 = s.reply(q1, "03-02 10:00")
    q2 = s.answer(r1, "03-02 11:00")
    r2 = s.reply(q2, "03-02 12:00")
    q3 = s.answer(r2, "03-03 09:00")
    assert turns(s) == [
        (q1.message_id, 1, r1.message_id),
        (q2.message_id, 2, r2.message_id),
        (q3.message_id, 3, None),
    ]


def test_at_most_one_is_open_whichever_outsider_wrote() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", cc="carl")
    s.answer(q, "03-02 09:30", by="carl")
    r = s.reply(q, "03-02 10:00", to="carl")
    assert turns(s) == [(q.message_id, 1, r.message_id)]
    assert only(s).messages == 2


def test_our_own_message_opened_the_conversation() -> None:
    s = Story()
    q = s.answer(s.outbound("anna", "03-02 08:00"), "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    assert turns(s) == [(q.message_id, 2, r.message_id)]


def test_an_automatic_message_of_ours_did_not_open_it() -> None:
    s = Story()
    q = s.answer(s.outbound("anna", "03-02 08:00", fields="Auto-Submitted: auto-generated"), "03-02 09:00")
    assert turns(s) == [(q.message_id, 1, None)]


def test_an_internal_message_did_not_open_it() -> None:
    s = Story()
    note = s.outbound("eva", "03-02 08:00")
    q = s.inbound("anna", "03-02 09:00", replies=note)
    assert turns(s) == [(q.message_id, 1, None)]


@pytest.mark.parametrize(
    ("named", "ordinal"), [("lost.1@example.com", 2), ("lost.1@other.example", 1), ("no-right-side", 1)]
)
def test_an_opener_that_names_an_unseen_id_of_ours_is_a_later_turn(named: str, ordinal: int) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", replies=named, subject="Re: Oak")
    assert turns(s) == [(q.message_id, ordinal, None)]


@pytest.mark.parametrize(("seen_inbound", "ordinal"), [(False, 2), (True, 1)])
def test_a_right_side_seen_on_our_mail_alone_is_ours(seen_inbound: bool, ordinal: int) -> None:
    s = Story()
    s.outbound("carl", "03-01 09:00", message_id="77@mailer.example", subject="News")
    if seen_inbound:
        s.inbound("dora", "03-01 10:00", message_id="78@MAILER.example", subject="Hello")
    q = s.inbound("anna", "03-02 09:00", replies="79@Mailer.Example", subject="Re: Oak")
    assert next(e.ordinal for e in s.exchanges() if e.message_id == q.message_id) == ordinal


SILENCE = [
    ("a day short of it", "03-31 08:59", 2),
    ("just long enough", "04-01 10:00", 1),
    ("a second short", at("04-01 10:00") - 1, 2),
]


@cases("when", "ordinal", rows=SILENCE)
def test_after_a_long_silence_it_is_a_new_enquiry(when: str | int, ordinal: int) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    again = s.answer(r, when)
    assert turns(s) == [(q.message_id, 1, r.message_id), (again.message_id, ordinal, None)]


def test_silence_ends_an_open_later_turn() -> None:
    s = Story()
    r = s.reply(s.inbound("anna", "03-02 09:00"), "03-02 10:00")
    thanks = s.answer(r, "03-02 11:00")
    again = s.answer(r, "05-02 09:00")
    reply = s.reply(again, "05-02 10:00")
    assert turns(s)[1:] == [(thanks.message_id, 2, None), (again.message_id, 1, reply.message_id)]
    assert [e.ended_at for e in s.exchanges()] == [None, at("05-02 09:00"), None]


def test_a_reminder_of_an_enquiry_never_ends_its_wait() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.answer(q, "05-02 09:00", by="anna")
    r = s.reply(q, "05-02 10:00")
    e = only(s)
    assert (e.reply_message_id, e.messages, elapsed(e)) == (r.message_id, 2, 61 * DAY + HOUR)


@pytest.mark.parametrize(
    ("between", "ordinal"),
    [("human outbound", 2), ("human inbound", 2), ("automatic", 1), ("internal", 1), ("to somebody else", 1)],
)
def test_human_mail_either_way_breaks_the_silence(between: str, ordinal: int) -> None:
    s = Story()
    r = s.reply(s.inbound("anna", "03-02 09:00"), "03-02 10:00")
    said: dict[str, dict[str, object]] = {
        "human outbound": {"to": "anna"},
        "to somebody else": {"to": "timber@supplier.example"},
        "human inbound": {},
        "automatic": {"fields": AUTOMATIC},
        "internal": {"to": "eva"},
    }
    if between == "human inbound":
        s.answer(r, "03-25 09:00", mailbox="Trash")
    else:
        s.reply(r, "03-25 09:00", **said[between])
    again = s.answer(r, "04-10 09:00")
    assert turns(s)[-1] == (again.message_id, ordinal, None)


def test_the_silence_begins_with_the_latest_clock_not_with_the_last_mail_of_the_walk() -> None:
    """The thank-you comes after the reply that it names, whatever its clock says."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    thanks = s.answer(r, "01-20 09:00")
    s.answer(thanks, "03-20 09:00", by="anna")
    assert turns(s) == [(thanks.message_id, 2, None), (q.message_id, 1, r.message_id)]


def test_two_separate_mails_are_two_enquiries() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", subject="Oak")
    s.inbound("anna", "03-02 09:30", subject="Beech")
    assert [e.ordinal for e in s.exchanges()] == [1, 1]


# The ladder (point 6)


def ladder(rung: Rung) -> tuple[Story, Mail, Mail]:
    """An enquiry and a reply that hangs on nothing but `rung`."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00", thread="gmail:1")
    said = {
        Rung.IN_REPLY_TO: {"replies": q, "subject": "Other words"},
        Rung.REFERENCES: {"references": q, "subject": "Other words"},
        Rung.PROVIDER: {"thread": "gmail:1", "subject": "Other words"},
        Rung.SUBJECT: {"subject": "AW: Offer for oak boards"},
    }[rung]
    return s, q, s.outbound("anna", "03-02 10:00", **said)


@pytest.mark.parametrize("rung", list(RUNG_BITS))
def test_every_rung_ties_and_is_recorded(rung: Rung) -> None:
    s, q, r = ladder(rung)
    e = s.exchange(q)
    assert e
    assert (e.reply_message_id, e.matched_by) == (r.message_id, rung)
    assert s.matched().rungs[s.message(r).identity] is rung


@pytest.mark.parametrize("rung", list(RUNG_BITS))
def test_a_reply_holds_from_its_rung_down_and_not_above(rung: Rung) -> None:
    s, q, _ = ladder(rung)
    answered = {level: bool(e and e.reply) for level in RUNG_BITS for e in [s.exchange(q, level)]}
    assert answered == {level: RUNG_BITS[level] >= RUNG_BITS[rung] for level in RUNG_BITS}


def test_nothing_ties_a_lonely_message() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", replies="ghost@other.example")
    assert s.matched().rungs == {s.message(q).identity: None}


def test_the_levels_of_an_id_are_disjoint_and_complete() -> None:
    s, _, _ = ladder(Rung.REFERENCES)
    assert sorted(levels for _, levels in s.matched().exchanges) == [RUNG_BITS[Rung.IN_REPLY_TO], 2 + 4 + 8]


def test_what_a_reply_is_matched_by_is_what_ties_it_to_the_enquiry() -> None:
    """The reply has an In-Reply-To, but only References lead from there to the enquiry."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.outbound("anna", "03-05 10:00", references=(q, "lost@example.com"), subject="x", fields=AUTOMATIC)
    r = s.outbound("anna", "03-02 10:00", replies="lost@example.com", subject="y")
    e = only(s)
    assert (e.reply_message_id, e.matched_by) == (r.message_id, Rung.REFERENCES)
    strict = s.exchange(q, Rung.IN_REPLY_TO)
    assert strict
    assert strict.reply is None


def test_a_later_message_of_a_component_that_joined_by_subject_is_matched_by_subject() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Oak")
    s.outbound("anna", "03-02 10:00", replies="lost@example.com", subject="Oak", fields=AUTOMATIC)
    r = s.outbound("anna", "03-02 11:00", replies="lost@example.com", subject="Oak")
    e = s.exchange(q)
    assert e
    assert (e.reply_message_id, e.matched_by) == (r.message_id, Rung.SUBJECT)


def test_an_unseen_message_ties_those_that_name_it() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", replies="ghost@other.example", subject="x")
    r = s.outbound("anna", "03-02 10:00", replies="ghost@other.example", subject="y")
    assert turns(s) == [(q.message_id, 1, r.message_id)]


OUTBOUND_BY_SUBJECT = [
    ("same subject", {}, True),
    ("with a prefix", {"subject": "Re: AW: Offer for oak boards"}, True),
    ("an unknown id named", {"replies": "ghost@other.example"}, True),
    ("as one of several recipients", {"to": ["carl", "anna"]}, True),
    ("another subject", {"subject": "Our offer"}, False),
    ("another contact", {"to": "carl"}, False),
    ("sent earlier", {"when": "03-02 08:00"}, False),
    ("a known id named", {"replies": "other.1@other.example"}, False),
    ("its thread is another", {"replies": "other.1@other.example", "references": "x@y.example"}, False),
]


@pytest.mark.parametrize(
    ("said", "joins"), [c[1:] for c in OUTBOUND_BY_SUBJECT], ids=[c[0] for c in OUTBOUND_BY_SUBJECT]
)
def test_outbound_mail_without_known_ids_joins_by_subject(said: dict[str, object], joins: bool) -> None:
    s = Story()
    s.inbound("other", "03-01 09:00", message_id="other.1@other.example", subject="Something else")
    q = s.inbound("anna", "03-02 09:00")
    said = {"to": "anna", "when": "03-02 10:00", "subject": "Offer for oak boards"} | said
    s.outbound(said.pop("to"), said.pop("when"), **said)  # type: ignore[arg-type]
    e = s.exchange(q)
    assert e
    assert (e.matched_by is Rung.SUBJECT) == joins


@pytest.mark.parametrize("subject", ["", "Re:", "(no subject)", "AW: Kein Betreff", "???"])
def test_a_trivial_subject_ties_nothing(subject: str) -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", subject=subject)
    s.outbound("anna", "03-02 10:00", subject=f"Re: {subject}")
    assert only(s).reply is None


def test_of_several_open_exchanges_the_newest_is_joined() -> None:
    s = Story()
    s.inbound("anna", "02-02 09:00")
    newest = s.inbound("anna", "03-02 09:00")
    r = s.outbound("anna", "03-02 10:00", subject="Offer for oak boards")
    assert [(e.message_id, e.reply_message_id) for e in s.exchanges() if e.reply] == [(newest.message_id, r.message_id)]


def test_of_two_who_wait_under_one_subject_a_reply_to_both_ends_the_newest_wait() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", subject="Oak")
    newest = s.inbound("carl", "03-03 09:00", subject="Oak")
    r = s.outbound(["anna", "carl"], "03-03 12:00", subject="Re: Oak")
    assert [(e.message_id, e.reply_message_id) for e in s.exchanges() if e.reply] == [(newest.message_id, r.message_id)]


def test_once_that_is_answered_the_older_one_is_next() -> None:
    s = Story()
    old = s.inbound("anna", "02-02 09:00")
    s.reply(s.inbound("anna", "03-02 09:00"), "03-02 10:00")
    r = s.outbound("anna", "03-02 11:00", subject="Offer for oak boards")
    e = s.exchange(old)
    assert e
    assert e.reply_message_id == r.message_id


def test_an_answered_exchange_is_not_joined() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.reply(q, "03-02 10:00")
    second = s.outbound("anna", "03-02 11:00", subject="Offer for oak boards")
    assert {second.message_id} in s.groups()


INBOUND_BY_SUBJECT = [
    ("soon, while it is open", {"when": "03-09 09:00"}, True),
    ("a second too late", {"when": at("03-09 09:00") + 1}, False),
    ("late with a reply prefix", {"when": "04-20 09:00", "subject": "AW: Offer for oak boards"}, True),
    ("with a forward prefix only", {"when": "04-20 09:00", "subject": "WG: Offer for oak boards"}, False),
    ("soon, with an id", {"when": "03-03 09:00", "replies": "ghost@other.example"}, False),
    ("prefix, with an unseen id", {"references": "ghost@other.example", "subject": "Re: Offer for oak boards"}, True),
    ("another contact, with a prefix", {"sender": "carl", "subject": "Re: Offer for oak boards"}, False),
    ("another contact", {"sender": "carl"}, False),
    ("another subject", {"subject": "Oak"}, False),
]  # fmt: skip


@cases("said", "joins", rows=INBOUND_BY_SUBJECT)
def test_inbound_mail_joins_by_subject(said: dict[str, object], joins: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    said = {"sender": "anna", "when": "03-03 09:00"} | said
    later = s.inbound(said.pop("sender"), said.pop("when"), **said)  # type: ignore[arg-type]
    assert ({q.message_id, later.message_id} in s.groups()) == joins


def test_once_answered_only_a_reply_prefix_joins() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    new = s.inbound("anna", "03-02 11:00")
    more = s.inbound("anna", "03-02 12:00", subject="Re: Offer for oak boards")
    assert turns(s) == [(q.message_id, 1, r.message_id), (new.message_id, 1, None)]
    assert {new.message_id, more.message_id} in s.groups()


def test_mail_of_public_lists_never_joins_by_subject() -> None:
    s = Story(public_lists=["users@lists.example"])
    q = s.inbound("anna", "03-02 09:00", to=["users@lists.example", "info"])
    s.outbound(["anna", "users@lists.example"], "03-02 10:00", subject="Re: Offer for oak boards")
    s.inbound("anna", "03-02 11:00", to=["users@lists.example", "info"], subject="Re: Offer for oak boards")
    assert [len(g) for g in s.groups()] == [1, 1, 1]
    assert s.exchange(q)


def test_messages_in_a_circle_have_known_ids() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Oak")
    a = s.outbound("anna", "03-02 10:00", subject="Oak", message_id="a@example.com", replies="b@carl.example")
    s.inbound("carl", "03-02 11:00", subject="Oak", message_id="b@carl.example", replies=a)
    e = s.exchange(q)
    assert e
    assert e.reply is None


# Evidence without the reply (point 7)

EVIDENCE = [
    ("our unseen id after the opener's", ("oak@anna.example", "lost@example.com"), True),
    ("an unseen id that nobody else can have written", ("oak@anna.example", "lost@carl.example"), True),
    ("our unseen id before the opener's", ("lost@example.com", "oak@anna.example"), False),
    ("no unseen id", ("oak@anna.example",), False),
]


@cases("references", "shown", rows=EVIDENCE)
def test_a_later_message_shows_that_somebody_answered(references: tuple[str, ...], shown: bool) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", message_id="oak@anna.example")
    later = s.inbound("anna", "03-04 09:00", references=references, subject="Re: Oak")
    e = s.exchange(q)
    assert e
    bounds = (at("03-02 09:00"), at("03-04 09:00")) if shown else (None, None)
    assert (e.answered_at, e.answered_after, e.answered_before) == (None, *bounds)
    assert [x.ordinal for x in s.exchanges()] == ([1, 2] if shown else [1])
    assert (s.exchange(later) is not None) == shown
    told = Evidence(references[1], s.identity(later)) if shown else None
    assert s.matched().evidence.get(e) == told


def test_the_unseen_id_may_stand_in_in_reply_to() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.inbound("anna", "03-04 09:00", references=q, replies="lost@example.com")
    assert s.exchanges()[0].answered_before == at("03-04 09:00")


@pytest.mark.parametrize("where", ["Trash", "Archive/2026"])
def test_a_thank_you_that_was_deleted_shows_it_too(where: str) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.inbound("anna", "03-04 09:00", references=(q, "lost@example.com"), mailbox=where)
    assert s.exchanges()[0].answered_before == at("03-04 09:00")


def test_automatic_mail_shows_nothing() -> None:
    """An out-of-office notice may answer our automatic acknowledgement."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.inbound("anna", "03-02 09:02", references=(q, "lost@example.com"), fields=AUTOMATIC)
    assert only(s).answered_before is None


def test_a_reply_that_was_seen_is_no_evidence() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    r = s.reply(q, "03-02 10:00")
    s.answer(r, "03-02 11:00")
    assert [(e.answered_at is None, e.answered_after) for e in s.exchanges()] == [(False, None), (True, None)]


def test_evidence_counts_once_per_wait() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    two = s.inbound("anna", "03-04 09:00", references=(q, "lost@example.com"))
    s.inbound("anna", "03-05 09:00", references=(q, "lost@example.com", two))
    assert [(e.ordinal, e.messages, e.answered_before) for e in s.exchanges()] == [
        (1, 1, at("03-04 09:00")),
        (2, 2, None),
    ]


FLAGS = [
    # when the server began to say of the opener and of the reminder that it was answered → when the exchange was
    ("the opener first", ("03-03 12:00", "03-04 12:00"), "03-03 12:00"),
    ("the reminder first", ("03-04 12:00", "03-03 12:00"), "03-03 12:00"),
    ("the reminder alone", (None, "03-04 12:00"), "03-04 12:00"),
]


@cases("flags", "before", rows=FLAGS)
def test_the_earliest_flag_of_an_exchange_counts(flags: tuple[str | None, str], before: str) -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.answer(q, "03-03 09:00", by="anna")
    messages = [
        message._replace(flagged=Flagged(None, at(flag)) if flag else None)
        for message, flag in zip(sorted(s.messages(), key=lambda m: m.clock), flags, strict=True)
    ]
    ((exchange, _),) = match(messages, s.settings()).exchanges
    assert exchange.answered_before == at(before)


# Laws of the function itself


def test_the_order_of_the_messages_changes_nothing() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.outbound("anna", "03-02 10:00", subject="Offer for oak boards")
    s.answer(q, "03-03 09:00", by="anna")
    messages, settings = s.messages(), s.settings()
    assert match(messages[::-1], settings) == match(messages, settings)


def test_no_message_no_exchange() -> None:
    assert match([], MatchSettings(30 * DAY, bool)).exchanges == ()


def test_a_big_cluster_is_walked_in_one_go() -> None:
    """Hostile: twenty thousand waiting mails of one person and subject. Anything quadratic would never end here."""
    s = Story()
    s.inbound("anna", "03-02 09:00")
    (one,) = s.messages()
    out = s.outbound("anna", "03-02 09:00", subject="Offer for oak boards")
    reply = s.message(out)
    inbound = [
        one._replace(identity=f"i{n:05}", ids=frozenset([f"i{n}"]), clock=n, in_reply_to=(f"ghost{n}",))
        for n in range(10_000)
    ]
    outbound = [reply._replace(identity=f"o{n:05}", ids=frozenset([f"o{n}"]), clock=10_100 + n) for n in range(10_000)]
    found = match([*inbound, *outbound], s.settings()).exchanges
    assert sum(e.reply is not None for e, levels in found if levels & RUNG_BITS[Rung.SUBJECT]) == 10_000
