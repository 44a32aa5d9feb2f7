"""One header judged on its own, and the keys that tie it to others."""

from __future__ import annotations

import pytest

from replywatch.domain.headers.header import keep_fields, parse_header
from replywatch.domain.judging.hidden_subjects import hide_subject
from replywatch.domain.judging.reading import Letter, id_domain, keys_of, letter_of, read, subject_pairs, thread_keys
from replywatch.domain.messages import Delivery, Kind, Reading
from story import INFO, Mail, Place, Story, at, cases


def reading(story: Story, mail: Mail) -> Reading:
    return read(parse_header(mail.raw(mail.places[0])), story.team)


def test_what_a_reading_says() -> None:
    s = Story()
    q = s.inbound(
        "anna",
        "03-02 09:00",
        cc=["carl", "eva"],
        subject="AW: [info] Oak",
        replies="a@x.example",
        references=["b@x.example", "a@x.example"],
        fields="X-Google-Original-Message-ID: <old@anna.example>",
    )
    r = reading(s, q)
    assert r.ids == (q.message_id, "old@anna.example")
    assert (r.in_reply_to, r.references) == (("a@x.example",), ("b@x.example", "a@x.example"))
    assert (r.bare_subject, r.reply_prefix, r.subject) == ("oak", True, "AW: [info] Oak")
    assert r.outsiders == ("carl@carl.example",)
    assert (r.date, r.date_has_zone, r.received) == (q.when, True, q.when)
    assert r.verdict.kind is Kind.HUMAN
    assert not r.public_list


REFUSED = "From: MAILER-DAEMON@mx.test\nContent-Type: multipart/report; report-type=disposition-notification"
REPORT = "Content-Type: multipart/report; report-type=delivery-status"


@cases(
    "fields",
    "delivery",
    rows=[
        ("failed", f"{REPORT}\nSubject: Undelivered Mail Returned to Sender", Delivery.FAILED),
        ("delayed", f"{REPORT}\nSubject: Zustellung verzögert: Angebot", Delivery.DELAYED),
        ("arrived", f"{REPORT}\nSubject: Successful Mail Delivery Report", Delivery.DELAYED),
        ("not told", f"{REPORT}\nSubject: Offer", Delivery.UNCLEAR),
        ("told by whom it names", f"{REPORT}\nX-Failed-Recipients: a@b.test\nSubject: Offer", Delivery.FAILED),
        ("delayed for whom it names", "X-Failed-Recipients: a@b.test\nSubject: Delayed: Offer", Delivery.DELAYED),
        ("refused by Sieve", f"{REFUSED}\nSubject: Offer", Delivery.FAILED),
        ("by sender alone", "From: MAILER-DAEMON@mx.test\nSubject: Offer", Delivery.UNCLEAR),
        ("Exchange, arrived", "Subject: Relayed: Offer\nThread-Topic: Offer", Delivery.DELAYED),
        (
            "a report that arrived",
            "Content-Type: multipart/report; report-type=x\nSubject: Delivered",
            Delivery.DELAYED,
        ),
        ("a report on something else", "Content-Type: multipart/report; report-type=tlsrpt\nSubject: Failed", None),
        ("read", "Subject: Read: Offer\nThread-Topic: Offer", None),
        ("a person", "From: anna@a.test\nSubject: The delivery failed", None),
    ],
)
def test_what_a_notice_says_of_the_message_it_is_about(fields: str, delivery: Delivery | None) -> None:
    raw = f"{fields}\nTo: info@example.com\n\n".encode()
    kept = hide_subject(keep_fields(raw), b"key")
    assert [read(parse_header(block), Story().team).delivery for block in (raw, kept)] == [delivery, delivery]


@cases(
    "fields",
    "firm",
    rows=[
        ("a list", "List-Unsubscribe: <https://x.test>", "human"),
        ("spam", "X-Spam-Flag: YES\nAuto-Submitted: auto-replied", None),
        ("a person", "Subject: Offer", None),
    ],
)
def test_what_is_left_without_signs_that_people_s_mail_bears(fields: str, firm: str | None) -> None:
    found = read(parse_header(f"From: anna@a.test\n{fields}\n\n".encode()), Story().team)
    assert (found.firm and found.firm.rule) == firm


def test_a_public_list_is_an_outsider() -> None:
    s = Story(public_lists=["users@example.com"])
    r = reading(s, s.outbound("users@example.com", "03-02 09:00"))
    assert (r.public_list, r.outsiders) == (True, ("users@example.com",))


@pytest.mark.parametrize("listed", ["users+dev@lists.example", "users@lists.example"])
def test_a_tag_makes_a_public_list_no_other_one(listed: str) -> None:
    s = Story(public_lists=[listed])
    assert reading(s, s.outbound("users+dev@lists.example", "03-02 09:00")).public_list
    assert reading(s, s.outbound("users@lists.example", "03-02 09:00")).public_list
    assert not reading(s, s.outbound("users-dev@lists.example", "03-02 09:00")).public_list


@pytest.mark.parametrize(
    ("message_id", "domain"),
    [("a@Example.COM", "example.com"), ("a@b@c.example", "c.example"), ("a", ""), ("", ""), ("a@", "")],
)
def test_the_right_side_of_an_id(message_id: str, domain: str) -> None:
    assert id_domain(message_id) == domain


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\xff\xfe", b"From: \n\n", b"Message-ID: <\x00>\nSubject: \x00\n"])
def test_nothing_is_too_strange_to_be_read(raw: bytes) -> None:
    r = read(parse_header(raw), Story().team)
    assert len(r.identity) == 32
    assert keys_of(r, ())


def test_identities_do_not_depend_on_the_team() -> None:
    header = parse_header(b"From: a@b.example\nMessage-ID: <x>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n")
    assert read(header, Story().team).identity == read(header, Story(domains=["b.example"]).team).identity


# Keys

HUMAN, MACHINE = "", "Auto-Submitted: auto-generated"
PAIRS = [
    # by, to, subject, fields → persons of the pairs
    ("inbound", "anna", [INFO], "Oak", HUMAN, {"anna@anna.example"}),
    ("inbound with Reply-To", "anna", [INFO], "Oak", "Reply-To: a@x.example", {"anna@anna.example", "a@x.example"}),
    ("inbound to others too", "anna", [INFO, "carl"], "Oak", HUMAN, {"anna@anna.example"}),
    ("outbound", "ben", ["anna", "carl", "eva"], "Oak", HUMAN, {"anna@anna.example", "carl@carl.example"}),
    ("acknowledgement of ours", "ben", ["anna"], "Oak", MACHINE, {"anna@anna.example"}),
    ("automatic inbound", "anna", [INFO], "Oak", MACHINE, set()),
    ("newsletter of ours", "ben", ["anna"], "Oak", "List-Unsubscribe: <https://x.example>", set()),
    ("internal", "ben", ["eva"], "Oak", HUMAN, set()),
    ("trivial subject", "anna", [INFO], "Re:", HUMAN, set()),
    ("public list", "anna", [INFO, "users@lists.example"], "Oak", HUMAN, set()),
]


@cases("by", "to", "subject", "fields", "people", rows=PAIRS)
def test_pairs_of_person_and_subject(by: str, to: list[str], subject: str, fields: str, people: set[str]) -> None:
    s = Story(public_lists=["users@lists.example"])
    pairs = subject_pairs(reading(s, s.mail(by, "03-02 09:00", to, subject=subject, fields=fields)))
    assert pairs.exact == pairs.bare == pairs.exact_sought == {f"{person}\0oak" for person in people}
    assert pairs.bare_sought == {f"{person}\0oak{any_}" for person in people for any_ in ("", "\0")}


SOUGHT = [
    # name, subject and recipients of the later mail, of the earlier one, which forms find it
    ("the same", ("ben", "Oak", "anna"), ("anna", "oak"), "exact, bare"),
    ("the same number", ("ben", "AW: [#17] Oak", "anna"), ("anna", "[#17] Oak"), "exact, bare"),
    ("one number more", ("ben", "AW: [#17] Oak [Case 4]", "anna"), ("anna", "[#17] Oak"), "bare"),
    ("number of ours", ("ben", "AW: [#17] Oak", "anna"), ("anna", "Oak"), "bare"),
    ("number of theirs", ("ben", "AW: Oak", "anna"), ("anna", "[#17] Oak"), "bare"),
    ("another number", ("ben", "AW: [#17] Oak", "anna"), ("anna", "[#18] Oak"), ""),
    ("another bill", ("ben", "Rechnung #4712", "anna"), ("anna", "Rechnung #4711"), ""),
    ("another list", ("ben", "AW: [users] Oak", "anna"), ("anna", "[devel] Oak"), "bare"),
    ("gateway", ("ben", "AW: EXTERN: Oak", "anna"), ("anna", "Oak"), "exact, bare"),
    ("part of a subject", ("ben", "AW: Oak", "anna"), ("anna", "Oak boards"), ""),
    ("another person", ("ben", "AW: Oak", "carl"), ("anna", "Oak"), ""),
    ("in Cc with a prefix", ("ben", "AW: Oak", "carl", "anna"), ("anna", "Oak"), "exact, bare"),
    ("in Cc without one", ("ben", "Oak", "carl", "anna"), ("anna", "Oak"), ""),
    ("in Cc of a forwarded one", ("ben", "WG: Oak", "carl", "anna"), ("anna", "Oak"), ""),
    ("hers after ours with her in Cc", ("anna", "AW: Oak", "info"), ("ben", "Oak", "carl", "anna"), "exact, bare"),
    ("hers without a prefix", ("anna", "Oak", "info"), ("anna", "[#17] Oak"), "bare"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["open", "hidden"])
@cases("later", "earlier", "found", rows=SOUGHT)
def test_what_is_found_by_person_and_subject(
    later: tuple[str, ...], earlier: tuple[str, ...], found: str, *, hidden: bool
) -> None:
    s = Story()

    def told(sender: str, subject: str, to: str = "info", cc: str = "") -> Reading:
        header = keep_fields(s.mail(sender, "03-02 09:00", to, cc=[cc] if cc else [], subject=subject).raw(Place()))
        return read(parse_header(hide_subject(header, b"k") if hidden else header), s.team)

    one, other = told(*earlier), told(*later)
    known, asking = subject_pairs(one), subject_pairs(other)
    forms = {"exact": known.exact & asking.exact_sought, "bare": known.bare & asking.bare_sought}
    assert ", ".join(form for form, pairs in forms.items() if pairs) == found
    if found:
        assert not keys_of(one, ()).isdisjoint(keys_of(other, ()))


LETTERS = [
    # name, of the mail, marked, does it count
    ("a bill", "ben", {"subject": "Invoice"}, None, True),
    ("its number is another subject", "ben", {"subject": "[R-17] Invoice"}, None, False),
    ("a gateway's stamp is none", "ben", {"subject": "[EXT] Invoice"}, None, True),
    ("in Cc", "ben", {"to": [INFO], "cc": ["anna"], "subject": "Invoice"}, None, True),
    ("to a colleague", "ben", {"to": ["eva"], "subject": "Invoice"}, None, False),
    ("of a customer", "carl", {"to": [INFO], "subject": "Invoice"}, None, False),
    ("names a mail", "ben", {"subject": "Invoice", "replies": "q@x.example"}, None, False),
    ("names a thread", "ben", {"subject": "Invoice", "references": "q@x.example"}, None, False),
    ("reply prefix", "ben", {"subject": "AW: Invoice"}, None, False),
    ("forward prefix", "ben", {"subject": "WG: Invoice"}, None, False),
    ("no subject", "ben", {"subject": "(no subject)"}, None, False),
    ("automatic", "ben", {"subject": "Invoice", "fields": "Auto-Submitted: auto-generated"}, None, False),
    ("marked human", "ben", {"subject": "Invoice", "fields": "Auto-Submitted: auto-generated"}, Kind.HUMAN, True),
    ("marked automatic", "ben", {"subject": "Invoice"}, Kind.NOTIFICATION, False),
    ("no date", "ben", {"subject": "Invoice", "date": None}, None, False),
    ("to a list", "ben", {"to": ["users@lists.example"], "subject": "Invoice"}, None, False),
]


@cases("sender", "said", "marked", "counts", rows=LETTERS)
def test_what_may_be_one_of_many_letters(
    sender: str, said: dict[str, object], marked: Kind | None, counts: bool
) -> None:
    s = Story(public_lists=["users@lists.example"])
    first = letter_of(reading(s, s.outbound("anna", "03-01 09:00", subject="invoice ")))
    assert first is not None
    found = letter_of(reading(s, s.mail(sender, "03-02 09:00", **({"to": ["anna"]} | said))), marked)
    assert (found is not None and found.subject == first.subject) == counts
    if found:
        assert found == Letter(found.subject, "anna@anna.example", at("03-02 09:00"))


def share(first: dict[str, object], second: dict[str, object]) -> bool:
    """Whether two messages would fall into one cluster."""
    s = Story()
    a, b = (
        keys_of(reading(s, s.inbound("anna", when, **({"subject": when} | said))), said_threads)
        for when, said, said_threads in (
            ("03-02 09:00", {k: v for k, v in first.items() if k != "threads"}, first.get("threads", ())),
            ("03-02 10:00", {k: v for k, v in second.items() if k != "threads"}, second.get("threads", ())),
        )
    )
    return not a.isdisjoint(b)


SHARING = [
    ("nothing", {}, {}, False),
    ("reply", {"message_id": "q"}, {"replies": "q"}, True),
    ("reference", {"message_id": "q"}, {"references": ["x", "q"]}, True),
    ("the same ghost", {"references": "g"}, {"replies": "g"}, True),
    ("an alias", {"fields": "X-Microsoft-Original-Message-ID: <q>"}, {"replies": "q"}, True),
    ("one id", {"message_id": "q"}, {"message_id": "q"}, True),
    ("one thread", {"threads": ["gmail:1"]}, {"threads": ["gmail:1", "gmail:2"]}, True),
    ("thread and id of one text", {"threads": ["gmail:1"]}, {"replies": "gmail:1"}, False),
    ("one subject", {"subject": "Oak"}, {"subject": "Re: oak"}, True),
    ("ids in another letter case", {"message_id": "Q"}, {"replies": "q"}, False),
]


@cases("first", "second", "shared", rows=SHARING)
def test_what_shares_a_key(first: dict[str, object], second: dict[str, object], shared: bool) -> None:
    assert share(first, second) == shared


def test_keys_fit_into_the_store() -> None:
    assert all(-(2**63) <= key < 2**63 for key in thread_keys(map(str, range(100))))
