"""The list of those who wait, as people and programs get it."""

from dataclasses import fields
from zoneinfo import ZoneInfo

import pytest

from replywatch.domain.messages import Exchange, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.waiting import WaitingList
from replywatch.render.locale import Locale
from replywatch.render.waiting import waiting_json, waiting_text
from story import DAY, HOUR, MINUTE, at

AS_OF = at("2024-03-20 12:00")


def waits(contact: str, since: int, subject: str, ordinal: int = 1, **said: str) -> ExchangeAt:
    """Somebody who has waited for so many seconds."""
    known = {
        "id": f"{ordinal}f9c02ab4177d01b22c90a1b2c3d4e5f6",
        "ordinal": ordinal,
        "message_id": "x@example.org",
        "contact": contact,
        "subject": subject,
        "arrived_at": AS_OF - since,
        **said,
    }
    exchange = Exchange(**{field.name: None for field in fields(Exchange)} | known)
    return ExchangeAt(exchange, Status.WAITING, AS_OF)


FOUND = WaitingList(
    AS_OF,
    [
        waits("anna@example.org", 9 * DAY + 3 * HOUR, "A question about the invoice of last month, and one more"),
        waits("a.name.that.is.far.too.long.for.it@example.org", 47 * MINUTE, "Short"),
        waits("mallory@example.org", 40, "\x1b[2J \u202egnol"),
        waits("bea@example.org", 3 * DAY, "Lost", bounced_reply="aa11", bounced_reply_message_id="r\x1b@example.com"),
        waits("ida@example.org", 4 * DAY, "Lost, too", bounced_reply="aa11"),
        waits("", 30, ""),
        waits("tom@example.org", 2 * DAY, "Re: thanks", ordinal=3),
    ],
    hidden=2,
)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_text(golden, width):
    golden(f"waiting_{width}.txt", waiting_text(FOUND, Locale(ZoneInfo("Europe/Berlin"), width=width)))


def test_json(golden):
    golden("waiting.json", waiting_json(FOUND))
