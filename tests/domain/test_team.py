"""Who is ours: one answer, whoever asks, and with whatever tag an address is watched."""

from __future__ import annotations

import pytest

from replywatch.domain.messages import Direction, Disposition, Kind
from replywatch.domain.team import Team
from story import Story, cases

TEAM = Team(
    addresses=("info@shop.example", "support+eu@mail.example"),
    domains=("example.com", "*.example.org"),
    automatic_senders=frozenset({"robot@mail.example"}),
    public_lists=frozenset({"users@example.com", "users+dev@example.com"}),
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
    ("nobody", "", False),
]


@cases("address", "ours", rows=WHO)
def test_who_is_ours(address: str, ours: bool) -> None:
    assert TEAM.is_ours(address) is ours
    assert TEAM.is_ours(address) is ours, "the second time, too"


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
