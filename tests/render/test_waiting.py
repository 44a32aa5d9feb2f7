"""The list of those who wait, as people and programs get it."""

from dataclasses import fields
from zoneinfo import ZoneInfo

import pytest

from replywatch.domain.messages import Exchange, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.waiting import WaitingList
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.render.grid import columns_of
from replywatch.render.locale import Locale
from replywatch.render.waiting import waiting_json, waiting_text
from story import DAY, HOUR, MINUTE, at, cases

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


ROWS = [
    waits("anna@example.org", 9 * DAY + 3 * HOUR, "A question about the invoice of last month, and one more"),
    waits("a.name.that.is.far.too.long.for.it@example.org", 47 * MINUTE, "Short"),
    waits("mallory@example.org", 40, "\x1b[2J \u202egnol"),
    waits("bea@example.org", 3 * DAY, "Lost", bounced_reply="aa11", bounced_reply_message_id="r\x1b@example.com"),
    waits("ida@example.org", 4 * DAY, "Lost, too", bounced_reply="aa11"),
    waits("", 30, ""),
    waits("tom@example.org", 2 * DAY, "Re: thanks", ordinal=3),
]
UNKNOWN = [
    waits("una@example.org", 5 * HOUR, "Of whom nobody can say"),
    waits("uli@example.org", 6 * HOUR, "Re: nor of him", ordinal=2),
]


def found(rows=ROWS, may_wait=(), warnings=(), never=2, since=AS_OF - 90 * DAY):
    return WaitingList(
        as_of=AS_OF,
        read_at=AS_OF,
        counted_to=AS_OF + 4 * MINUTE,
        since=since,
        rows=list(rows),
        may_wait=list(may_wait),
        never=never,
        short_ids={row.exchange.id: row.exchange.id[:4] for row in (*rows, *may_wait)},
        warnings=tuple(warnings),
    )


BERLIN = ZoneInfo("Europe/Berlin")
WARNINGS = (
    Warning(
        Code.LAST_ATTEMPT_FAILED, "info", {"last_complete_at": AS_OF - DAY, "error": "the login was refused \x1b[2J"}
    ),
    Warning(Code.NO_SENT_MAILBOX, "anna"),
)


@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_text(golden, width):
    text = waiting_text(found(may_wait=UNKNOWN), Locale(BERLIN, width=width), turns=True, older_than="4h")
    golden(f"waiting_{width}.txt", text)


def test_without_later_turns(golden):
    text = waiting_text(found(may_wait=UNKNOWN, warnings=WARNINGS, never=0), Locale(BERLIN), turns=False)
    golden("waiting_enquiries.txt", text)


def test_the_widest_wait_stands_in_its_column():
    rows = [waits("anna@example.org", 23 * HOUR + 58 * MINUTE, "Oak"), waits("bea@example.org", 9 * DAY, "Beech")]
    lines = waiting_text(found(rows), Locale(BERLIN), turns=False).splitlines()
    assert len({line.index(name) for line in lines for name in ("who", "anna", "bea@") if name in line}) == 1


FIRST_LINES = [
    ("nobody", {"rows": []}, "Nobody waits for an answer"),
    ("one", {"rows": ROWS[:1]}, "1 waits for an answer"),
    ("a later turn alone", {"rows": ROWS[-1:]}, "Nobody waits for an answer"),
    ("a later turn of which it can't be said", {"rows": [], "may_wait": UNKNOWN[1:]}, "Nobody waits for an answer  "),
    (
        "nobody, and it can't be said",
        {"rows": [], "may_wait": UNKNOWN},
        "Nobody is known to wait for an answer, but not all is known  ",
    ),
]


@cases("what", "line", rows=FIRST_LINES)
def test_the_first_line(what, line):
    text = waiting_text(found(**what), Locale(BERLIN, width=100), turns=False)
    assert text.startswith(line)


SINCE_WHEN = [
    ("somebody", {"rows": ROWS[:1]}, "1 waits for an answer, for 4h or longer"),
    ("nobody", {"rows": []}, "Nobody waits for 4h or longer"),
    (
        "it can't be said",
        {"rows": [], "may_wait": UNKNOWN},
        "Nobody is known to wait for 4h or longer, but not all is known",
    ),
]


@cases("what", "line", rows=SINCE_WHEN)
def test_the_first_line_says_how_long_was_asked_for(what, line):
    text = waiting_text(found(**what), Locale(BERLIN, width=120), turns=False, older_than="4h")
    assert text.startswith(f"{line}  ")


def test_nothing_is_longer_than_its_line():
    for width in (40, 60, 80, 120):
        text = waiting_text(found(may_wait=UNKNOWN, warnings=WARNINGS), Locale(BERLIN, width=width), turns=True)
        assert max(map(columns_of, text.splitlines())) <= width


def test_json(golden):
    golden("waiting.json", waiting_json(found(may_wait=UNKNOWN, warnings=WARNINGS)))
