"""Identities never change: marks name messages by them, and erased mail is kept away by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replywatch.domain.headers.header import keep_fields, parse_header
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging import identity
from replywatch.domain.judging.hidden_subjects import hide_subject
from replywatch.domain.judging.identity import header_identity, identity_of, known_by

RECORDED = json.loads(Path(__file__).with_name("identities.json").read_text(encoding="ascii"))
"""Headers of many shapes, each octet as a character, with the identities that release 0.1.0 gave them: as they are, and
with hidden subjects under `KEY`."""
KEY = b"k" * 16
HEADERS = [row["header"].encode("latin-1") for row in RECORDED]


def test_identities_are_those_of_the_first_release() -> None:
    assert [header_identity(raw) for raw in HEADERS] == [row["identity"] for row in RECORDED]


def test_without_subjects_they_are_those_of_the_first_release_too() -> None:
    """The number of a subject is a part of the identity, where there is no Message-ID: it may not change either."""
    assert [header_identity(hide_subject(keep_fields(raw), KEY)) for raw in HEADERS] == [
        row["hidden"] for row in RECORDED
    ]


def test_what_is_recorded_is_worth_recording() -> None:
    headers = [parse_header(raw) for raw in HEADERS]
    without_id = [header for header in headers if header.message_id is None]
    assert len({row["identity"] for row in RECORDED}) == len(RECORDED) == 200
    assert 67 <= len(without_id) <= 100
    subjects = [header.subject for header in without_id]
    assert sum(base_subject(subject).bare not in ("", subject.casefold()) for subject in subjects) > 40
    assert sum(not subject.isascii() for subject in subjects) > 20
    assert sum(len(header.to) > 1 for header in without_id) > 20


def test_what_is_stored_has_the_identity_of_what_came() -> None:
    assert [header_identity(keep_fields(raw)) for raw in HEADERS] == [header_identity(raw) for raw in HEADERS]


def test_no_rule_about_subjects_or_people_changes_an_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules about subjects are those of matching; they are not even asked."""
    before = [header_identity(raw) for raw in HEADERS]
    for module, name in (("headers.subjects", "base_subject"), ("people", "contact_key")):
        monkeypatch.setattr(f"replywatch.domain.{module}.{name}", None)
        assert not hasattr(identity, name)
    assert [header_identity(raw) for raw in HEADERS] == before


ONE = b"From: a@b.example\nTo: c@d.example\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nSubject: Oak\n"
WITH_ID = ONE + b"Message-ID: <x>\n"


@pytest.mark.parametrize(
    ("old", "new", "same", "same_with_id"),
    [
        (b"Oak", b"Re: OAK", True, True),
        (b"Oak", b"[list] AW: Fwd: Oak (fwd)", True, True),
        (b"Oak", b"[Fwd: Oak]", True, True),
        (b"Oak", b"Beech", False, True),
        (b"c@d", b"e@d", False, True),
        (b"a@b", b"a+tag@b", False, False),
        (b"09:00:00 +0000", b"10:00:00 +0100", True, True),
        (b"09:00:00", b"09:00:01", False, False),
        (b"From: a@b.example", b"From: list@x.example\nX-Original-Sender: a@b.example", True, True),
        (b"From: a@b.example", b"From: A <A@B.example.>\nX-Spam-Flag: YES\nReceived: by x", True, True),
    ],
)
def test_what_makes_a_message_another_one(old: bytes, new: bytes, same: bool, same_with_id: bool) -> None:
    assert (header_identity(ONE) == header_identity(ONE.replace(old, new))) is same
    assert (header_identity(WITH_ID) == header_identity(WITH_ID.replace(old, new))) is same_with_id


def test_what_an_erased_message_is_known_by_never_changes() -> None:
    """These are recorded, as all identities are: they lie in stores."""
    assert known_by(WITH_ID) == (header_identity(WITH_ID),)
    assert known_by(ONE) == (header_identity(ONE), "477600a5336d6afd94acb24935f9e79b")
    assert known_by(hide_subject(ONE.replace(b"To:", b"Cc:"), KEY))[1:] == known_by(ONE)[1:]
    assert not {digest for raw in HEADERS for digest in known_by(raw)[1:]} & {row["identity"] for row in RECORDED}
    assert all(known_by(keep_fields(raw)) == known_by(raw) for raw in HEADERS)


def test_a_subject_that_says_nothing_is_none() -> None:
    said = [ONE.replace(b"Oak", text) for text in (b"Oak", b"Re:", b"(no subject)", b"...", b"AW: [x] Kein Betreff")]
    assert len({header_identity(raw) for raw in said}) == 2


def test_hidden_subjects_make_messages_without_an_id_others() -> None:
    """So a store that hides them names them by what came before, see `app.polling.admission`."""
    assert header_identity(hide_subject(ONE, KEY)) != header_identity(ONE)
    assert identity_of(parse_header(hide_subject(WITH_ID, KEY))) == header_identity(WITH_ID)


NOBODYS = [
    b"Received: from a by b; Mon, 2 Mar 2026 09:00:0%d +0000\nDelivered-To: %s\nX-Number: %d\n" % (second, to, number)
    for number, (second, to) in enumerate([(0, b"info@d.example"), (1, b"info@d.example"), (1, b"shop@d.example")])
]


def test_mail_that_names_nobody_is_not_all_the_same() -> None:
    """No Message-ID, Date, author, recipient or subject: junk that came as it was."""
    assert len({header_identity(raw) for raw in NOBODYS}) == len(NOBODYS)


def test_copies_of_it_are() -> None:
    assert header_identity(NOBODYS[0]) == header_identity(b"Return-Path: <>\n" + NOBODYS[0])
