"""Which mail is a web form's, whose it is then, and the mail that only looks like it (what is counted, point 2)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import read
from replywatch.domain.messages import Disposition, Kind, Message, Reading
from replywatch.domain.team import Team
from story import HOUR, INFO, Keep, Story, cases, elapsed

TEAM = Team(
    addresses=(INFO, "shared@example.com"),
    domains=("example.com",),
    automatic_senders=frozenset({"shop@example.com"}),
    webforms=frozenset({"website@example.com", "form@host.test", "shared@example.com"}),
)
TO_US = f"To: {INFO}"
BY_DORA = "Reply-To: dora@garten.test"
UNSUBSCRIBE = "List-Unsubscribe: <https://host.test/u/8>"
ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
GENERATED, JUNK, BULK = "Auto-Submitted: auto-generated", "Precedence: junk", "Precedence: bulk"


def reading(*lines: str, team: Team = TEAM) -> Reading:
    """A mail to us as it is read on its own."""
    usual = [] if any(line.startswith("To:") for line in lines) else [TO_US]
    return read(parse_header("\r\n".join([*lines, *usual, "", ""]).encode()), team)


def is_doras(found: Reading) -> bool:
    """Whether Dora wrote it in person."""
    parties = found.parties
    return (parties.contact, parties.senders, found.verdict.kind) == (
        "dora@garten.test",
        ("dora@garten.test",),
        Kind.HUMAN,
    )


# Form services

SERVICES = (
    "no-reply forms-noreply notifications notification notify automail auto-mail mailer web-notify wordpress apache"
)
NAMED = (
    "formresponses form-responses submissions form-submission form_submissions formular anfrageformular webform forms"
)
PROGRAMS = [[], [UNSUBSCRIBE], [UNSUBSCRIBE, ONE_CLICK], [GENERATED], [JUNK], [BULK], [UNSUBSCRIBE, GENERATED, JUNK]]


@pytest.mark.parametrize("fields", PROGRAMS, ids=" ".join)
@pytest.mark.parametrize("local", [*SERVICES.split(), *NAMED.split(), "notify+17", "formresponses+a9"])
def test_a_services_form_is_its_visitors_whatever_its_program_says(local: str, fields: list[str]) -> None:
    assert is_doras(reading(f"From: Formulare <{local}@host.test>", BY_DORA, *fields))
    assert is_doras(reading(f"From: Dora <{local}@host.test>", BY_DORA, *fields, "Return-Path: <>"))


@pytest.mark.parametrize("fields", [[UNSUBSCRIBE, BULK], ["List-Id: <f.host.test>"], ["X-Bulkmail: 1"]], ids=" ".join)
def test_nobody_but_a_form_is_called_so(fields: list[str]) -> None:
    assert is_doras(reading("From: formresponses@host.test", BY_DORA, *fields))
    assert not is_doras(reading("From: notifications@host.test", BY_DORA, *fields))


BY_SHOP = "Reply-To: kontakt@moebelhaus-nord.test"
NEWSLETTERS = [
    ("a list", ["From: no-reply@mail.test", BY_SHOP, "List-Id: <8.mail.test>", UNSUBSCRIBE]),
    ("a list by its posts", ["From: mailer@mail.test", BY_SHOP, "List-Post: NO"]),
    ("two signs", ["From: no-reply@mail.test", BY_SHOP, UNSUBSCRIBE, BULK]),
    ("two signs, Precedence: list", ["From: no-reply@mail.test", BY_SHOP, UNSUBSCRIBE, "Precedence: list"]),
    ("bulk mail by its own word", ["From: mailer@mail.test", BY_SHOP, "X-Bulkmail: 2.05"]),
    ("a host for news", ["From: no-reply@news.mail.test", BY_SHOP]),
    ("in the name of the house", ["From: Möbelhaus Nord <no-reply@mail.test>", BY_SHOP, UNSUBSCRIBE]),
    ("in its whole name", ["From: Möbelhaus Nord GmbH <notify@mail.test>", BY_SHOP, GENERATED]),
    ("in its short name", ["From: =?utf-8?q?M=C3=B6belhaus?= <mailer@mail.test>", BY_SHOP, BULK]),
    ("named so", ["From: newsletter@mail.test", BY_SHOP]),
    ("a tracker", ["From: notifications@git.test", "Reply-To: dev@team.test", "X-GitHub-Reason: mention"]),
]
NOTICES = [
    ("of the same house", ["From: notifications@nord.test", "Reply-To: service@nord.test"]),
    ("of a host below", ["From: notify@mail.nord.test", "Reply-To: service@nord.test", UNSUBSCRIBE]),
    ("of a host above", ["From: mailer@nord.test", "Reply-To: 17@tickets.nord.test"]),
    ("nobody reads Reply-To", ["From: notifications@host.test", "Reply-To: no-reply@garten.test"]),
    ("Reply-To is ours", ["From: notifications@host.test", "Reply-To: info@example.com"]),
    ("no Reply-To", ["From: notifications@host.test"]),
    (
        "an invitation of iCloud",
        ["From: Dora <noreply@insideicloud.icloud.com>", "Reply-To: 2_GEZDGNBVGY3TQOJQ@imip.me.com"],
    ),
    (
        "a machine reads Reply-To",
        ["From: notifications@host.test", "Reply-To: 4f0a9c2e51b04d7f3a9c2e51b04d7f3a9c@in.garten.test"],
    ),
]
AUTOMATIC = [
    ("a machine's answer", ["From: no-reply@host.test", BY_DORA, "Auto-Submitted: auto-replied"]),
    ("a bounce", ["From: mailer@host.test", BY_DORA, "Content-Type: multipart/report; report-type=delivery-status"]),
    ("an invitation", ["From: notifications@host.test", BY_DORA, "Content-Type: text/calendar; method=REQUEST"]),
]


@cases("lines", rows=[*NEWSLETTERS, *NOTICES])
def test_no_form_of_a_service(lines: list[str]) -> None:
    found = reading(*lines)
    assert found.parties.contact == parse_header(lines[0].encode()).from_[0].address


@cases("lines", rows=AUTOMATIC)
def test_nobody_waits_behind_what_a_machine_says(lines: list[str]) -> None:
    assert reading(*lines).verdict.kind is not Kind.HUMAN


VISITORS = [
    ("of a firm, and so is the name", "From: Garten Dora <no-reply@host.test>", "Reply-To: dora@garten-dora.test"),
    ("the form bears another firm's name", "From: Tischlerei Brandt <notify@host.test>", BY_SHOP),
    ("at a mail provider", "From: Kontakt <notifications@host.test>", "Reply-To: dora.kontakt99@gmx.de"),
    ("a long name with a year", "From: mailer@host.test", "Reply-To: maximiliane.mustermann.garten1985@firma.test"),
    ("behind a portal", "From: no-reply@host.test", "Reply-To: reply+7f3a9c2e51b04d@portal.test"),
]


@cases("sender", "reply_to", rows=VISITORS)
def test_visitors_stay_visitors(sender: str, reply_to: str) -> None:
    found = reading(sender, reply_to, UNSUBSCRIBE, GENERATED)
    assert (found.parties.contact_because.rule, found.verdict.kind) == ("contact.web-form.no-reply", Kind.HUMAN)


def test_a_sender_of_no_known_name_is_no_form() -> None:
    for local in ("press", "notifyme", "reform", "mailers", "platform", "submission-anna"):
        found = reading(f"From: {local}@host.test", BY_DORA)
        assert (found.parties.contact, found.verdict.kind) == (f"{local}@host.test", Kind.HUMAN)


# Our own forms


@pytest.mark.parametrize("fields", [*PROGRAMS, [UNSUBSCRIBE, BULK]], ids=" ".join)
@pytest.mark.parametrize("local", ["wordpress", "info", "no-reply", "buero"])
def test_a_form_of_ours_is_its_visitors(local: str, fields: list[str]) -> None:
    assert is_doras(reading(f"From: Website <{local}@example.com>", BY_DORA, *fields))
    assert is_doras(reading(f"From: {local}@example.com", BY_DORA, *fields, TO_US, "Cc: dora@garten.test"))


OURS = [
    ("automatic by the config", ["From: shop@example.com", BY_DORA], Kind.NOTIFICATION),
    ("a responder of ours", ["From: info@example.com", BY_DORA, "Auto-Submitted: auto-replied"], Kind.AUTO_REPLY),
]


@cases("lines", "kind", rows=OURS)
def test_a_machine_of_ours_stays_one(lines: list[str], kind: Kind) -> None:
    assert reading(*lines).verdict.kind is kind


def test_a_form_of_the_config_is_one_though_it_is_called_automatic_too() -> None:
    team = replace(TEAM, webforms=frozenset({"shop@example.com"}))
    assert is_doras(reading("From: shop@example.com", BY_DORA, team=team))


COLLEAGUES = [
    ("with a private Reply-To", ["From: ben@example.com", "Reply-To: ben@home.test", "To: dora@garten.test"]),
    ("writes to a relay", ["From: ben@example.com", "Reply-To: t@relay.test", "To: t@relay.test"]),
    ("writes to several", ["From: ben@example.com", BY_DORA, f"To: {INFO}, dora@garten.test, emil@laden.test"]),
]


@cases("lines", rows=COLLEAGUES)
def test_a_colleague_is_no_form(lines: list[str]) -> None:
    found = reading(*lines)
    assert (found.parties.ours, found.parties.author) == (True, "ben@example.com")


# Visitors whom nothing names

UNNAMED = [
    ("of ours", ["From: Website <website@example.com>"]),
    ("of a hoster", ["From: Form <form@host.test>"]),
    ("of a hoster, to nobody", ["From: Form <form@host.test>", "To: undisclosed-recipients:;"]),
    ("automatic", ["From: website@example.com", GENERATED, BULK, "Return-Path: <>"]),
    (
        "of a hoster, to others",
        ["From: Form <form@host.test>", "To: office@host.test", "Delivered-To: info@example.com"],
    ),
    ("with our Reply-To", ["From: website@example.com", "Reply-To: info@example.com"]),
    ("with its own Reply-To", ["From: form@host.test", "Reply-To: form@host.test"]),
    ("to a colleague", ["From: website@example.com", "To: ben@example.com"]),
    ("a copy to somebody outside", ["From: website@example.com", TO_US, "Cc: dora@garten.test"]),
    ("of a shared address", ["From: shared@example.com", TO_US]),
]


@cases("lines", rows=UNNAMED)
def test_a_visitor_whom_nothing_names(lines: list[str]) -> None:
    found = reading(*lines)
    form = lines[0].partition("<")[2].strip(">") or lines[0].partition(" ")[2]
    assert (found.parties.visitor, found.parties.ours, found.verdict.kind) == (True, False, Kind.HUMAN)
    assert (found.parties.contact, found.parties.contact_name, found.parties.senders) == ("", form, ())


NO_VISITOR = [
    ("the form's copy to its visitor", ["From: website@example.com", "To: dora@garten.test"], True, Kind.AUTO_REPLY),
    (
        "the same, with our Reply-To",
        ["From: website@example.com", "Reply-To: info@example.com", "To: dora@garten.test", "Bcc: d@garten.test"],
        True,
        Kind.AUTO_REPLY,
    ),
    ("a shared address answers", ["From: shared@example.com", "To: dora@garten.test"], True, Kind.HUMAN),
    ("a shared address, to a colleague", ["From: shared@example.com", "To: ben@example.com"], True, Kind.HUMAN),
    ("not named in the config", ["From: wordpress@example.com"], True, Kind.HUMAN),
    ("not named, outside", ["From: wordpress@host.test"], False, Kind.HUMAN),
]


@cases("lines", "ours", "kind", rows=NO_VISITOR)
def test_no_unnamed_visitor(lines: list[str], ours: bool, kind: Kind) -> None:
    found = reading(*lines)
    assert (found.parties.visitor, found.parties.ours, found.verdict.kind) == (False, ours, kind)


def test_an_unnamed_visitor_waits() -> None:
    s = Story(webforms=["website@example.com"])
    first = s.mail("website@example.com", "03-02 09:00", INFO, subject="Contact form")
    second = s.mail("website@example.com", "03-02 09:30", INFO, subject="Contact form")
    s.mail("website@example.com", "03-02 09:31", "dora@garten.test", subject="Contact form", replies=second)
    s.reply(first, "03-02 12:00", to="dora@garten.test")
    assert s.message(first).disposition is Disposition.COUNTED
    assert [elapsed(s.exchange(mail)) for mail in (first, second)] == [3 * HOUR, None]
    assert (s.exchange(second).contact, s.exchange(second).contact_name) == ("", "website@example.com")


def test_in_a_colleagues_mailbox_he_is_nobodys_business() -> None:
    s = Story(webforms=["website@example.com"], unwatched=["ben"])
    mail = s.mail("website@example.com", "03-02 09:00", "ben@example.com", account="ben")
    assert s.message(mail).disposition is Disposition.NOT_WATCHED


# What names a known message is no form's

RELAY = "reply+77@tickets.relay.test"


def relayed(s: Story, *, known: bool = True, **said: object) -> Message:
    """Ben answers Anna through a relay that puts its own address into Reply-To."""
    question = s.inbound("anna", "03-02 09:00", to=RELAY, cc=INFO, fields=f"Reply-To: {RELAY}")
    named = question if known else "nobody@relay.test"
    answer = s.mail("ben", "03-02 11:00", [RELAY, INFO], replies=named, fields=f"Reply-To: {RELAY}", **said)
    return s.message(answer)


def test_our_answer_through_a_relay_is_ours() -> None:
    s = Story()
    assert (relayed(s).author, [elapsed(e) for e in s.exchanges()]) == ("ben@example.com", [2 * HOUR])


def test_what_names_an_unknown_message_may_be_a_forms() -> None:
    message = relayed(Story(), known=False)
    assert (message.author, message.contact, message.verdict.kind) == ("", "reply@tickets.relay.test", Kind.HUMAN)


def test_what_names_itself_alone_may_be_a_forms() -> None:
    s = Story()
    named = ["1@w.test", "nobody@w.test"]
    mail = s.mail("web@example.com", "03-02 09:00", INFO, message_id="1@w.test", references=named, fields=BY_DORA)
    assert s.message(mail).contact == "dora@garten.test"


def test_a_draft_is_not_known() -> None:
    s = Story()
    draft = s.outbound("dora@garten.test", "03-02 08:00", draft=True)
    mail = s.mail("web@example.com", "03-02 09:00", INFO, references=draft, fields=BY_DORA)
    assert s.message(mail).contact == "dora@garten.test"


ANSWERS = [
    ("a person behind a portal", "no-reply@portal.test", "", "dora@garten.test", Kind.HUMAN),
    ("a help desk confirms", "no-reply@desk.test", GENERATED, "no-reply@desk.test", Kind.NOTIFICATION),
    ("a form of the config", "form@host.test", GENERATED, "dora@garten.test", Kind.HUMAN),
]


@cases("sender", "fields", "contact", "kind", rows=ANSWERS)
def test_who_answers_for_others(sender: str, fields: str, contact: str, kind: Kind) -> None:
    s = Story(webforms=["form@host.test"])
    sent = s.outbound("dora@garten.test", "03-02 08:00")
    mail = s.mail(sender, "03-02 09:00", INFO, replies=sent, fields=f"{BY_DORA}\n{fields}")
    assert (s.message(mail).contact, s.message(mail).verdict.kind) == (contact, kind)


def test_a_shared_address_that_is_a_form_too_answers_in_person() -> None:
    s = Story(addresses=[INFO, "shared@example.com"], webforms=["shared@example.com"])
    question = s.inbound("anna", "03-02 09:00")
    answer = s.reply(question, "03-02 10:00", by="shared@example.com", fields="Reply-To: ben@home.test")
    note = s.reply(question, "03-02 11:00", by="shared@example.com", to=INFO)
    assert elapsed(s.exchange(question)) == HOUR
    assert [s.message(mail).author for mail in (answer, note)] == ["shared@example.com"] * 2


def test_known_before_or_after_gives_the_same(tmp_path: Path) -> None:
    s = Story()
    relayed(s)
    s.mail("ben", "03-02 12:00", INFO, fields="Reply-To: anna@anna.example")
    found = []
    for number, order in enumerate(permutations(s.mails)):
        (folder := tmp_path / str(number)).mkdir()
        with Keep(folder, s.config) as keep:
            for mail in order:
                keep.add([(mail, mail.places[0])])
                keep.derive()
            found.append([keep.without_clusters(table) for table in ("exchanges", "judgements")])
    assert found[0][0]
    assert all(rows == found[0] for rows in found)


def test_what_ties_it_once_it_is_no_forms_makes_a_cluster_too(tmp_path: Path) -> None:
    s = Story()
    sent = s.outbound("shop@laden.test", "03-01 08:00", subject="Order 17")
    s.mail("shop@laden.test", "03-02 09:00", "shop@laden.test", replies=sent, subject="Oak", fields=BY_DORA)
    s.inbound("shop@laden.test", "03-02 10:00", subject="Re: Oak")
    with Keep(tmp_path, s.config) as keep:
        for mail in s.mails:
            keep.add([(mail, mail.places[0])])
            keep.derive()
        assert [len(cluster) for cluster in keep.partition()] == [3]
