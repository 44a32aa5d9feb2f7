"""Addresses: plain, odd and hostile."""

from __future__ import annotations

from email.utils import formataddr, getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers import addresses
from replywatch.domain.headers.addresses import fold_domain, parse_addresses
from replywatch.domain.messages import Address
from replywatch.domain.people import contact_key


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("anna@example.com", [("", "anna@example.com")]),
        ("<anna@example.com>", [("", "anna@example.com")]),
        ("Anna <Anna@Example.COM>", [("Anna", "anna@example.com")]),
        ('"Schmidt, Anna" <anna@example.com>', [("Schmidt, Anna", "anna@example.com")]),
        ("Anna <anna@example.com>, bob@example.com", [("Anna", "anna@example.com"), ("", "bob@example.com")]),
        ("a@example.com,,b@example.com,", [("", "a@example.com"), ("", "b@example.com")]),
        ("=?utf-8?Q?J=C3=B6rg?= <j@example.com>", [("Jörg", "j@example.com")]),
        ('"=?utf-8?Q?J=C3=B6rg?=" <j@example.com>', [("Jörg", "j@example.com")]),
        ("=?utf-8?Q?M=C3=BCller,_Anna?= <a@example.com>", [("Müller, Anna", "a@example.com")]),
        ("Jörg <j@example.com>", [("Jörg", "j@example.com")]),
        ("anna@example.com (Anna (Einkauf))", [("Anna (Einkauf)", "anna@example.com")]),
        ('anna@example.com (5" Rohr)', [('5" Rohr', "anna@example.com")]),
        ("(Anna) anna@example.com (privat)", [("Anna privat", "anna@example.com")]),
        ('"O\\"Hara\\\\" <o@example.com>', [('O"Hara\\', "o@example.com")]),
        ("Anna\tMaria   <a@example.com>", [("Anna Maria", "a@example.com")]),
        ("undisclosed-recipients:;", []),
        ("undisclosed-recipients: ;", []),
        ("Team: a@x.example, Bob <b@x.example>; c@d", [("", "a@x.example"), ("Bob", "b@x.example"), ("", "c@d")]),
        ("a@example.com; b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("a@example.com b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("Anna <a@example.com> Bob <b@example.com>", [("Anna Bob", "a@example.com"), ("", "b@example.com")]),
        ("Anna anna@example.com", [("Anna", "anna@example.com")]),
        ("anna @ example.com", [("", "anna@example.com")]),
        ("< anna@example.com >", [("", "anna@example.com")]),
        ("<<anna@example.com>>", [("", "anna@example.com")]),
        ("Anna <anna@example.com", [("Anna", "anna@example.com")]),
        ("Anna <anna@example.com, bob@example.com", [("Anna", "anna@example.com"), ("", "bob@example.com")]),
        ('"Anna <anna@example.com>', [("Anna", "anna@example.com")]),
        ("Anna (Einkauf <anna@example.com>", [("Anna Einkauf", "anna@example.com")]),
        ("Anna) <anna@example.com>", [("Anna", "anna@example.com")]),
        ('"anna b"@example.com', [("", "anna b@example.com")]),
        ('<"anna b"@example.com>', [("", "anna b@example.com")]),
        ('"anna@example.com"', [("", "anna@example.com")]),
        ('"anna@example.com" <bob@example.org>', [("anna@example.com", "bob@example.org")]),
        ("'anna@example.com'", [("", "anna@example.com")]),
        ("<mailto:anna@example.com>", [("", "anna@example.com")]),
        ("mailto:anna@example.com", [("", "anna@example.com")]),
        ("<@a.example,@b.example:anna@example.com>, b@example.com", [("", "anna@example.com"), ("", "b@example.com")]),
        ("anna@example.com.", [("", "anna@example.com")]),
        ("<anna@example.com.>", [("", "anna@example.com")]),
        ("anna@[192.0.2.1]", [("", "anna@[192.0.2.1]")]),
        ("anna@[IPv6:2001:db8::1]", [("", "anna@[ipv6:2001:db8::1]")]),
        ("anna@MÜLLER.example", [("", "anna@müller.example")]),
        ("anna@xn--mller-kva.example", [("", "anna@müller.example")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("Mail System <MAILER-DAEMON>", [("Mail System <MAILER-DAEMON>", "")]),
        ("Anna <>", [("Anna", "")]),
        ("<>", []),
        ("@", [("@", "")]),
        ("anna@", [("anna@", "")]),
        ("\\", [("\\", "")]),
    ],
)  # fmt: skip
def test_addresses_are_read(value, expected):
    assert parse_addresses(value) == tuple(Address(*pair) for pair in expected)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("Example.COM.", "example.com"),
        ("straße.example", "straße.example"),
        ("xn--strae-oqa.example", "straße.example"),  # another domain than strasse.example (IDNA 2008)
        ("\uff45xample.com", "example.com"),
        ("xn--example-.com", "xn--example-.com"),  # decodes to plain "example"
        ("xn--xample-hy68a.com", "xn--xample-hy68a.com"),  # a full-width e
        ("xn--" + "a" * 80 + ".com", "xn--" + "a" * 80 + ".com"),
        ("xn--99999999.com", "xn--99999999.com"),
        ("[192.0.2.1]", "[192.0.2.1]"),
    ],
)
def test_a_domain_has_one_form(domain, expected):
    assert fold_domain(domain) == expected


@given(st.text())
def test_folding_a_domain_never_raises_and_is_stable_for_plain_labels(text):
    folded = fold_domain(text)
    folded.encode("utf-8")
    assert fold_domain("xn--" + text[:50]).encode("utf-8")


@given(st.from_regex(r"[a-zäöüßøłçñ]{1,20}", fullmatch=True))
def test_unicode_and_punycode_meet(label):
    encoded = label if label.isascii() else "xn--" + label.encode("punycode").decode()
    assert fold_domain(f"{encoded}.example") == fold_domain(f"{label.upper() if 'ß' not in label else label}.example")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("anna@example.com", "anna@example.com"),
        ("anna+shop@example.com", "anna@example.com"),
        ("anna+a+b@example.com", "anna@example.com"),
        ("+anna@example.com", "+anna@example.com"),
        ("anna-shop@example.com", "anna-shop@example.com"),
        ("anna@a+b.example", "anna@a+b.example"),
        ("", ""),
        ("a+b", "a+b"),
    ],
)
def test_tags_make_no_other_person(address, key):
    assert contact_key(address) == key


local = st.from_regex(r"[a-z0-9_.+!#$%&*/=^`{|}~-]{1,20}", fullmatch=True)
domain = st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,8}){0,3}", fullmatch=True)
address = st.builds("{}@{}".format, local, domain)
name = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), max_size=20)


@given(st.lists(st.tuples(name, address), max_size=6))
def test_what_a_program_writes_correctly_is_read_correctly(pairs):
    value = ", ".join(formataddr(pair, "utf-8") for pair in pairs)
    expected = [(text, mail) for text, mail in pairs]
    assert [tuple(found) for found in parse_addresses(value)] == expected


plain_name = st.text(st.characters(exclude_characters='"(),:;<>@\\[]', exclude_categories=["Cs"]), max_size=12)
mailbox = st.one_of(
    address,
    st.builds("{} <{}>".format, plain_name, address),
    st.builds('"{}" <{}>'.format, st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"])), address),
)


@given(st.lists(mailbox, max_size=5).map(" , ".join))
def test_the_fast_path_says_what_the_other_says(value):
    fast = addresses._plain_addresses(value)
    assert fast is not None
    assert fast == tuple(addresses._any_addresses(value))


@given(st.lists(address, min_size=1, max_size=6).map(",".join))
def test_plain_lists_are_read_as_the_standard_library_reads_them(value):
    assert [found.address for found in parse_addresses(value)] == [found for _, found in getaddresses([value])]


pieces = st.sampled_from(
    [
        '"',
        "\\",
        "(",
        ")",
        "<",
        ">",
        ",",
        ";",
        ":",
        "@",
        "[",
        "]",
        "=?utf-8?q?",
        "?=",
        "=",
        "a",
        "b.c",
        " ",
        "\t",
        "xn--",
        "'",
        "ü",
        "\0",
    ]
)


@given(st.lists(pieces, max_size=25).map("".join) | st.text())
def test_rubbish_never_raises(value):
    fast = addresses._plain_addresses(value)
    slow = tuple(addresses._any_addresses(value))
    assert fast in (None, slow)
    for found in slow:
        assert found.address == "" or found.address.count("@") >= 1
        assert found.name or found.address
        "".join(found).encode("utf-8")


def test_long_hostile_fields_take_no_time():
    for piece in (
        "(",
        ")",
        '"',
        '\\"',
        '"\\',
        "<",
        "<@a,",
        ":",
        "a:",
        "a@b,",
        "g:a@b,",
        "[",
        "[a",
        "=?",
        "=?a?q?",
        " ",
        "a ",
        "@",
        "a@",
        "xn--.",
    ):
        assert parse_addresses(piece * 20_000) is not None
        assert parse_addresses('x"' + piece * 20_000) is not None


@pytest.mark.parametrize("piece", [",", ";", ", ", ",;\t", ":", "<", ">"])
def test_separators_alone_are_skipped_at_once(piece):
    assert len(list(addresses._tokens(piece * 100_000))) <= 3
    assert parse_addresses(f"{piece * 100_000} Anna <a@b.de>{piece * 3},c@d.de") == parse_addresses(
        f"{piece} Anna <a@b.de>{piece},c@d.de"
    )


HOSTILE = ['""', "()", "a,", "<>", "<>,", '"a" ', "(a),", "[],", "=?u?q?a?=,", '"@",', "<a>;", ":;", "a<", "=", "\\"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_of_endless_pieces_few_are_read_and_no_address_is_lost(piece):
    value = piece * 100_000 + "; anna@web.de, (x) Will <will@mail.example>"
    assert len(list(addresses._tokens(value))) <= addresses._MOST_TOKENS + 1
    found = {who.address for who in parse_addresses(value)}
    assert found >= {"anna@web.de", "will@mail.example"}


def test_thousands_of_people_have_their_names():
    many = [formataddr((f"Ärzte, {n}", f"a{n}@mail.example")) for n in range(3000)]
    assert [who.name for who in parse_addresses(", ".join(many))] == [f"Ärzte, {n}" for n in range(3000)]
