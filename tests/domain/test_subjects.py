"""Subjects: decoding, and what is left without prefixes."""

from __future__ import annotations

import json
from email.header import Header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.subjects import BaseSubject, base_subject, decode_bytes, decode_text

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
        ("Re[4]: Angebot", "angebot", True, False),
        ("Re (2): Angebot", "angebot", True, False),
        ("Re*3: Angebot", "angebot", True, False),
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
        ("[Liste] Angebot", "angebot", False, False),
        ("[EXTERNAL] Re: [Liste] AW: Angebot", "angebot", True, False),
        ("(extern) AW: Angebot", "angebot", True, False),
        ("Angebot (fwd)", "angebot", False, True),
        ("Re: Angebot (fwd) (fwd)", "angebot", True, True),
        ("[Fwd: Re: Angebot]", "angebot", True, True),
        ("Re: [Angebot 17]", "[angebot 17]", True, False),
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
        ("Réf: 4711", "réf: 4711", False, False),
        ("Ответ на письмо: да", "ответ на письмо: да", False, False),
        ("返信用封筒: 注文", "返信用封筒: 注文", False, False),
        # Too common to tell anything:
        ("", "", False, False),
        ("Re:", "", True, False),
        ("[EXTERNAL] Re:", "", True, False),
        ("...", "", False, False),
        ("Re: (no subject)", "", True, False),
        ("Kein Betreff", "", False, False),
        ("<kein Betreff>", "", False, False),
        ("Re: (ohne Betreff)", "", True, False),
        ("(Sans objet)", "", False, False),
        ("Sin asunto", "", False, False),
        ("WG: Nessun oggetto", "", False, True),
        ("Frage ohne Betreff", "frage ohne betreff", False, False),
        ("17", "17", False, False),
    ],
)
def test_prefixes_are_stripped(subject, base, reply, forward):
    assert base_subject(subject) == BaseSubject(base, reply, forward)


@given(
    st.lists(st.sampled_from(["Re: ", "AW:", "Fwd: ", "[Liste] ", "SV[2]: ", "WG : ", "(extern) "]), max_size=30),
    st.from_regex(r"[a-zäöüß]{5,20}( [a-zäöüß0-9]{1,12}){0,60}", fullmatch=True),
)
def test_no_pile_of_prefixes_changes_the_base(prefixes, text):
    assert base_subject("".join(prefixes) + text).base == base_subject(text).base != ""


@given(st.text(max_size=3000))
def test_any_text_has_a_base_of_bounded_length(text):
    assert len(base_subject(text).base) <= 500


def test_long_hostile_subjects_take_no_time():
    for piece in ("Re: ", "[", "[a]", "(fwd)", "[fwd: ", "\u0315\u0300", " ", "Re[", "ﷺ"):
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
        assert base_subject(subject) == BaseSubject(base.casefold(), replies > 0, forward=False)
