"""Made-up mail of any amount, the same for the same seed: customers write to info@, ten colleagues answer.

Over three years, by time, in bounded memory. A whole header has 21 to 38 fields and about 5 KB, as mail has that went
through a few servers; `Letter.fields` are those of them that the program asks for.
"""

from __future__ import annotations

import base64
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random

DOMAIN = "firma.example"
TEAM_ADDRESS = f"info@{DOMAIN}"
NEWEST = 1_780_000_000
"""About when the youngest letter was sent: May 2026."""
SPAN = 3 * 365 * 86_400
CONTACTS = 20_000

_NAMES = ("Anna", "Bernd", "Carla", "Dieter", "Eva", "Frank", "Gül", "Hans", "Ines", "Jörg", "Käthe", "Lars")
_THINGS = ("Angebot", "Rechnung", "Termin", "Lieferung", "Rückgabe", "order", "invoice", "Größe", "Prüfung", "quote")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, as its mailbox holds it."""

    mailbox: str
    at: int
    fields: tuple[tuple[str, str], ...]

    def asked_for(self) -> bytes:
        """The fields that the program asks for, as a server sends them."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.fields).encode() + b"\r\n"

    def whole(self, rng: Random) -> bytes:
        """The whole message with a short body: among its fields many that nobody asks for."""
        fields = [*self.fields, *_trace(rng)]
        return "".join(f"{name}: {value}\r\n" for name, value in fields).encode() + b"\r\nGuten Tag!\r\n"


@dataclass(order=True, slots=True)
class _Turn:
    """A letter yet to be written."""

    at: int
    number: int
    contact: int = field(compare=False)
    subject: str = field(compare=False)
    inbound: bool = field(compare=False)
    chain: tuple[str, ...] = field(compare=False, default=())
    """Message-IDs of the conversation so far."""


def letters(count: int, seed: int) -> Iterator[Letter]:
    """`count` letters by time: half of them or so in conversations, the rest newsletters and notices of machines."""
    rng = Random(seed)  # noqa: S311 - a made-up mailbox
    interval = SPAN / count
    turns: list[_Turn] = []
    begins = float(NEWEST - SPAN)
    for number in range(count):
        begins += rng.expovariate(1 / interval)
        if turns and turns[0].at <= begins:
            turn = heapq.heappop(turns)
        elif rng.random() < 0.25:
            yield _machine(rng, int(begins), number)
            continue
        else:
            subject = f"{rng.choice(_THINGS)} {rng.randrange(10_000)} {rng.choice(_THINGS)}"
            turn = _Turn(int(begins), number, rng.randrange(CONTACTS), subject, inbound=True)
        letter, message_id = _personal(rng, turn, number)
        yield letter
        if rng.random() < (0.67 if turn.inbound else 0.4) and len(turn.chain) < 12:
            wait = int(rng.lognormvariate(10.5, 1.5))
            chain = (*turn.chain, message_id)
            heapq.heappush(
                turns, _Turn(int(begins) + wait, number, turn.contact, turn.subject, not turn.inbound, chain)
            )


def _personal(rng: Random, turn: _Turn, number: int) -> tuple[Letter, str]:
    name = _NAMES[turn.contact % len(_NAMES)]
    contact = f"{name.lower() if name.isascii() else 'kunde'}.{turn.contact}@kunde{turn.contact % 3000}.example"
    shown = f"{_word(name)} <{contact}>"
    message_id = f"<{rng.getrandbits(96):x}.{number}@{DOMAIN if not turn.inbound else contact.partition('@')[2]}>"
    reply = "Re: " if turn.chain else ""
    fields = [
        ("Date", _date(turn.at - rng.randrange(60))),
        ("Message-ID", message_id),
        ("Subject", _word(reply + turn.subject)),
        ("Content-Type", f'multipart/alternative; boundary="{rng.getrandbits(128):032x}"'),
    ]
    if turn.chain:
        fields += [("In-Reply-To", turn.chain[-1]), ("References", "\r\n ".join(turn.chain))]
    if turn.inbound:
        fields += [("From", shown), ("To", TEAM_ADDRESS), ("Delivered-To", TEAM_ADDRESS)]
        fields += [("Return-Path", f"<{contact}>"), *_received(rng, turn.at)]
        if rng.random() < 0.2:
            fields.append(("Cc", f"Kollege <kollege.{turn.contact}@kunde{turn.contact % 3000}.example>"))
        return Letter("INBOX", turn.at, tuple(fields)), message_id
    colleague = rng.randrange(10)
    fields += [("From", f'"Firma, {_NAMES[colleague]}" <kollege{colleague}@{DOMAIN}>'), ("To", shown)]
    return Letter("Sent", turn.at, tuple(fields)), message_id


def _machine(rng: Random, at: int, number: int) -> Letter:
    """A newsletter, a shop's notice, or an absence."""
    sender = rng.randrange(300)
    domain = f"absender{sender}.example"
    fields = [
        ("Date", _date(at)),
        ("Message-ID", f"<{number}.{rng.getrandbits(64):x}@{domain}>"),
        ("Subject", _word(f"Neuigkeiten {rng.randrange(500)} für Sie")),
        ("To", f"Firma <{TEAM_ADDRESS}>"),
        ("Delivered-To", TEAM_ADDRESS),
        ("Content-Type", "text/html; charset=utf-8"),
        *_received(rng, at),
    ]
    choice = rng.random()
    if choice < 0.5:
        fields += [("From", f"News <news@{domain}>"), ("List-Id", f"<news.{domain}>"), ("Precedence", "bulk")]
        fields += [("List-Unsubscribe", f"<https://{domain}/u/{number}>")]
    elif choice < 0.85:
        fields += [("From", f"Shop <noreply@{domain}>"), ("Auto-Submitted", "auto-generated")]
    else:
        fields += [("From", f"Max <max@{domain}>"), ("Auto-Submitted", "auto-replied")]
    return Letter("INBOX", at, tuple(fields))


def _received(rng: Random, at: int) -> list[tuple[str, str]]:
    found = []
    for hop in range(rng.randint(2, 5)):
        date = _date(at - 2 * hop)
        hosts = f"from mx{hop}.relay.example (mx{hop}.relay.example [192.0.2.{rng.randrange(256)}])"
        by = f"by mail{hop}.{DOMAIN} (Postfix) with ESMTPS id {rng.getrandbits(40):010X}"
        found.append(("Received", f"{hosts}\r\n\t{by}\r\n\tfor <{TEAM_ADDRESS}>; {date}"))
    return found


def _date(at: int) -> str:
    """An instant as a date in Central European Summer Time."""
    return formatdate(at + 7200).replace("-0000", "+0200")


def _trace(rng: Random) -> Iterator[tuple[str, str]]:
    """Fields that servers and filters add, some 4 KB."""
    yield "MIME-Version", "1.0"
    yield "X-Mailer", "Mailer 16.0"
    yield "Received-SPF", f"pass (relay.example: domain designates 192.0.2.{rng.randrange(256)} as permitted sender)"
    for name, size in (("DKIM-Signature", 420), ("ARC-Seal", 260), ("ARC-Message-Signature", 420)):
        yield name, f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=relay.example;\r\n\tb={_folded(rng, size)}"
    for name in ("Authentication-Results", "ARC-Authentication-Results"):
        yield name, "mx.example; dkim=pass header.d=relay.example;\r\n\tspf=pass; dmarc=pass (p=none)"
    for number in range(rng.randint(4, 14)):
        yield f"X-Filter-Verdict-{number}", _folded(rng, 120)


def _folded(rng: Random, size: int) -> str:
    text = base64.b64encode(rng.randbytes(size)).decode()
    return "\r\n\t".join(text[start : start + 72] for start in range(0, len(text), 72))


def _word(text: str) -> str:
    """`text` as a header field holds it: as an encoded word (RFC 2047) unless it is ASCII."""
    return text if text.isascii() else f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="
