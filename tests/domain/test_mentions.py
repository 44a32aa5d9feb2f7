"""Who is named in a header, wherever and however."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.mentions import naming

ANNA = naming(["anna@anna.example"])
MULLER = naming(["eva@müller.example"])

NAMED = [
    ("from", b"From: Anna <anna@anna.example>"),
    ("case", b"From: ANNA@Anna.Example"),
    ("tag", b"To: anna+shop@anna.example"),
    ("empty tag", b"To: anna+@anna.example"),
    ("second of many", b"To: Ben <ben@example.com>, x@x.example,\r\n\tanna@anna.example"),
    ("bcc", b"Bcc: <anna@anna.example>"),
    ("quoted local part", b'From: "anna"@anna.example'),
    ("blanks and comments", b"From: anna (that's me) @ anna.example"),
    ("resent, with a comment", b"Resent-To: anna (that's me) @ anna.example"),
    ("group", b"To: friends: anna@anna.example;"),
    ("dot at the end", b"From: anna@anna.example."),
    ("outlook's quotes", b"From: 'anna@anna.example' <x@x.example>"),
    ("name", b'From: "anna@anna.example via info" <info@example.com>'),
    ("encoded name", b"From: =?utf-8?q?anna=40anna.example?= <x@x.example>"),
    ("subject", b"Subject: Form of anna@anna.example, 3 March"),
    ("encoded subject", b"Subject: =?utf-8?b?Rm9ybSBvZiBhbm5hQGFubmEuZXhhbXBsZQ==?="),
    ("between halves of an encoded word", b"Subject: =?utf-8?b?\r\nTo: anna@anna.example\r\nCc: ?="),
    ("trace", b"Received: from a by b for\r\n <anna@anna.example>; Mon, 4 Mar 2024 08:00:00 +0100"),
    ("return path", b"Return-Path: <Anna@anna.example>"),
    ("failed recipient", b"X-Failed-Recipients: anna@anna.example"),
    ("message id", b"References: <anna@anna.example>"),
    ("VERP", b"Return-Path: <bounces+anna=anna.example@list.example>"),
    ("VERP after a dash", b"Return-Path: <bounces-123-anna=anna.example@list.example>"),
    ("SRS", b"Return-Path: <SRS0=x7Fz=4Q=anna.example=anna@forwarder.example>"),
    ("BATV", b"Return-Path: <prvs=1234567=anna@anna.example>"),
    ("written by a list", b"From: Anna <anna=40anna.example@dmarc.ietf.example>"),
    ("link", b"List-Unsubscribe: <https://x.example/?who=anna%40anna.example&l=1>"),
    ("mailto", b"List-Unsubscribe: <mailto:off@x.example?body=anna@anna.example>"),
    ("not UTF-8", b"Subject: \xe4 anna@anna.example"),
    ("no field at all", b"anna@anna.example"),
    ("file", b'Content-Type: application/pdf; name="anna@anna.example.pdf"'),
    ("file of two dots", b"Subject: anna@anna.example.2024-03.tar.gz"),
    ("file of a number", b"Subject: anna@anna.example.2"),
    ("no blank behind the sentence", b"Subject: Please ask anna@anna.example.She knows"),
    ("pieces", b'Content-Type: a/b; name*0="anna@an"; name*1="na.exam"; name*2="ple"'),
    ("pieces without quotes", b"Content-Disposition: inline; filename*0=anna@an;filename*1=na.example.pdf"),
    ("pieces in another order", b"Content-Type: a/b; NAME*1=anna.example;\r\n name*0=anna@"),
    ("pieces beside others", b'Content-Type: a/b; n*0="anna@an"; m*0=x; n*1="na.example"; m*1=y'),
    ("encoded pieces", b"Content-Type: a/b; name*0*=utf-8''anna%4; name*1*=0anna%2Eexample"),
    ("escaped pieces", b'Content-Type: a/b; name*0="an\\na@"; name*1="anna\\.example"'),
    ("encoded word in pieces", b'Content-Type: a/b; name*0="=?utf-8?q?anna=4"; name*1="0anna.example?="'),
]  # fmt: skip

NOT_NAMED = [
    ("nobody", b""),
    ("another person of that house", b"From: joanna@anna.example, j.anna@anna.example, lisa-anna@anna.example"),
    ("another tag", b"To: ben+anna@anna.example"),
    ("longer domain", b"To: anna@anna.example.org, anna@anna.example-shop.de"),
    ("shorter domain", b"To: anna@example"),
    ("other domain", b"To: anna@xanna.example, anna@mail.anna.example"),
    ("dot is no wildcard", b"To: anna@annaxexample"),
    ("name alone", b"From: Anna <x@x.example>"),
    ("id of that house", b"Message-ID: <anna.1@anna.example>"),
    ("domain of a country", b"To: anna@anna.example.de, anna@anna.example.co.uk, <anna@anna.example.org.>"),
    ("pieces of two files", b"Content-Type: a/b; name*0=anna@; file*1=anna.example"),
    ("pieces of two fields", b"Content-Type: a/b; name*0=anna@\r\nContent-Disposition: inline; name*1=anna.example"),
    ("VERP of another", b"Return-Path: <bounces+joanna=anna.example@list.example>"),
    ("VERP of a longer domain", b"Return-Path: <bounces+anna=anna.example.org@list.example>"),
]


@pytest.mark.parametrize("header", [h for _, h in NAMED], ids=[n for n, _ in NAMED])
def test_named(header):
    assert ANNA(header + b"\r\n\r\n")
    assert naming(["x@y.example", "anna@anna.example"])(header)
    assert not naming(["x@y.example"])(header)


@pytest.mark.parametrize("header", [h for _, h in NOT_NAMED], ids=[n for n, _ in NOT_NAMED])
def test_not_named(header):
    assert not ANNA(header + b"\r\n\r\n")


@pytest.mark.parametrize(
    "header",
    [
        "To: eva@müller.example",
        "To: EVA@MÜLLER.example",
        "To: eva@xn--mller-kva.example",
        "Return-Path: <b+eva=xn--mller-kva.example@l.de>",
    ],
)
def test_domains_in_both_forms(header):
    assert MULLER(header.encode())
    assert not ANNA(header.encode())


GMAIL = [
    ("dots", "From: an.na.berg@gmail.com"),
    ("the other domain", "From: annaberg@googlemail.com"),
    ("both, and a token", "To: Anna.Berg+7f3a9c2e51b04d@GoogleMail.com"),
    ("VERP", "Return-Path: <bounces-1-anna.berg+x=googlemail.com@list.example>"),
    ("SRS", "Return-Path: <SRS0=x7Fz=4Q=googlemail.com=an.naberg@forwarder.example>"),
    ("written by a list", "From: Anna <anna.berg=40gmail.com@dmarc.ietf.example>"),
    ("link", "List-Unsubscribe: <https://x.example/?who=anna.berg%40googlemail.com&l=1>"),
    ("encoded word", "Subject: =?utf-8?b?YW5uYS5iZXJnQGdvb2dsZW1haWwuY29t?="),
    ("trace", "Received: from a by b for <a.n.n.a.b.e.r.g@gmail.com>; Mon, 4 Mar 2024 08:00:00 +0100"),
]
NOT_GMAIL = [
    ("another name", "From: hannaberg@gmail.com, anna-berg@gmail.com, annaberger@gmail.com"),
    ("dots elsewhere", "From: annaberg@gmx.de, anna.berg@mail.gmail.com, anna.berg@gmail.com.example"),
    ("another's tag", "From: ben+anna.berg@gmail.com"),
]


@pytest.mark.parametrize("asked_for", ["anna.berg@gmail.com", "annaberg+shop@googlemail.com"])
@pytest.mark.parametrize(("header", "named"), [(h, True) for _, h in GMAIL] + [(h, False) for _, h in NOT_GMAIL])
def test_what_the_provider_takes_for_the_same(asked_for, header, named):
    assert naming([asked_for])(header.encode()) is named


@pytest.mark.parametrize(
    ("asked_for", "header", "named"),
    [
        ("anna@me.com", b"From: anna@icloud.com", True),
        ("anna@icloud.com", b"Return-Path: <b+anna=mac.com@list.example>", True),
        ("anna@icloud.com", b"From: an.na@icloud.com", False),
        ("anna-berg@pm.me", b"X-Loop: anna_b.erg@protonmail.com", True),
        ("anna@hotmail.com", b"From: anna@outlook.com", False),
        ("r@p.example", b"X-Loop: r+" + b"7f3a9c2e51b04d" * 20 + b"@p.example", True),
        ("r+7f3a9c2e51b04d@p.example", b"X-Loop: r+7f3a9c2e51b04d@p.example", True),
        ("r+7f3a9c2e51b04d@p.example", b"Return-Path: <b-r+7f3a9c2e51b04d=p.example@list.example>", True),
        ("r+7f3a9c2e51b04d@p.example", b"From: r+0b91e77ac4d2f8@p.example, r@p.example", False),
    ],
)
def test_providers_and_tokens(asked_for, header, named):
    assert naming([asked_for])(header) is named


def test_a_tag_of_the_address_asked_for_makes_no_difference():
    assert naming(["anna+shop@anna.example"])(b"From: anna@anna.example")


@given(st.binary(max_size=400))
def test_any_bytes_around_it(noise):
    assert ANNA(b"From: anna@anna.example\r\nX-Loop: " + noise)
    ANNA(noise)


@pytest.mark.parametrize(
    "piece",
    [
        b"anna+",
        b"anna+/",
        b"anna=",
        b"=anna.example",
        b"anna+x=anna.example ",
        b"=?utf-8?q?anna",
        b"%40anna",
        b"a*0=",
        b'a*1="',
        b"anna@anna.example.a.org ",
        b";*0*=%",
    ],
)
def test_long_fields_take_no_long_time(piece):
    assert not ANNA(b"Subject: " + piece * 40_000)


@pytest.mark.parametrize("piece", [b"a", b"a.", b"a=", b'"', b'\\"'])
def test_nor_do_parameters_in_pieces(piece):
    assert not ANNA(b"Content-Type: a/b; name*0=x; name*1=" + piece * 200_000)


@pytest.mark.parametrize("piece", [b"a", b"a.", b"aaaa...", b"aaaaaaaa+", b" aaaaaaaa+a", b"=gmail.com=a.a", b"\0a.."])
def test_nor_do_many_dots(piece):
    assert not naming(["aaaaaaaa@gmail.com"])(b"Subject: " + piece * 20_000)
