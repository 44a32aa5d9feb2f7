"""Mailbox names out of file names."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.sources.folder_names import as_text, decode_name, mailbox_name


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


@pytest.mark.parametrize(
    ("layout", "path", "name", "delimiter"),
    [
        ("maildir", "", "INBOX", "/"),
        # folders in folders
        ("maildir", "Sent", "Sent", "/"),
        ("maildir", "Kunden/2024", "Kunden/2024", "/"),
        ("maildir", "Entw&APw-rfe/S&APw-d", "Entwürfe/Süd", "/"),
        # Maildir++
        ("maildir", ".Sent", "Sent", "."),
        ("maildir", ".INBOX.Archiv", "INBOX.Archiv", "."),
        ("maildir", ".Kunden.S&APw-d", "Kunden.Süd", "."),
        ("maildir", ".A/.B", "A.B", "."),
        ("maildir", ".A/B", "A.B", "."),
        ("maildir", "work/.Sent.2024", "work/Sent.2024", "/"),  # one of several in a folder
        # the mailbox above has a folder beside it
        ("maildir", "Trash.sbd/Old", "Trash/Old", "/"),
        ("maildir", "Kunden.sbd/S&APw-d.sbd/2024", "Kunden/Süd/2024", "/"),
        ("maildir", ".trash.directory/alt", "trash/alt", "/"),
        ("maildir", ".a.directory/.b.directory/c", "a/b/c", "/"),
        ("maildir", ".a.b.directory/c", "a.b/c", "/"),
        ("mbox", ".trash.directory/alt", "trash/alt", "/"),
        ("mbox", "Kunden.sbd/Süd.sbd/a.b", "Kunden/Süd/a.b", "/"),
        ("mbox", "INBOX.sbd/Entw&APw-rfe", "INBOX/Entwürfe", "/"),
        # files
        ("mbox", "Sent", "Sent", "/"),
        ("mbox", "Sent.mbox", "Sent", "/"),
        ("mbox", "[Gmail]/Trash.mbox", "[Gmail]/Trash", "/"),
        ("mbox", "INBOX.Junk.mbox", "INBOX.Junk", "/"),
        ("mbox", "Gel&APY-scht.mbox", "Gelöscht", "/"),
        ("mbox", "Sent.mbox/mbox", "Sent", "/"),
        ("mbox", "Kunden/S&APw-d.mbox/mbox", "Kunden/Süd", "/"),
        ("mbox", "Kunden.mbox/Alt.mbox/mbox", "Kunden/Alt", "/"),
        ("mbox", "Sent Items/mbox", "Sent Items/mbox", "/"),  # readpst
        ("mbox", "mbox", "mbox", "/"),
        # names that people gave
        ("maildir", "a.b", "a.b", "/"),
        ("maildir", "INBOX.Junk", "INBOX.Junk", "/"),  # what it is for, the roles tell
        ("maildir", "Trash.sbd", "Trash.sbd", "/"),
        ("maildir", ".my.directory", "my.directory", "."),
        ("maildir", "my.directory/a", "my.directory/a", "/"),
        ("maildir", "a.mbox", "a.mbox", "/"),
        ("maildir", ".sbd/a", "sbd.a", "."),
        ("mbox", ".sbd/a", ".sbd/a", "/"),
        ("mbox", "R&D", "R&D", "/"),
        ("mbox", "a.mbx", "a.mbx", "/"),
        ("mbox", "a.mbox.mbox", "a.mbox", "/"),
    ],
)
def test_the_name_that_a_path_stands_for(layout, path, name, delimiter):
    assert mailbox_name(PurePath(path), layout) == (name, delimiter)


def test_octets_that_are_no_utf_8_stay_visible_and_distinct():
    names = [os.fsdecode(raw) for raw in (b"M\xfcller", b"M\xf6ller", "Müller".encode())]
    assert [as_text(name) for name in names] == ["M\\xfcller", "M\\xf6ller", "Müller"]
