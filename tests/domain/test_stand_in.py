"""Exchange's stand-in for a message that it can't convert is told from mail of people."""

from __future__ import annotations

import pytest

from replywatch.domain.headers.header import keep_fields, parse_header
from replywatch.domain.judging.stand_in import holds_stand_in, is_stand_in

ENGLISH = "Retrieval using the IMAP4 protocol failed for the following message: 205"
EXCHANGE = '"Microsoft Exchange Server" <>'

STAND_INS = [
    (EXCHANGE, ENGLISH),
    ("microsoft@unknown", ENGLISH),
    ("Microsoft Exchange Server 2010", ENGLISH),
    ("Microsoft Exchange Server <.MISSING-HOST-NAME.>", ENGLISH),
    ("Microsoft Exchange Server 2010", ENGLISH.replace(" message: 205", "\n message: 15541")),
    (EXCHANGE, ENGLISH.replace("IMAP4", "POP3")),
    ("", ENGLISH),
    (EXCHANGE, "Fehler beim Abrufen der folgenden Nachricht über IMAP4: 205"),
    (EXCHANGE, "=?utf-8?q?R=C3=A9cup=C3=A9ration_par_IMAP4_impossible?= : 7"),
    ("Microsoft@Unknown", "IMAP4 205"),
    ("MICROSOFT EXCHANGE SERVER <>", ENGLISH.upper()),
    (EXCHANGE, "Fehler beim Abrufen der folgenden Nachricht mittels Imap4: 205."),
    ("microsoft@unknown", ENGLISH.replace("205", "{205}")),
]
MAIL = [
    ("anna@customer.test", "Fehler beim Abrufen über IMAP4: 205"),
    ("Microsoft Exchange Server <admin@customer.test>", "Fehler beim Abrufen über IMAP4: 205"),
    ("Anna", "Our IMAP4 server, ticket 205"),
    (EXCHANGE, "Welcome to your mailbox"),
    (EXCHANGE, "Using IMAP4 with your phone"),
    (EXCHANGE, "Message 205"),
    ("anna@customer.test", f"Re: {ENGLISH}"),
    ("anna@customer.test", f"{ENGLISH} was what I got, what now?"),
    ("anna@customer.test", ""),
]


def block(sender: str, subject: str, *more: str) -> bytes:
    lines = (f"From: {sender}", "To: info@example.com", f"Subject: {subject}", *more, "", "")
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("form", [bytes, keep_fields])
@pytest.mark.parametrize(("sender", "subject"), STAND_INS)
def test_stand_ins(sender, subject, form):
    raw = form(block(sender, subject))
    assert is_stand_in(parse_header(raw))
    assert holds_stand_in(raw)


@pytest.mark.parametrize("value", ["", " ", " <>", "\r\n <>"])
def test_an_empty_id_is_none(value):
    raw = block(EXCHANGE, ENGLISH, f"Message-ID:{value}")
    assert is_stand_in(parse_header(raw))
    assert holds_stand_in(raw)


@pytest.mark.parametrize(("sender", "subject"), MAIL)
def test_mail_that_looks_like_it(sender, subject):
    assert not holds_stand_in(block(sender, subject))


@pytest.mark.parametrize(("sender", "subject"), STAND_INS)
@pytest.mark.parametrize("name", ["Message-ID", "MESSAGE-ID ", "message-id"])
def test_what_bears_an_id_is_itself(sender, subject, name):
    raw = block(sender, subject, f"{name}: <a@b.test>")
    assert not holds_stand_in(raw)
    assert not is_stand_in(parse_header(raw))


def test_subjects_without_end_take_no_time():
    assert not holds_stand_in(block(EXCHANGE, "IMAP4 1 " * 100_000))
