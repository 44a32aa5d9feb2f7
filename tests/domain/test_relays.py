"""Several people behind one From, each with a Reply-To of his own, are different people (what is counted, point 6)."""

from __future__ import annotations

from dataclasses import replace

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import person_key, read, relayed_of
from story import Mail, Story, cases, elapsed

RELAY = "portal@shop-service.example"


def told(s: Story, mail: Mail) -> tuple[int, int] | None:
    return relayed_of(read(parse_header(mail.raw(mail.places[0])), s.team))


BEHIND = [
    # who wrote to whom, with which Reply-To → whom it is from
    ("another person", RELAY, {"fields": "Reply-To: anna@anna.example"}, "anna@anna.example"),
    ("the first of several", RELAY, {"fields": "Reply-To: anna@anna.example, b@b.example"}, "anna@anna.example"),
    ("a machine's mail", RELAY, {"fields": "Reply-To: a@a.example\nPrecedence: bulk"}, "a@a.example"),
    ("without", RELAY, {}, None),
    ("himself", RELAY, {"fields": f"Reply-To: {RELAY}"}, None),
    ("himself with a tag", RELAY, {"fields": "Reply-To: portal+7@shop-service.example"}, None),
    ("one of ours", RELAY, {"fields": "Reply-To: eva@example.com"}, None),
    ("a list that it went to", RELAY, {"to": ["info", "l@l.example"], "fields": "Reply-To: l@l.example"}, None),
    ("a public list", RELAY, {"to": ["users@lists.example"], "fields": "Reply-To: anna@anna.example"}, None),
    ("of ours", "ben", {"to": ["carl"], "fields": "Reply-To: anna@anna.example"}, None),
]


@cases("sender", "said", "behind", rows=BEHIND)
def test_what_a_mail_tells_of_relays(sender: str, said: dict[str, object], behind: str | None) -> None:
    s = Story(public_lists=["users@lists.example"])
    mail = s.mail(sender, "03-02 09:00", **({"to": ["info"]} | said))
    assert told(s, mail) == (behind and (person_key(RELAY), person_key(behind)))


def persons(s: Story, mail: Mail) -> set[str]:
    return set(s.message(mail).persons)


def test_two_people_behind_one_address_are_two() -> None:
    s = Story()
    a = s.inbound(RELAY, "03-02 09:00", fields="Reply-To: anna@anna.example", subject="Message")
    b = s.inbound(RELAY, "03-02 11:00", fields="Reply-To: bernd@bernd.example", subject="Message")
    s.outbound("anna", "03-02 12:00", subject="Re: Message")
    assert [s.message(m).relayed for m in (a, b)] == [True, True]
    assert persons(s, a) == {"anna@anna.example"}
    assert persons(s, b) == {"bernd@bernd.example"}
    first, second = s.exchange(a), s.exchange(b)
    assert first
    assert second
    assert (elapsed(first), elapsed(second)) == (3 * 3600, None)


def test_also_where_a_copy_lost_its_reply_to() -> None:
    """A list or a filter took it out of one copy, whichever of them tells best what was written."""
    for lost in (0, 1):
        s = Story()
        a = s.inbound(RELAY, "03-02 09:00", subject="Message")
        s.copy(a, "Archive")
        a.places[1 - lost] = replace(a.places[1 - lost], trace="Reply-To: anna@anna.example\n")
        s.inbound(RELAY, "03-02 11:00", fields="Reply-To: bernd@bernd.example", subject="Message")
        assert sorted(c.relayed for c in s.copies()) == [False, True, True]
        assert s.message(a).relayed
        assert "anna@anna.example" in persons(s, a)


def test_one_person_with_a_reply_to_of_his_own_is_one() -> None:
    """He writes anew before anybody answered: a reminder, be it without his Reply-To."""
    s = Story()
    a = s.inbound("anna", "03-02 09:00", fields="Reply-To: office@anna.example", subject="Message")
    b = s.inbound("anna", "03-02 10:00", fields="Reply-To: office@anna.example", subject="Message")
    c = s.inbound("anna", "03-02 11:00", subject="Message")
    assert [s.message(m).relayed for m in (a, b, c)] == [False] * 3
    assert persons(s, a) == {"anna@anna.example", "office@anna.example"}
    assert [e.messages for e in s.exchanges()] == [3]


def test_of_a_relay_s_mail_without_reply_to_from_stands_for_the_author() -> None:
    s = Story()
    for person in ("anna", "bernd"):
        s.inbound(RELAY, "03-02 09:00", fields=f"Reply-To: {person}@{person}.example", subject="Message")
    bare = s.inbound(RELAY, "03-02 11:00", subject="Your bill")
    assert not s.message(bare).relayed
    assert persons(s, bare) == {RELAY}


def test_who_is_reached_at_from_too_gets_his_answer_there() -> None:
    """By ids any address will do at which the author can be reached."""
    s = Story()
    a = s.inbound(RELAY, "03-02 09:00", fields="Reply-To: anna@anna.example", subject="Message")
    s.inbound(RELAY, "03-02 11:00", fields="Reply-To: bernd@bernd.example", subject="Message")
    s.reply(a, "03-02 12:00", to=RELAY)
    exchange = s.exchange(a)
    assert exchange
    assert elapsed(exchange) == 3 * 3600


def test_our_own_mail_is_no_relay_s() -> None:
    s = Story()
    m = s.outbound("anna", "03-02 09:00", fields="Reply-To: x@x.example")
    assert s.message(m).persons == frozenset()
    assert not s.message(m).relayed
