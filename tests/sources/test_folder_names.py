"""Mailbox names out of file names."""

from __future__ import annotations

import os
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.sources.folder_names import as_text, decode_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Sent", "Sent"),
        ("Entw&APw-rfe", "Entwürfe"),
        ("Kunden &- Partner", "Kunden & Partner"),
        ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),  # the RFC's own example
        ("&2D3eAA-", "😀"),
        # not modified UTF-7, so it is a name that somebody gave
        ("R&D", "R&D"),
        ("R&D-Team", "R&D-Team"),
        ("a&-b&c", "a&-b&c"),
        ("Müller &APw-", "Müller &APw-"),
        ("&AGE-", "&AGE-"),  # "a" has to be written as itself
        ("&APx-", "&APx-"),  # bits left over
        ("&2D0-", "&2D0-"),  # half a surrogate pair
        ("&Jjo", "&Jjo"),
        ("&Jj-", "&Jj-"),
    ],
)
def test_modified_utf_7(written, name):
    assert decode_name(written) == name


def encode(name: str) -> str:
    """RFC 3501, 5.1.3, character by character."""
    out = []
    for char in name:
        if char == "&":
            out.append("&-")
        elif " " <= char <= "~":
            out.append(char)
        else:
            coded = b64encode(char.encode("utf-16-be")).decode().rstrip("=")
            out.append(f"&{coded.replace('/', ',')}-")
    return "".join(out)


@settings(deadline=None)
@given(st.text())
def test_every_name_survives_its_encoding(name):
    assert decode_name(encode(name)) == name


def test_octets_that_are_no_utf_8_stay_visible_and_distinct():
    names = [os.fsdecode(raw) for raw in (b"M\xfcller", b"M\xf6ller", "Müller".encode())]
    assert [as_text(name) for name in names] == ["M\\xfcller", "M\\xf6ller", "Müller"]
