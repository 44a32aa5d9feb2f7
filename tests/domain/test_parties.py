"""Who wrote and whom it reached: each way of speaking for others, with the mail that only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.header import FETCH_FIELDS, parse_header
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.messages import Because, Parties
from replywatch.domain.team import Team

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"
TEAM = Team(
    addresses=("info@example.com", "shop@gmail.test"),
    domains=("example.com",),
    webforms=frozenset({"website@example.com", "form@host.test"}),
    public_lists=frozenset({"r-help@r-project.org"}),
)
TO_US = "To: info@example.com"


def parties(*lines: str, team: Team = TEAM) -> Parties:
    return parties_of(parse_header(("\r\n".join(lines) + "\r\n\r\n").encode()), team)


def inbound(*lines: str, team: Team = TEAM) -> str:
    """The contact of a mail that isn't ours."""
    found = parties(*lines, team=team)
    assert not found.ours
    assert found.author == ""
    return found.contact


def outbound(*lines: str) -> tuple[str, str]:
    """Author and contact of a mail of ours."""
    found = parties(*lines)
    assert found.ours
    assert found.senders == ()
    return found.author, found.contact


def test_a_customer_writes():
    found = parties(
        "From: Anna <Anna+x@Firma.test>", "To: Info <info+shop@example.com>, bob@other.test", "Cc: INFO@example.com"
    )
    assert found == Parties(
        ours=False,
        contact="anna@firma.test",
        contact_name="Anna",
        contact_because=Because("contact.from", "From"),
        author="",
        senders=("anna@firma.test",),
        recipients=("info@example.com", "bob@other.test"),
        team_address="info@example.com",
        names_ours=True,
    )


def test_a_colleague_writes():
    found = parties(
        "From: Bob <bob@example.com>", "To: carl@example.com, Anna <anna@firma.test>", "Bcc: eve@firma.test"
    )
    assert found == Parties(
        ours=True,
        contact="anna@firma.test",
        contact_name="Anna",
        contact_because=Because("contact.recipient"),
        author="bob@example.com",
        senders=(),
        recipients=("carl@example.com", "anna@firma.test", "eve@firma.test"),
        team_address="",
        names_ours=True,
    )


def test_among_ourselves_nobody_is_the_contact():
    assert outbound("From: bob@example.com", TO_US) == ("bob@example.com", "")


def test_without_a_team_everybody_is_outside():
    found = parties("From: bob@example.com", "Sender: eve@example.com", TO_US, team=Team())
    assert (found.ours, found.contact, found.names_ours, found.team_address) == (False, "bob@example.com", False, "")


@pytest.mark.parametrize(
    ("lines", "contact"),
    [
        (["From:", "Reply-To: anna@firma.test"], "anna@firma.test"),
        (["From: Anna", "Sender: anna@firma.test"], "anna@firma.test"),
        (["From: Anna"], ""),
        ([], ""),
        (["From: anna@firma.test, eve@firma.test"], "anna@firma.test"),
        (["From: anna@firma.test", "Reply-To: private@home.test"], "anna@firma.test"),
        (["From: anna@mail.test", "Reply-To: 12.34.autoreply@e.mail.test"], "anna@mail.test"),
        (["From:", "Reply-To: 12.34.autoreply@e.mail.test"], ""),
    ],
)
def test_the_contact_of_ordinary_mail(lines, contact):
    assert inbound(*lines, TO_US) == contact


def test_an_author_can_be_reached_where_the_header_says():
    found = parties("From: anna+1@firma.test", "Reply-To: info@example.com, private@home.test, anna@firma.test", TO_US)
    assert found.senders == ("anna@firma.test", "private@home.test")
    assert parties("From: a@b.test", "Reply-To: 1.autoreply@c.test").senders == ("a@b.test",)


FORMS = [
    ["From: website@example.com", "Reply-To: Anna <anna@firma.test>", TO_US],
    ["From: website@example.com", "Reply-To: anna@firma.test", "To: office@tool.test, info@example.com"],
    ["From: Form <form@host.test>", "Reply-To: anna@firma.test", TO_US],
    ["From: info@example.com", "Reply-To: anna@firma.test", TO_US],
    ["From: info@example.com", "Reply-To: anna@firma.test", TO_US, "Cc: anna@firma.test"],
    ["From: info@example.com", "Reply-To: info@example.com, anna@firma.test, eve@firma.test", TO_US],
    ["From: no-reply@example.com", "Reply-To: anna@firma.test", TO_US],
    ["From: no-reply@forms.test", "Reply-To: anna@firma.test", TO_US],
    ["From: wordpress@host.test", "Reply-To: anna@firma.test", TO_US],
    ["From: Shop <www-data@host.test>", "Reply-To: Anna <ANNA+shop@firma.test>", TO_US],
    ["From: kontaktformular@host.test", "Reply-To: anna@firma.test", TO_US],
    # large providers demand List-Unsubscribe of whoever sends much, and forms want no responder's answer
    ["From: no-reply@forms.test", "Reply-To: anna@firma.test", TO_US, "List-Unsubscribe: <https://forms.test/u>"],
    ["From: no-reply@forms.test", "Reply-To: anna@firma.test", TO_US, "Precedence: bulk"],
    ["From: anna@firma.test", "Return-Path: <www-data@host.test>", TO_US],
    ["From: anna@firma.test", "Sender: www-data@host.test", "Return-Path: <bounce@host.test>", TO_US],
    ["From: anna@firma.test", "Sender: website@example.com", "Return-Path: <website@example.com>", TO_US],
    ["From: anna@firma.test", "Sender: website@example.com", TO_US, "Cc: anna@firma.test"],
    [
        'From: "Website via info" <info@example.com>',
        "X-Original-Sender: website@example.com",
        "Reply-To: anna@firma.test",
        TO_US,
    ],
]


@pytest.mark.parametrize("lines", FORMS)
def test_the_visitor_of_a_web_form_is_the_contact(lines):
    found = parties(*lines)
    assert (found.ours, found.contact, found.senders[0]) == (False, "anna@firma.test", "anna@firma.test")
    assert not any(sender.startswith(("website", "no-reply", "form", "info")) for sender in found.senders)


def test_a_website_that_writes_to_itself_is_a_form_even_without_a_team():
    lines = ["From: Shop <info@shop.test>", "To: info@shop.test"]
    assert inbound(*lines, "Reply-To: anna@firma.test", team=Team()) == "anna@firma.test"
    assert inbound(*lines, "Reply-To: sales@shop.test", team=Team()) == "info@shop.test"
    assert inbound(*lines, "Reply-To: anna@firma.test", "Cc: eve@firma.test", team=Team()) == "info@shop.test"
    assert inbound(*lines, "Reply-To: anna@firma.test", "List-Id: <n.shop.test>", team=Team()) == "info@shop.test"


@pytest.mark.parametrize(
    ("lines", "contact"),
    [
        # one person in many spellings
        (["From: ANNA+shop@Firma.TEST"], "anna@firma.test"),
        (['From: "anna"@firma.test'], "anna@firma.test"),
        (['From: "anna muster"@firma.test'], "anna muster@firma.test"),
        (["From: anna@xn--mnchen-3ya.test"], "anna@m\u00fcnchen.test"),
        (["From: anna@M\u00dcNCHEN.test"], "anna@m\u00fcnchen.test"),
        (["From: Team: anna@firma.test, eve@firma.test;"], "anna@firma.test"),
        (["From: undisclosed-recipients:;", "Reply-To: anna@firma.test"], "anna@firma.test"),
        (["From: anna@firma.test", "Resent-From: eve@other.test", "Resent-To: info@example.com"], "anna@firma.test"),
        (["From: =?utf-7?Q?Anna_+AGE-?= <anna@firma.test>"], "anna@firma.test"),
        # several Reply-To: the first that isn't ours
        (
            ["From: website@example.com", "Reply-To: info@example.com, eve@firma.test, anna@firma.test"],
            "eve@firma.test",
        ),
        # an address that a list wrote into its own domain
        (["From: Anna <anna=40firma.test@dmarc.ietf.org>"], "anna@firma.test"),
        (["From: Anna <anna=40firma.test@other.test>"], "anna=40firma.test@other.test"),
        # our Reply-To doesn't make us the author
        (["Reply-To: info@example.com", "Sender: anna@firma.test"], "anna@firma.test"),
        (["Reply-To: info@example.com"], ""),
    ],
)
def test_a_contact_has_one_form(lines, contact):
    assert inbound(*lines, TO_US) == contact


def test_a_colleague_who_writes_from_home_is_ours_if_the_team_names_the_address():
    private = Team(addresses=("info@example.com", "bob@home.test"), domains=("example.com",))
    lines = ["From: Bob <Bob+x@home.test>", "To: anna@firma.test"]
    found = parties(*lines, team=private)
    assert (found.ours, found.author, found.contact) == (True, "bob@home.test", "anna@firma.test")
    assert inbound(*lines) == "bob@home.test"


@pytest.mark.parametrize(
    ("lines", "contact"),
    [
        # news of a firm, and whoever sends for it
        (["From: no-reply@firma.test", "Reply-To: sales@firma.test"], "no-reply@firma.test"),
        (["From: no-reply@mail.firma.test", "Reply-To: sales@firma.test"], "no-reply@mail.firma.test"),
        (["From: no-reply@a.test", "Reply-To: noreply@b.test"], "no-reply@a.test"),
        (["From: no-reply@a.test", "Reply-To: 1.autoreply@b.test"], "no-reply@a.test"),
        (["From: no-reply@a.test", "Reply-To: s@b.test", "List-Id: <n.a.test>"], "no-reply@a.test"),
        (
            ["From: no-reply@a.test", "Reply-To: s@b.test", "List-Unsubscribe: <https://a.test>", "Precedence: bulk"],
            "no-reply@a.test",
        ),
        # a form of its own firm's, and a sender that isn't known as a form
        (["From: wordpress@firma.test", "Reply-To: sales@firma.test"], "wordpress@firma.test"),
        (["From: press@host.test", "Reply-To: anna@firma.test"], "press@host.test"),
        (["From: news@a.test", "Reply-To: sales@sub.a.test", "Bcc: info@example.com"], "news@a.test"),
    ],
)
def test_no_web_form(lines, contact):
    assert inbound(*lines, TO_US) == contact


@pytest.mark.parametrize(
    "lines",
    [
        ["From: bob@example.com", "Reply-To: bob@home.test", "To: anna@firma.test"],
        ["From: bob@example.com", "Reply-To: bob@home.test", TO_US, "Cc: anna@firma.test"],
        ["From: website@example.com", "Reply-To: info@example.com", "To: anna@firma.test"],
        ["From: bob@example.com", "Reply-To: r-help@r-project.org", "To: anna@firma.test"],
    ],
)
def test_our_mail_with_a_reply_to_stays_ours(lines):
    author, contact = outbound(*lines)
    assert author == lines[0].removeprefix("From: ")
    assert contact == "anna@firma.test"


def test_a_secretary_writes_for_somebody():
    lines = ["From: boss@holding.test", "Sender: bob@example.com"]
    assert outbound(*lines, "To: anna@firma.test") == ("bob@example.com", "anna@firma.test")
    assert inbound(*lines, TO_US) == "boss@holding.test"
    assert inbound(*lines, TO_US, "Cc: eve@firma.test", "List-Id: <info.example.com>") == "boss@holding.test"
    assert outbound("Sender: bob@example.com", TO_US) == ("bob@example.com", "")


VIA = "From: \"'Anna Muster' via info\" <info@example.com>"


@pytest.mark.parametrize(
    "lines",
    [
        [VIA, "X-Original-From: Anna Muster <anna@firma.test>"],
        [VIA, "X-Original-Sender: anna@firma.test"],
        [VIA, "X-Original-Sender: anna@firma.test", "Reply-To: other@firma.test"],
        [VIA, "Reply-To: anna@firma.test"],
        [VIA, "Reply-To: anna@firma.test", "Cc: eve@firma.test"],
        [VIA, "Reply-To: info@example.com, anna@firma.test"],
        [VIA, "Reply-To: info@example.com", "Cc: eve@firma.test, anna muster <anna@firma.test>"],
        ["From: info@example.com", "X-Original-From: Anna Muster <anna@firma.test>", "Cc: eve@firma.test"],
        ["From: R-help <r-help@r-project.org>", "Reply-To: r-help@r-project.org, Anna Muster <anna@firma.test>"],
        ['From: "Anna Muster via Board" <board@lists.test>', "Reply-To: anna@firma.test"],
    ],
)
def test_the_author_behind_a_list_is_the_contact(lines):
    found = parties(*lines, TO_US)
    assert (found.ours, found.contact, found.senders[0]) == (False, "anna@firma.test", "anna@firma.test")
    assert found.contact_name.title() in ("Anna Muster", "")
    assert not {"info@example.com", "r-help@r-project.org", "board@lists.test"}.intersection(found.senders)


@pytest.mark.parametrize(
    "lines",
    [
        ['From: "Bob via info" <info@example.com>', "X-Original-Sender: bob@example.com"],
        ['From: "Bob via info" <info@example.com>', "Reply-To: bob@example.com"],
        ['From: "Bob via Board" <board@lists.test>', "X-Original-From: bob@example.com"],
        ["From: r-help@r-project.org", "X-Original-From: bob@example.com"],
        ["From: bob@example.com", "X-Original-Sender: bob@example.com", "List-Id: <info.example.com>"],
    ],
)
def test_a_colleague_behind_a_list_is_ours(lines):
    assert outbound(*lines, "To: anna@firma.test") == ("bob@example.com", "anna@firma.test")


@pytest.mark.parametrize(
    "lines",
    [
        ["From: anna@firma.test", "X-Original-Sender: bob@example.com"],  # anybody can write that
        ["From: anna@firma.test", "X-Original-Sender: anna77@gmail.test"],  # the login of one who writes as his domain
        ["From: anna@firma.test", "X-Original-Sender: a@gmail.test", "Sender: info@example.com", "List-Id: <i.test>"],
        ["From: anna@firma.test", "X-Original-From: other@firma.test"],
        ["From: anna@firma.test", "X-Original-Sender: no address"],
        ["From: Viktoria Via <anna@firma.test>", "Reply-To: other@firma.test"],
        ["From: Anna via <anna@firma.test>", "Reply-To: other@firma.test"],
        ['From: "Anna via Board" <anna@firma.test>'],
        ['From: "Anna via Board" <anna@firma.test>', "Reply-To: 1.autoreply@firma.test"],
    ],
)
def test_nobody_else_is_behind(lines):
    assert inbound(*lines, TO_US) == "anna@firma.test"


def test_without_a_team_a_sender_at_our_domain_may_be_a_group():
    lines = ["X-Original-Sender: anna@firma.test", TO_US]
    assert inbound("From: info@example.com", *lines, team=Team()) == "anna@firma.test"
    assert inbound("From: eve@shop.test", *lines, team=Team()) == "eve@shop.test"


LIST = "r-help@r-project.org"


@pytest.mark.parametrize(
    "lines",
    [
        [f"From: {LIST}"],
        [f"From: R-help <{LIST}>", f"Reply-To: {LIST}", "Sender: r-help-bounces@r-project.org"],
        [f'From: "Anna via R-help" <{LIST}>', f"Reply-To: {LIST}", "Cc: Eve <eve@firma.test>"],
        [f'From: "Anna via R-help" <{LIST}>', f"Cc: Anna <{LIST}>"],
    ],
)
def test_of_mail_of_which_the_list_is_the_author_nobody_is(lines):
    found = parties(*lines, f"To: {LIST}")
    assert (found.ours, found.contact, found.senders, found.visitor) == (False, "", (), False)


def test_a_public_list_is_outside_and_no_address_of_its_authors():
    found = parties("From: anna@firma.test", "Reply-To: r-help@r-project.org", "To: r-help@r-project.org")
    assert (found.recipients, found.senders, found.names_ours) == (
        ("r-help@r-project.org",),
        ("anna@firma.test",),
        False,
    )
    assert outbound("From: bob@example.com", "To: r-help@r-project.org") == ("bob@example.com", "r-help@r-project.org")


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([TO_US], "info@example.com"),
        (["To: info+web@example.com"], "info@example.com"),
        (["To: bob@example.com", "Cc: info@example.com"], "info@example.com"),
        (["To: shop@gmail.test", "Delivered-To: info@example.com"], "info@example.com"),
        (["To: info@example.com", "X-Original-To: shop@gmail.test"], "shop@gmail.test"),
        (
            ["X-Original-To: shop@gmail.test", "Delivered-To: bob@example.com", "Delivered-To: info@example.com"],
            "info@example.com",
        ),
        (["To: bob@example.com"], ""),
        (["Bcc: info@example.com"], ""),
        (["To: bob@example.com", "Resent-To: info@example.com", "Resent-From: bob@example.com"], "info@example.com"),
        (["To: shop@gmail.test", "Resent-To: info@example.com"], "shop@gmail.test"),
        (["To: bob@example.com", "Resent-To: eve@firma.test"], ""),
    ],
)
def test_the_watched_address(lines, address):
    assert parties("From: anna@firma.test", *lines).team_address == address


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["To: bob@example.com"], True),
        (["To: x@y.test", "Cc: Bob+x@example.com"], True),
        (["To: x@y.test", "Delivered-To: bob@example.com"], True),
        (["To: x@y.test", "X-Original-To: shop+1@gmail.test"], True),
        (["To: x@y.test", "Resent-To: bob@example.com"], True),
        (["To: x@y.test", "Bcc: bob@example.com"], False),
        (["To: bob@sub.example.com"], False),
        ([], False),
    ],
)
def test_whether_one_of_us_is_named(lines, named):
    assert parties("From: anna@firma.test", *lines).names_ours is named


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample mail isn't here")
@pytest.mark.parametrize(
    ("name", "contact"),
    [
        ("malformed_reply_to", "sender@example.com"),
        ("unclosed_reply_to", "sender@example.com"),
        ("invalid_original_sender", "sender@example.com"),
        ("malformed_reply_to_with_original_sender", "forwarded.sender@example.com"),
    ],
)
def test_contacts_of_the_samples(name, contact):
    header = parse_header((SAMPLES / "chatwoot" / f"{name}.eml").read_bytes())
    assert parties_of(header, Team()).contact == contact


PEOPLE = st.sampled_from(
    [
        *("a@b.test", "bob@example.com", "info+x@example.com", "no-reply@c.test", "website@example.com"),
        *("r-help@r-project.org", "x via y <info@example.com>", "1.autoreply@m.test", "<é@ü.test>", "<>", "@", "a@"),
    ]
)
FIELDS = st.sampled_from([name for name in FETCH_FIELDS if name not in ("DATE", "RECEIVED")])


@given(st.lists(st.tuples(FIELDS, st.one_of(st.text(max_size=40), PEOPLE)), max_size=10))
def test_laws(fields):
    block = "".join(f"{name}: {value}\n" for name, value in fields).encode("utf-8", "surrogatepass")
    header = parse_header(block)
    found = parties_of(header, TEAM)
    assert found.ours == bool(found.author)
    assert len(set(found.recipients)) == len(found.recipients)
    assert not TEAM.is_ours(found.contact)
    assert not any(map(TEAM.is_ours, found.senders))
    assert not found.visitor or (found.contact, found.senders, found.ours) == ("", (), False)
    if found.ours:
        assert TEAM.is_ours(found.author)
        assert not found.senders
        assert found.contact in ("", *found.recipients)
    elif found.contact:
        assert found.contact in found.senders
    assert not parties_of(header, Team()).ours
