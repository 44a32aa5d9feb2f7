"""Words of a server that quote what was sent there: none that shows a secret is shown."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus, urlencode

import pytest

from replywatch.sources.quoting import LENGTH, shown, shows
from story import cases

PASSWORD = 'Grün"blau\\7+&x'
TOKEN = "ya29.A0AfB_" + "".join(f"{n:x}~" for n in range(1000, 1200))

SHOWN = [
    # secret, what the server says
    ("as it is", PASSWORD, f"no {PASSWORD} here"),
    ("in other letters", PASSWORD, f"no {PASSWORD.upper()} here"),
    ("quoted", PASSWORD, 'LOGIN anna "Grün\\"blau\\\\7+&x" is wrong'),
    ("as Python shows octets", PASSWORD, repr(PASSWORD.encode())),
    ("in base64", PASSWORD, "AUTHENTICATE PLAIN " + base64.b64encode(f"\0anna\0{PASSWORD}".encode()).decode()),
    ("in base64 for URLs", "ÿþ?>~~ÿ", base64.urlsafe_b64encode("user ÿþ?>~~ÿ!".encode()).decode()),
    ("in base64 behind other signs", PASSWORD, "abc" + base64.b64encode(f"{PASSWORD}!!".encode()).decode()),
    ("as in a form", PASSWORD, f"cannot read {urlencode({'client_secret': PASSWORD})}"),
    ("as in a URL", "a b/c%d", f"/token?secret={quote_plus('a b/c%d')}"),
    ("its end is cut off", PASSWORD, f"no {PASSWORD[:5]}"),
    ("its beginning is cut off", PASSWORD, f"{PASSWORD[-6:]} is wrong"),
    ("one letter", "e", "Authentication failed"),
    ("a token", TOKEN, f"what is {TOKEN}?"),
    ("a part of a token", TOKEN, f"what is {TOKEN[300:320]}?"),
    ("the beginning of a token", TOKEN, f"what is {TOKEN[:20]}… ({len(TOKEN)} characters)"),
]  # fmt: skip

NOT_SHOWN = [
    ("no secret", "", "Authentication failed"),
    ("nothing but quotes", '"', "Authentication failed"),
    ("another word", PASSWORD, "Authentication failed for anna"),
    ("few letters of it", PASSWORD, "Grünes Licht"),
    ("few letters of a token", TOKEN, f"a token that begins with {TOKEN[:4]} is too old"),
    ("what is no base64", PASSWORD, "=====%%%%AAAA"),
]


@cases("secret", "text", rows=SHOWN)
def test_a_text_that_shows_it(secret, text):
    assert shows(text, secret)
    assert shown(text, secret) == shown(text, "another", secret) == ""
    assert shown(text, "another") != ""


@cases("secret", "text", rows=NOT_SHOWN)
def test_a_text_that_does_not(secret, text):
    assert not shows(text, secret)
    assert shown(text, secret) == text


def test_it_is_found_behind_what_is_cut_off():
    assert shown("x" * 10_000 + PASSWORD, PASSWORD) == ""


@pytest.mark.parametrize("text", ["\x1b]0;evil\x07", "a\r\nb", "\u202egpj", "a\0b", "\u200b"])
def test_what_is_left_is_one_line_that_steers_nothing(text):
    assert shown(text).isprintable()


def test_no_more_than_a_line():
    assert len(shown("x" * 10_000)) == LENGTH
