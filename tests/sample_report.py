"""One made-up report with everything in it, for the tests of all formats."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.measure import Wait
from replywatch.domain.figures.report import Definition, Ledger, Report, WaitingPerson, build_report, summarise
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Kind, Rung
from replywatch.domain.periods import Period

AS_OF = 1_780_000_000
"""2026-05-28T20:26:40Z"""

HOSTILE = '=HYPERLINK("[bold]http://evil.example")\x1b[2J\r\nFrom: \u202egpj.exe\u200b'

INFO = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=AS_OF - 60 * DAY,
    covered_to=AS_OF,
    last_complete=AS_OF,
    last_attempt=AS_OF,
    last_error=None,
)
BOB = replace(INFO, account="bob", watched=False, has_sent=False, covered_from=None, covered_to=None)

DEFINITION = Definition(
    measure="first",
    zone=ZoneInfo("Europe/Berlin"),
    never_after=14 * DAY,
    new_enquiry_after=30 * DAY,
    min_match=Rung.SUBJECT,
    rules_version=1,
    config_fingerprint="0123456789abcdef",
)


def _waits() -> list[Wait]:
    """Answered after 10 min, 40 min, …; never; waiting; answered at an unknown time; not covered."""
    elapsed = [600 * step for step in range(-1, 12)] + [HOUR * step for step in range(3, 30, 3)]
    elapsed += [DAY * step for step in (2, 3, 3, 4, 5, 8, 13, 20)]
    waits = [Wait(f"a{n}", AS_OF - 40 * DAY, AS_OF - 40 * DAY + s, None, None, None) for n, s in enumerate(elapsed)]
    acknowledged = [wait._replace(acknowledged_at=wait.arrived_at + 5) for wait in waits[::4]]
    waits[::4] = acknowledged
    waits += [Wait(f"n{n}", AS_OF - (20 + n) * DAY, None, None, None, None) for n in range(9)]
    waits += [Wait(f"w{n}", AS_OF - 13 * DAY + n * 40 * HOUR, None, None, None, None) for n in range(7)]
    arrived = AS_OF - 30 * DAY
    waits += [Wait(f"t{n}", arrived, None, arrived + HOUR // 2, arrived + n * DAY, None) for n in (1, 3)]
    waits += [Wait("u", AS_OF - 70 * DAY, None, None, None, None)]
    return waits


WAITS = _waits()


def _waiters(ids: tuple[str, ...]) -> list[WaitingPerson]:
    """Names for those who wait."""
    subjects = [
        "Question about your offer",
        HOSTILE,
        "Ünïcödé 日本語のとても長い件名です、最後まで読めますか",
        "",
        "Re: Termin?",
    ]
    arrived = {wait.id: wait.arrived_at for wait in WAITS}
    return [
        WaitingPerson(
            id_, f"{id_}@mail.example", f"customer.{id_}@quite-a-long-domain.example", subject, at, AS_OF - at
        )
        for id_, subject in zip(ids, subjects, strict=True)
        for at in [arrived[id_]]
    ]


def full(measure: str = "first") -> Report:
    """A report with every row, remark and warning."""
    coverage = Coverage((INFO, BOB), (("sales@example.net", 12), ("=cmd@example.net", 1)))
    summary = summarise(WAITS, as_of=AS_OF, never_after=14 * DAY, coverage=coverage)
    return build_report(
        summary,
        as_of=AS_OF,
        period=Period(AS_OF - 90 * DAY, None),
        definition=replace(DEFINITION, measure=measure),
        oldest_waiting=_waiters(summary.longest_waiting),
        contact_written_to=2,
        account=Ledger(
            read=1000,
            counted=55,
            excluded_by_kind={Kind.BOUNCE: 40, Kind.NEWSLETTER: 300, Kind.AUTO_REPLY: 5},
            internal=30,
            outbound=500,
            foreign=13,
            set_aside=17,
            not_watched=40,
        ),
        coverage=coverage,
        warnings=["The last complete poll is 3 d old: run `replywatch poll`."],
    )


def empty() -> Report:
    """A report of a mailbox with nothing in it."""
    coverage = Coverage((replace(INFO, covered_from=None, covered_to=None),))
    return build_report(
        summarise([], as_of=AS_OF, never_after=14 * DAY, coverage=coverage),
        as_of=AS_OF,
        period=Period(None, None),
        definition=DEFINITION,
        oldest_waiting=(),
        contact_written_to=0,
        account=Ledger(0, 0, {}, 0, 0, 0, 0, 0),
        coverage=coverage,
    )
