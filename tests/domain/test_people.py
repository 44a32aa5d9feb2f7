"""Which addresses are one person: what a provider says of its mailboxes, tags, and tokens of relays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.people import contact_key, is_token, mailbox_key, spellings, tagged_key, without_tag
from story import HOUR, Story, cases, elapsed

ONE = [
    ("a tag", "anna@firma.example", "anna+shop@firma.example"),
    ("two tags", "anna+shop@firma.example", "anna+news@firma.example"),
    ("a tag of letters", "anna@firma.example", "anna+newsletter@firma.example"),
    ("a tag of digits", "anna@firma.example", "anna+20260302170000@firma.example"),
    ("a short tag of both", "anna@firma.example", "anna+shop24@firma.example"),
    ("an empty tag", "anna@firma.example", "anna+@firma.example"),
    ("Gmail's two domains", "anna@gmail.com", "anna@googlemail.com"),
    ("Gmail's dots", "anna.berg@gmail.com", "annaberg@gmail.com"),
    ("all of it at Gmail", "anna.berg+shop@googlemail.com", "a.n.n.a.berg@gmail.com"),
    ("iCloud's three domains", "anna@me.com", "anna@icloud.com"),
    ("the oldest of them", "anna@mac.com", "anna@me.com"),
    ("Proton's domains", "anna@protonmail.com", "anna@proton.me"),
    ("its short one", "anna@pm.me", "anna@protonmail.ch"),
    ("Proton's dots and dashes", "anna.berg@proton.me", "anna-b_erg@pm.me"),
    ("Yandex' domains", "anna@ya.ru", "anna@yandex.com"),
]
OTHERS = [
    ("another name", "anna@firma.example", "hanna@firma.example"),
    ("another domain", "anna@firma.example", "anna@firma.test"),
    ("a dash is no tag", "anna@firma.example", "anna-shop@firma.example"),
    ("dots elsewhere", "anna.berg@firma.example", "annaberg@firma.example"),
    ("dots at iCloud", "anna.berg@icloud.com", "annaberg@icloud.com"),
    ("dashes at Gmail", "anna-berg@gmail.com", "annaberg@gmail.com"),
    ("Hotmail and Outlook", "anna@hotmail.com", "anna@outlook.com"),
    ("two countries of Yahoo", "anna@yahoo.de", "anna@yahoo.com"),
    ("two domains of GMX", "anna@gmx.de", "anna@gmx.net"),
    ("GMX and WEB.DE", "anna@gmx.de", "anna@web.de"),
    ("two domains of mail.ru", "anna@mail.ru", "anna@bk.ru"),
    ("below Gmail", "anna.berg@x.gmail.com", "annaberg@x.gmail.com"),
    ("a relay's tokens", "reply+7f3a9c2e51b04d@reply.portal.example", "reply+0b91e77ac4d2f8@reply.portal.example"),
    ("a token and none", "reply+7f3a9c2e51b04d@reply.portal.example", "reply@reply.portal.example"),
    ("tokens with dashes", "r+550e8400-e29b-41d4-a716-446655440000@p.example", "r+7d9f03a2-0c11@p.example"),
    ("no name before the tag", "+anna@firma.example", "+berg@firma.example"),
]  # fmt: skip


@cases("one", "other", rows=ONE)
def test_one_person(one: str, other: str) -> None:
    assert contact_key(one) == contact_key(other)
    assert spellings(one).include(other)
    assert spellings(other).include(one)


@cases("one", "other", rows=OTHERS)
def test_two_people(one: str, other: str) -> None:
    assert contact_key(one) != contact_key(other)


@pytest.mark.parametrize("address", ["", "anna", "a+b", "@", "@x.example", "anna@", "+@x.example", "+anna@x.example"])
def test_what_is_hardly_an_address_is_itself(address: str) -> None:
    assert {contact_key(address), mailbox_key(address), tagged_key(address)} == {address}


@pytest.mark.parametrize("name", [".", "...", ".+x"])
def test_a_name_without_any_letter_stays_somebody(name: str) -> None:
    assert contact_key(f"{name}@gmail.com") != "@gmail.com"


TOKENS = [
    ("digits and letters", "7f3a9c2e51b04d", True),
    ("ten of them", "a123456789", True),
    ("nine", "a12345678", False),
    ("with dashes and dots", "id-12.34_56-7890", True),
    ("dashes don't count", "a-1-2-3-4-5-6", False),
    ("a word", "newsletterabonnement", False),
    ("a date", "20260302", False),
    ("a number", "4711471147114711", False),
    ("an address of a bounce", "anna=firma.example", False),
    ("none", "", False),
]


@cases("tag", "token", rows=TOKENS)
def test_what_is_a_token(tag: str, token: bool) -> None:
    assert is_token(tag) is token


SHOWN = [
    ("plain", "anna@firma.example", "anna@firma.example"),
    ("with a tag", "anna+shop@firma.example", "anna@firma.example"),
    ("with a token", "reply+7f3a9c2e51b04d@portal.example", "reply+7f3a9c2e51b04d@portal.example"),
    ("dots at Gmail", "anna.berg+shop@googlemail.com", "anna.berg@googlemail.com"),
    ("dashes at Proton", "anna-berg@pm.me", "anna-berg@pm.me"),
    ("nothing before the tag", "+anna@firma.example", "+anna@firma.example"),
    ("no address", "a+b", "a+b"),
    ("nobody", "", ""),
]


@cases("address", "shown", rows=SHOWN)
def test_an_address_is_shown_as_its_owner_spells_it(address: str, shown: str) -> None:
    assert without_tag(address) == shown
    assert contact_key(shown) == contact_key(address)


def test_who_waits_is_shown_as_she_spells_herself() -> None:
    s = Story()
    q = s.inbound("anna.berg+shop@googlemail.com", "03-02 09:00")
    assert (s.message(q).contact, s.exchange(q).contact) == ("anna.berg@googlemail.com",) * 2
    assert s.message(q).senders == {"annaberg@gmail.com"}


def test_a_mailbox_may_be_reached_by_tokens() -> None:
    assert mailbox_key("info+7f3a9c2e51b04d@firma.example") == "info@firma.example"
    assert mailbox_key("in.fo+7f3a9c2e51b04d@googlemail.com") == "info@gmail.com"


def test_spellings_of_a_mailbox_are_with_any_tag_and_of_a_token_that_alone() -> None:
    mailbox = spellings("reply@portal.example")
    assert mailbox.include("reply+7f3a9c2e51b04d@portal.example")
    one = spellings("reply+7f3a9c2e51b04d@portal.example")
    assert one.include("reply+7f3a9c2e51b04d@portal.example")
    assert not one.include("reply+0b91e77ac4d2f8@portal.example")
    assert not one.include("reply@portal.example")


DOMAINS = st.sampled_from(["gmail.com", "googlemail.com", "me.com", "proton.me", "ya.ru", "firma.example", ""])


@given(st.text("aB1.+-_@ ", max_size=20), DOMAINS)
def test_a_key_is_its_own_key(local: str, domain: str) -> None:
    for key_of in (contact_key, mailbox_key, tagged_key):
        key = key_of(f"{local}@{domain}")
        assert key_of(key) == key
    assert mailbox_key(contact_key(f"{local}@{domain}")) == mailbox_key(f"{local}@{domain}")


ANSWERED = [
    ("to the other domain", "anna.berg@googlemail.com", "anna.berg@gmail.com", True),
    ("with other dots", "anna.berg@gmail.com", "annaberg@gmail.com", True),
    ("to the account's newer domain", "anna@me.com", "anna@icloud.com", True),
    ("without the tag", "anna+angebot@firma.example", "anna@firma.example", True),
    ("to another token", "reply+7f3a9c2e51b04d@portal.example", "reply+0b91e77ac4d2f8@portal.example", False),
    ("to the same token", "reply+7f3a9c2e51b04d@portal.example", "reply+7f3a9c2e51b04d@portal.example", True),
    ("to her namesake elsewhere", "anna@hotmail.com", "anna@outlook.com", False),
]


@cases("writes", "answer_to", "answered", rows=ANSWERED)
@pytest.mark.parametrize("named", [True, False], ids=["by its id", "by its subject"])
def test_who_is_answered(writes: str, answer_to: str, answered: bool, named: bool) -> None:
    s = Story()
    q = s.inbound(writes, "03-02 09:00", subject="Angebot Haustür")
    if named:
        s.reply(q, "03-02 10:00", to=[answer_to])
    else:
        s.outbound(answer_to, "03-02 10:00", subject="AW: Angebot Haustür")
    assert elapsed(s.exchange(q)) == (HOUR if answered else None)
