"""Who is ours: one answer, whoever asks, and with whatever tag an address is watched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replywatch.domain.messages import Direction, Disposition, Kind
from replywatch.domain.team import Team
from story import HOUR, Story, cases, elapsed

TEAM = Team(
    addresses=("info@shop.example", "support+eu@mail.example"),
    domains=("example.com", "*.example.org"),
    automatic_senders=frozenset({"robot@mail.example"}),
    public_lists=frozenset({"users@example.com", "users+dev@example.com"}),
    people=frozenset({"anna.berg@gmail.com"}),
)
WHO = [
    ("a watched address", "info@shop.example", True),
    ("a tag of it", "info+oak@shop.example", True),
    ("another address there", "anna@shop.example", False),
    ("an address watched with its tag", "support+eu@mail.example", True),
    ("the same without the tag", "support@mail.example", False),
    ("another tag of it", "support+us@mail.example", False),
    ("an automatic sender", "robot@mail.example", True),
    ("a tag of an automatic sender", "robot+1@mail.example", True),
    ("at a domain of ours", "anybody@example.com", True),
    ("below it", "anybody@sub.example.com", False),
    ("below a domain with all below it", "anybody@a.b.example.org", True),
    ("a public list at a domain of ours", "users@example.com", False),
    ("a public list with a tag", "users+dev@example.com", False),
    ("another tag of it", "users+owner@example.com", False),
    ("a token of a watched address", "info+7f3a9c2e51b04d@shop.example", True),
    ("a token of an address watched with a tag", "support+7f3a9c2e51b04d@mail.example", False),
    ("a colleague's private address", "anna.berg@gmail.com", True),
    ("in another spelling", "annaberg+x@googlemail.com", True),
    ("with a token", "annaberg+7f3a9c2e51b04d@gmail.com", True),
    ("another one there", "anna-berg@gmail.com", False),
    ("nobody", "", False),
]


@cases("address", "ours", rows=WHO)
def test_who_is_ours(address: str, ours: bool) -> None:
    assert TEAM.is_ours(address) is ours
    assert TEAM.is_ours(address) is ours, "the second time, too"


WATCHED = [
    ("an address", "info@shop.example", "info@shop.example"),
    ("with a tag", "info+oak@shop.example", "info@shop.example"),
    ("with a token", "info+7f3a9c2e51b04d@shop.example", "info@shop.example"),
    ("with its tag", "support+eu@mail.example", "support+eu@mail.example"),
    ("without it", "support@mail.example", ""),
    ("as Gmail takes it", "eichenhof.tischlerei+x@googlemail.com", "eichen.hof.tischlerei@gmail.com"),
    ("a colleague's private address", "anna.berg@gmail.com", ""),
    ("an address of a domain of ours", "ben@example.com", ""),
    ("nobody", "", ""),
]


@cases("address", "watched", rows=WATCHED)
def test_which_watched_address_it_is_as_the_config_spells_it(address: str, watched: str) -> None:
    team = replace(TEAM, addresses=(*TEAM.addresses, "eichen.hof.tischlerei@gmail.com"))
    assert team.watched(address) == watched
    assert Team().watched(address) == ""


LISTS = [
    ("a list", "users@example.com", True),
    ("a list with its tag", "users+dev@example.com", True),
    ("its other tags", "users+unsubscribe@example.com", True),
    ("another address", "anna@example.com", False),
    ("nobody", "", False),
]


@cases("address", "listed", rows=LISTS)
def test_what_is_a_public_list(address: str, listed: bool) -> None:
    assert TEAM.is_public_list(address) is listed
    assert not Team().is_public_list(address)


AUTOMATIC = [
    ("an automatic sender", "robot@mail.example", True),
    ("a tag of it", "robot+offer-17@mail.example", True),
    ("another address there", "anna@mail.example", False),
    ("a watched address", "info@shop.example", False),
    ("nobody", "", False),
]


@cases("address", "automatic", rows=AUTOMATIC)
def test_whose_mail_is_a_machines(address: str, automatic: bool) -> None:
    assert TEAM.is_automatic(address) is automatic
    assert not Team().is_automatic(address)


def test_an_automatic_sender_that_tags_its_address_answers_nobody() -> None:
    """It is ours by its tag, too, so its mail must not count as a person's of ours."""
    s = Story(automatic_senders=["robot@mail.example"])
    q = s.inbound("anna", "03-02 09:00")
    r = s.mail("robot+offer-17@mail.example", "03-02 09:01", ["anna"], replies=q)
    assert s.message(r).direction is Direction.OUTBOUND
    assert s.message(r).verdict.rule == "team.automatic-sender"
    assert s.exchange(q).answered_at is None


def test_more_addresses_than_are_remembered() -> None:
    team = Team(domains=("example.com",))
    assert all(team.is_ours(f"{number}@example.com") for number in range(40_000))
    assert not team.is_ours("0@mail.example")


LISTED = "List-Id: <users.lists.example>\nList-Unsubscribe: <mailto:u@lists.example>\nPrecedence: list"
POSTED = f"List-Post: <mailto:users@lists.example>\n{LISTED}"
GROUP = "List-Id: <support.gmail.com>\nList-Unsubscribe: <mailto:u@groups.example>\nDelivered-To: ME"
MAILS = [
    # by and to; ME stands for the watched address
    ("to it", "anna", ["ME"], ""),
    ("in a colleague's account", "anna", ["ME", "carl"], "Return-Path: <>"),
    ("to it and a list", "anna", ["ME", "users@lists.example"], POSTED),
    ("to it and a list that names no address", "anna", ["ME", "users@lists.example"], LISTED),
    ("to a list alone", "anna", ["users@lists.example"], POSTED),
    ("to it through its group", "anna", ["ME"], GROUP),
    ("to its group alone", "anna", ["carl"], GROUP),
    ("delivered to it", "anna", ["carl"], "Delivered-To: ME"),
    ("by it", "ME", ["anna"], ""),
    ("by it to itself", "ME", ["ME"], ""),
    ("by it in a list", "ME", ["users@lists.example"], POSTED),
    ("written for somebody by it", "anna", ["ME"], "Sender: ME\nReply-To: carl@carl.example"),
    ("a web form of its own", "ME", ["ME"], "Reply-To: anna@anna.example"),
    ("a form elsewhere", "no-reply@forms.example", ["ME"], "Reply-To: anna@anna.example"),
    ("rewritten", "ME", ["ME"], "X-Original-Sender: anna@anna.example"),
]


def judged(watched: str, by: str, to: list[str], fields: str) -> list[object]:
    """All that a person sees of a mail, where `watched` is the watched address."""
    s = Story(addresses=[watched], domains=[])
    said = by.replace("ME", watched), "03-02 09:00", [a.replace("ME", watched) for a in to]
    mail = s.mail(*said, fields=fields.replace("ME", watched))
    message = s.message(mail)
    return [
        *(message.direction, message.disposition, message.verdict.kind, message.verdict.rule, message.contact),
        *(message.author.replace("+eu", ""), message.outsiders, message.senders, message.address == watched),
    ]


@cases("by", "to", "fields", rows=MAILS)
def test_a_watched_address_is_ours_everywhere_whatever_its_spelling(by: str, to: list[str], fields: str) -> None:
    plain = judged("support@gmail.com", by, to, fields)
    assert judged("support+eu@gmail.com", by, to, fields) == plain


@pytest.mark.parametrize("watched", ["support@gmail.com", "support+eu@gmail.com"])
def test_a_mail_to_a_list_and_to_us_is_a_persons(watched: str) -> None:
    assert judged(watched, "anna", ["ME", "users@lists.example"], POSTED)[:3] == [
        Direction.INBOUND,
        Disposition.COUNTED,
        Kind.HUMAN,
    ]


@cases("listed", "to", rows=[
    ("a list with a tag", "users+dev@lists.example", "users+dev@lists.example"),
    ("written to with a tag", "users@lists.example", "users+dev@lists.example"),
    ("written to without it", "users+dev@lists.example", "users@lists.example"),
])  # fmt: skip
def test_an_answer_to_a_public_list_is_one_whatever_its_tag(listed: str, to: str) -> None:
    s = Story(public_lists=[listed])
    q = s.inbound("anna", "03-02 09:00", to=["info", to])
    r = s.reply(q, "03-02 10:00", to=[to])
    assert s.message(r).public_list
    assert elapsed(s.exchange(q)) == HOUR


PRIVATE = "eva.lind@gmx.de"


class TestPeople:
    """A colleague's private address is ours, and nobody's business but hers."""

    def story(self) -> Story:
        return Story(people=[PRIVATE])

    def test_her_answer_is_an_answer(self) -> None:
        s = self.story()
        q = s.inbound("anna", "03-02 09:00")
        r = s.reply(q, "03-02 10:00", by=PRIVATE, mailbox="INBOX")
        assert s.message(r).direction is Direction.OUTBOUND
        assert elapsed(s.exchange(q)) == HOUR

    def test_her_mail_to_us_is_internal(self) -> None:
        s = self.story()
        m = s.mail(PRIVATE, "03-02 09:00", "info", mailbox="INBOX")
        assert s.message(m).direction is Direction.INTERNAL
        assert s.exchange(m) is None

    def test_mail_to_her_alone_opens_nothing(self) -> None:
        s = self.story()
        m = s.inbound("anna", "03-02 09:00", to=PRIVATE)
        assert s.message(m).disposition is Disposition.NOT_WATCHED

    def test_mail_to_a_watched_address_opens_whoever_else_is_there(self) -> None:
        s = self.story()
        m = s.inbound("anna", "03-02 09:00", to=[PRIVATE, "info"])
        assert (s.message(m).disposition, s.message(m).address) == (Disposition.COUNTED, "info@example.com")

    def test_to_nobody_of_ours_it_opens_as_before(self) -> None:
        """Naming her narrows nothing, as it did where she stood among the watched addresses."""
        s = self.story()
        m = s.inbound("anna", "03-02 09:00", to="list@lists.example")
        assert s.message(m).disposition is Disposition.COUNTED

    def test_others_at_her_provider_are_strangers(self) -> None:
        s = self.story()
        m = s.mail("anna@gmx.de", "03-02 09:00", "info", mailbox="INBOX")
        assert s.message(m).direction is Direction.INBOUND

    def test_she_is_no_outsider_of_an_answer(self) -> None:
        """What somebody of ours forwards to her at home is no answer to the customer."""
        s = self.story()
        q = s.inbound("anna", "03-02 09:00")
        f = s.reply(q, "03-02 10:00", to=[PRIVATE])
        assert s.message(f).direction is Direction.INTERNAL
        assert s.exchange(q).answered_at is None
