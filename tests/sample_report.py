"""One made-up report with everything in it, for the tests of all formats."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.figures.measure import Wait
from replywatch.domain.figures.summary import summarise
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.messages import Kind, Rung
from replywatch.domain.periods import Period
from replywatch.domain.results.absent_mail import AbsentMail, LikelyMailbox
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.report import Definition, Report, WaitingPerson
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import absent_warnings, age_warnings, coverage_warnings
from replywatch.render.locale import Locale

AS_OF = 1_780_000_000
"""2026-05-28T20:26:40Z"""

NOW = AS_OF + 3 * DAY

HOSTILE = '=HYPERLINK("[bold]http://evil.example")\x1b[2J\r\nFrom: \u202egpj.exe\u200b'

INFO = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=AS_OF - 60 * DAY,
    last_complete=AS_OF,
    last_attempt=AS_OF,
    last_error=None,
)
BOB = replace(INFO, account="bob", watched=False, has_sent=False, covered_from=None)

DEFINITION = Definition(
    measure="first",
    zone=ZoneInfo("Europe/Berlin"),
    never_after=14 * DAY,
    new_enquiry_after=30 * DAY,
    min_match=Rung.SUBJECT,
    rules_version=1,
    fields_version=2,
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


def _waiting_people(ids: tuple[str, ...]) -> tuple[WaitingPerson, ...]:
    """Names for those who wait."""
    subjects = [
        "Question about your offer",
        HOSTILE,
        "Ünïcödé 日本語のとても長い件名です、最後まで読めますか",
        "",
        "Re: Termin?",
    ]
    arrived = {wait.id: wait.arrived_at for wait in WAITS}
    return tuple(
        WaitingPerson(
            id_, id_, f"{id_}@mail.example", f"customer.{id_}@quite-a-long-domain.example", subject, at, AS_OF - at
        )
        for id_, subject in zip(ids, subjects, strict=True)
        for at in [arrived[id_]]
    )


ABSENT = AbsentMail(
    enquiries=55,
    answers_unseen=12,
    answers_to_missing=1,
    likely=(
        LikelyMailbox(
            "eva.with.a.long.name@quite-a-long-domain.example",
            '[accounts.eva]\ntype = "imap"\nusername = "eva.with.a.long.name@quite-a-long-domain.example" # long',
        ),
        LikelyMailbox("ben@example.com", "[accounts.ben]"),
    ),
    more=2,
)

LOCALE = Locale(DEFINITION.zone)
"""As those who read it are shown things."""


def full(measure: str = "first") -> Report:
    """A report with every row and remark, and some warnings."""
    coverage = Coverage((INFO, BOB), (("sales@example.net", 12), ("=cmd@example.net", 1)))
    summary = summarise(WAITS, as_of=AS_OF, never_after=14 * DAY, coverage=coverage)
    ledger = Ledger(
        read=1000,
        counted=55,
        excluded_by_kind={Kind.BOUNCE: 40, Kind.NEWSLETTER: 300, Kind.AUTO_REPLY: 5},
        internal=30,
        outbound=500,
        foreign=13,
        set_aside=17,
        not_watched=40,
    )
    period = Period(AS_OF - 90 * DAY, None)
    return Report(
        generated_at=NOW,
        version="1.2.3",
        as_of=AS_OF,
        period=period,
        addresses=("info@example.com",),
        definition=replace(DEFINITION, measure=measure),
        summary=summary,
        contact_written_to=2,
        put_away=3,
        absent=ABSENT,
        oldest_waiting=_waiting_people(summary.longest_waiting),
        ledger=ledger,
        coverage=coverage,
        doubts=Doubts({"arrival_received": 2, "answer_date": 1}),
        warnings=(
            *age_warnings([replace(INFO, stale_after=DAY)], AS_OF, NOW, None),
            *absent_warnings(ABSENT),
            *coverage_warnings(coverage, AS_OF, open_before_sent=True),
        ),
    )


def empty() -> Report:
    """A report of a mailbox with nothing in it."""
    coverage = Coverage((replace(INFO, covered_from=None),))
    return Report(
        generated_at=NOW,
        version="1.2.3",
        as_of=AS_OF,
        period=Period(None, None),
        addresses=("info@example.com",),
        definition=DEFINITION,
        summary=summarise([], as_of=AS_OF, never_after=14 * DAY, coverage=coverage),
        contact_written_to=0,
        put_away=0,
        absent=AbsentMail(0, 0, 0),
        oldest_waiting=(),
        ledger=Ledger(0, 0, {}, 0, 0, 0, 0, 0),
        coverage=coverage,
        doubts=Doubts({}),
        warnings=tuple(coverage_warnings(coverage, AS_OF, open_before_sent=False)),
    )


WARNINGS = (
    Warning(Code.ACCOUNT_CHANGED, "info", {"was": "a@b.example at c.example", "now": "\x1b[2J"}),
    Warning(Code.NO_MAIL_READ),
    Warning(Code.NEVER_READ_COMPLETELY, "info", {"error": "\x1b[2J"}),
    Warning(Code.LAST_ATTEMPT_FAILED, "info", {"last_complete_at": AS_OF, "error": "x" * 2000}),
    Warning(Code.MESSAGES_UNREAD, "info", {"count": 3}),
    Warning(Code.MAILBOXES_UNOPENED, "info", {"unopened": [{"mailbox": "\x1b[2J", "last_read_at": AS_OF}], "more": 3}),
    Warning(Code.SENT_EMPTY, "info"),
    Warning(Code.UNSURE_CLOCKS, values={"unsure": 8, "answered": 10, "reason": "answer_date"}),
    Warning(Code.NO_MAIL_OF_OURS, "info", {"kind": "mbox"}),
    Warning(Code.COVERAGE_ENDS_EARLY, values={"last_read_at": AS_OF}),
    Warning(Code.AS_OF_NOT_READ, values={"last_read_at": AS_OF}),
    Warning(Code.READ_IN_FUTURE, values={"last_read_at": AS_OF}),
    Warning(Code.ARCHIVE_ENDS, values={"last_read_at": AS_OF}),
    Warning(Code.LEDGER_OPEN),
)
"""What the whole report does not warn of."""


def warned() -> Report:
    """A report with a warning of each code."""
    return replace(full(), warnings=(*full().warnings, *WARNINGS))
