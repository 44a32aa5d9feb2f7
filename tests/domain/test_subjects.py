"""Subjects: decoding, and what is left without prefixes."""

from __future__ import annotations

import json
from email.header import Header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.encoded_words import decode_bytes, decode_text
from replywatch.domain.headers.subjects import BaseSubject, base_subject

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Anfrage_f=C3=BCr_Anna?=", "Anfrage für Anna"),
        ("=?UTF-8?B?w7xiZXI=?=", "über"),
        ("=?utf-8?b?w7w?=", "ü"),  # padding cut off
        ("=?utf-8?b?w7w=A?=", "ü\0"),  # padding in the middle
        ("=?utf-8?b?!?=", ""),
        ("=?utf-8?q?a=C3?= =?utf-8?q?=BCb?=", "aüb"),  # a character torn in two
        ("=?utf-8?q?a?=  =?iso-8859-1?q?=FC?=", "aü"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("Re: =?utf-8?q?a?= b =?utf-8?q?c?= ", "Re: a b c "),
        (" =?utf-8?q?a?=", " a"),
        ("=?iso-8859-1*de?q?=FC?=", "ü"),
        ("=?iso-8859-1?q?=80?=", "€"),  # said Latin-1, meant windows-1252
        ("=?us-ascii?q?=C3=BC?=", "ü"),
        ("=?utf-8?q?=FC?=", "ü"),  # wrong charset
        ("=?x-unknown?q?=C3=BC?=", "ü"),
        ("=?hex?q?41?=", "41"),  # a codec, but no charset
        ("=?punycode?q?mller-kva?=", "mller-kva"),
        ("=?a\0b?q?x?=", "x"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?utf-7?q?+AOQ-?=", "ä"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),  # half of a surrogate pair
        ("=?utf-8?Q?Wie_geht's_dir??=", "Wie geht's dir?"),
        ("=?utf-8?Q?a b?=", "a b"),  # spaces are not allowed there, and common
        ("=?utf-8?q?unclosed", "=?utf-8?q?unclosed"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("a =?= b", "a =?= b"),
        ("\udcfc", "\ufffd"),
    ],
)
def test_encoded_words_are_decoded(value, expected):
    assert decode_text(value) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"a\xc3\xbc", "aü"), (b"a\xfc", "aü"), (b"\x80", "€"), (b"\x81\xfc", "\x81ü"), (b"", "")],
)
def test_raw_bytes_are_utf8_or_else_western(raw, expected):
    assert decode_bytes(raw) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1), st.booleans())
def test_what_the_standard_library_encodes_is_decoded(text, latin):
    charset = "iso-8859-1" if latin and all(ord(c) < 0x80 or 0xA0 <= ord(c) < 0x100 for c in text) else "utf-8"
    encoded = Header(text, charset, maxlinelen=60).encode().replace("\n", "")
    assert decode_text(encoded) == text


word_parts = st.sampled_from(
    ["=?", "?=", "?", "q", "B", "utf-8", "utf-7", "utf-16", "+2AA-", "=C3", "w7w=", " ", "_", "ü", "="]
)


@given(st.lists(word_parts, max_size=25).map("".join) | st.text())
def test_decoding_rubbish_never_raises_and_lets_no_surrogate_out(value):
    decode_text(value).encode("utf-8")


@pytest.mark.parametrize(
    ("subject", "base", "reply", "forward"),
    [
        ("Angebot", "angebot", False, False),
        ("Re: Angebot", "angebot", True, False),
        ("RE:Angebot", "angebot", True, False),
        ("Re : Angebot", "angebot", True, False),
        ("AW: Re: AW:AW: Angebot", "angebot", True, False),
        ("WG: Angebot", "angebot", False, True),
        ("AW: WG: Angebot", "angebot", True, True),
        ("R: I: Offerta", "offerta", True, True),
        ("PD: Oferta", "oferta", False, True),
        ("Vá: Ajánlat", "ajánlat", True, False),
        ("回复\uff1a转发: 你好", "你好", True, True),
        ("Отв: Предложение", "предложение", True, False),
        ("Ответ: RE: Предложение", "предложение", True, False),
        ("返信: 転送: 見積もり", "見積もり", True, True),
        ("회신: 전달: 견적", "견적", True, True),
        ("Re : RÉP: Offre", "offre", True, False),
        ("ΑΠ: Σχετ: Προσφορά", "προσφορά", True, False),
        # Counted:
        ("Re[4]: Angebot", "angebot", True, False),
        ("Re (2): Angebot", "angebot", True, False),
        ("Re*3: Angebot", "angebot", True, False),
        ("Re^2: Angebot", "angebot", True, False),
        ("Re²: Angebot", "angebot", True, False),
        ("AW-2: Angebot", "angebot", True, False),
        ("Re3: Angebot", "angebot", True, False),
        ("FW12: Angebot", "angebot", False, True),
        # Lotus Notes, and words written out:
        ("Antwort: Re: Angebot", "angebot", True, False),
        ("Antwort an: Angebot", "angebot", True, False),
        ("Reply to: Offer", "offer", True, False),
        ("Betr: Offerte", "offerte", True, False),
        ("Betr.: Offerte", "offerte", True, False),
        ("Réf. : Devis", "devis", True, False),
        ("Rif: Offerta", "offerta", True, False),
        ("Vedr.: Tilbud", "tilbud", True, False),
        ("Ang: Offert", "offert", True, False),
        ("Svar: Tilbud", "tilbud", True, False),
        ("Réponse : Devis", "devis", True, False),
        ("Respuesta: Oferta", "oferta", True, False),
        ("Resposta: Oferta", "oferta", True, False),
        ("Risposta: Offerta", "offerta", True, False),
        ("Odpowiedź: Oferta", "oferta", True, False),
        ("YANIT: İLT: Teklif", "teklif", True, True),
        ("Trả lời: Chào", "chào", True, False),
        ("رد: إعادة توجيه: عرض", "عرض", True, True),
        ("\u200fرد\u200f: عرض", "عرض", True, False),
        ("\u202bהשב: הצעה\u202c", "הצעה", True, False),
        ("\u041d\u0410: Предложение", "предложение", True, False),
        # Forwarded in other ways:
        ("Angebot (fwd)", "angebot", False, True),
        ("Re: Angebot (fwd) (fwd)", "angebot", True, True),
        ("[Fwd: Re: Angebot]", "angebot", True, True),
        ("  Re:\t Angebot  \u00a0 zwei ", "angebot zwei", True, False),
        ("STRASSE", "strasse", False, False),
        ("Straße", "strasse", False, False),
        ("\uff32\uff25\uff1aAngebot", "angebot", True, False),
        # No prefixes:
        ("Re Angebot", "re angebot", False, False),
        ("Regal: Angebot", "regal: angebot", False, False),
        ("Angebot PD: neu", "angebot pd: neu", False, False),
        ("Angebot I: neu, R: alt", "angebot i: neu, r: alt", False, False),
        ("(dringend) Angebot", "(dringend) angebot", False, False),
        ("Angebot (fwd) neu", "angebot (fwd) neu", False, False),
        ("Ware: Angebot", "ware: angebot", False, False),
        ("R2: Angebot", "r2: angebot", False, False),
        ("[EXT] -5 Grad", "-5 grad", False, False),
        ("Angebot - (Eiche)", "angebot - (eiche)", False, False),
        ("Haben: Soll", "haben: soll", False, False),
        ("Réf: 4711", "réf: 4711", False, False),
        ("Ref.: Nr. 4711", "ref.: nr. 4711", False, False),
        ("Ответ на письмо: да", "ответ на письмо: да", False, False),
        ("返信用封筒: 注文", "返信用封筒: 注文", False, False),
        ("Antwort an Frau Berg: ja", "antwort an frau berg: ja", False, False),
        # Too common to tell anything:
        ("", "", False, False),
        ("Re:", "", True, False),
        ("[EXTERNAL] Re:", "", True, False),
        ("...", "", False, False),
        ("Re: (no subject)", "", True, False),
        ("[Liste] (no subject)", "", False, False),
        ("Kein Betreff", "", False, False),
        ("<kein Betreff>", "", False, False),
        ("Re: (ohne Betreff)", "", True, False),
        ("(Sans objet)", "", False, False),
        ("Sin asunto", "", False, False),
        ("WG: Nessun oggetto", "", False, True),
        ("Frage ohne Betreff", "frage ohne betreff", False, False),
        ("17", "17", False, False),
        # Tags alone are the subject:
        ("Re: [Angebot 17]", "[angebot 17]", True, False),
        ("[#4711] Re: (no subject)", "[#4711]", True, False),
        ("Ticket#17", "ticket#17", False, False),
        ("[Umfrage]", "[umfrage]", False, False),
    ],
)
def test_prefixes_are_stripped(subject, base, reply, forward):
    assert base_subject(subject) == BaseSubject(base, base, reply, forward)


STAMPS = [
    "EXTERN: {}", "{} [EXTERN]", "[EXT] {}", "*EXT* {}", "(extern) {}", "EXTERNAL: {}", "[EXTERNAL EMAIL]: {}",
    "<EXTERN> {}",
    "[Caution: External Sender] {}", "{{Spam?}} {}", "{{Definitely Spam?}} {}", "[SPAM] {}", "*****SPAM***** {}",
    "{} ***SPAM***",
    "[SPAM 5.3] {}", "[SPAM_SUSPECTED] {}", "SPAM: {}", "Spam-Verdacht: {}", "_SPAM_ {}", "[EXTERNE] [EXT] {}",
    "[EKSTERN] {}",
    "[外部] {}", "{{Disarmed}} {}", "[EXTERN]AW: [EXT]{}",
]  # fmt: skip


@pytest.mark.parametrize("stamp", STAMPS)
def test_stamps_of_gateways_say_nothing(stamp):
    found = base_subject(stamp.format("Angebot"))
    assert (found.exact, found.bare, found.numbers) == ("angebot", "angebot", ())


@pytest.mark.parametrize(
    "subject",
    [
        "Externe Berater gesucht", "External: audit", "Spam im Postfach", "[Externe Prüfung] Termin",
        "*wichtig* Angebot",
        "Achtung: Termin", "<Angebot>", "Frage (extern geprüft)", "Extern", "Newsletter: Anmeldung",
    ],
)  # fmt: skip
def test_words_of_people_are_no_stamps(subject):
    expected = " ".join(subject.casefold().split())
    assert base_subject(subject).exact == ("audit" if subject == "External: audit" else expected)


TAGS = [
    # subject, tags, numbers
    ("[Liste] Angebot", ["liste"], []),
    ("[EXTERNAL] Re: [Liste] AW: [Liste] Angebot", ["liste"], []),
    ("[#1234] Angebot", ["#1234"], ["#1234"]),
    ("Re: [Ticket#2024-17] Angebot", ["ticket#2024-17"], ["ticket#2024-17"]),
    ("Angebot [Ticket#2024-17]", ["ticket#2024-17"], ["ticket#2024-17"]),
    ("AW: Angebot Ticket#2024-17", ["ticket#2024-17"], ["ticket#2024-17"]),
    ("Ticket #17: Angebot", ["ticket #17"], ["ticket #17"]),
    ("Ticket 17 - Angebot", ["ticket 17"], ["ticket 17"]),
    ("[Ticket#17] - Angebot", ["ticket#17"], ["ticket#17"]),
    ("[EXT] | [Ticket 17] \u2013 Angebot", ["ticket 17"], ["ticket 17"]),
    ("Angebot - [Ticket#17]", ["ticket#17"], ["ticket#17"]),
    ("Angebot -- (Case 17) | [EXT]", ["case 17"], ["case 17"]),
    ("Case #17 - Angebot", ["case #17"], ["case #17"]),
    ("Ticket#17 | Angebot", ["ticket#17"], ["ticket#17"]),
    ("Anfrage 17: Angebot", ["anfrage 17"], ["anfrage 17"]),
    ("Re: Ref-17: Angebot", ["ref-17"], ["ref-17"]),
    ("Angebot | Vorgang 17", ["vorgang 17"], ["vorgang 17"]),
    ("Angebot (Case 00123)", ["case 00123"], ["case 00123"]),
    ("(SUP-12) Angebot", ["sup-12"], ["sup-12"]),
    ("#4711: Angebot", ["#4711"], ["#4711"]),
    ("Angebot #4711", ["#4711"], ["#4711"]),
    ("##4711## Angebot", ["##4711##"], ["##4711##"]),
    ("CAS-01234-X7: Angebot", ["cas-01234-x7"], ["cas-01234-x7"]),
    ("Angebot CRM:0001234", ["crm:0001234"], ["crm:0001234"]),
    ("Angebot [ ref:_00D20.500x1:ref ]", ["ref:_00d20.500x1:ref"], ["ref:_00d20.500x1:ref"]),
    ("Angebot ref:!00D20.500x1:ref", ["ref:!00d20.500x1:ref"], ["ref:!00d20.500x1:ref"]),
    ("INC0012345: Angebot", ["inc0012345"], ["inc0012345"]),
    ("[Project - Bug #17] [neu] Angebot [x]", ["project - bug #17", "neu", "x"], ["project - bug #17"]),
    ("Angebot (war: Anfrage 17)", ["war: anfrage 17"], []),
    ("RE-1001: Angebot", ["re-1001"], ["re-1001"]),
    ("[Fwd: [Order 17] Angebot]", ["order 17"], ["order 17"]),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "tags", "numbers"), TAGS)
def test_tags_stand_in_the_exact_form_alone(subject, tags, numbers):
    found = base_subject(subject)
    exact = " ".join([*(f"[{tag}]" for tag in tags), "angebot"])
    assert (found.exact, found.bare, list(found.tags), list(found.numbers)) == (exact, "angebot", tags, numbers)
    assert base_subject(exact)[:2] == found[:2]


@pytest.mark.parametrize(
    "subject",
    [
        "Angebot 17", "17 Türen", "Raum 4711: Schlüssel", "Angebot Ticket", "Angebot (neu)", "Angebot (2 Stück)",
        "idee7: Lampe",
        "Angebot: 17", "Frage zum Fall der Mauer 1989", "Rechnung 2024-17", "Termin 12.3.: Ort", "#oak: Angebot",
        "Angebot #oak", "#17.5 mm Bohrer", "#4711,4712: Preise",
    ],
)  # fmt: skip
def test_numbers_of_people_are_no_tags(subject):
    expected = subject.casefold()
    assert base_subject(subject) == BaseSubject(expected, expected, reply=False, forward=False)


@given(
    st.lists(
        st.sampled_from(["Re: ", "AW:", "Fwd: ", "[Liste] ", "SV[2]: ", "WG : ", "(extern) ", "#17: "]), max_size=30
    ),
    st.from_regex(r"[a-zäöüß]{5,20}( [a-zäöüß]{1,12}){0,60}", fullmatch=True),
    st.lists(st.sampled_from([" (fwd)", " [EXT]", " [Ticket#17]", " - Case 4"]), max_size=5),
)
def test_no_pile_around_it_changes_the_bare_subject(before, text, after):
    assert base_subject("".join(before) + text + "".join(after)).bare == base_subject(text).bare != ""


@given(st.text(max_size=3000) | st.text(alphabet="[](){}#:-*1aetr wsk", max_size=200))
def test_any_text_has_two_forms_of_bounded_length_or_none(text):
    found = base_subject(text)
    assert len(found.bare) <= 500
    assert len(found.exact) <= 2000
    assert bool(found.exact) == bool(found.bare)


def test_long_hostile_subjects_take_no_time():
    for piece in (
        "Re: ",
        "[",
        "[a]",
        "(fwd)",
        "[fwd: ",
        "\u0315\u0300",
        " ",
        "Re[",
        "ﷺ",
        "#1 ",
        " [1]",
        "*ext*",
        "ticket#1 ",
        "(was: ",
    ):
        base_subject(piece * 300_000)
        decode_text("=?utf-8?q?" + piece * 300_000)
    for piece in ("=?a?q?", "=?utf-8?q?a?= ", "=?utf-8?b?w7w=?=", "=?", "?="):
        decode_text(piece * 60_000)


def test_mailkit_samples():
    path = SAMPLES / "threads/subjects_mailkit.json"
    if not path.exists():
        pytest.skip("no samples beside the checkout")
    for subject, base, replies in json.loads(path.read_text()):
        # MailKit counts prefixes (Re[4] as four); all we ask is whether there was one.
        found = base_subject(subject)
        assert (found.bare, found.reply, found.forward) == (base.casefold(), replies > 0, False)
