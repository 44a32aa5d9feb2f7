"""What a reader has to know before figures, as values."""

from dataclasses import replace

import pytest

from replywatch.domain.figures.coverage import AccountCoverage, Coverage, Hole
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import (
    age_warnings,
    clock_warnings,
    coverage_warnings,
    ledger_warnings,
)
from story import cases

JAN = 1_767_225_600
"""2026-01-01T00:00:00Z"""
FEB = JAN + 31 * DAY
INFO = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=JAN,
    last_complete=FEB,
    last_attempt=FEB,
    last_error=None,
)


def of_coverage(*accounts, as_of=FEB, senders=(), open_before_sent=False):
    return list(coverage_warnings(Coverage(accounts, senders), as_of, open_before_sent=open_before_sent))


def test_a_complete_pass_with_sent_mail_needs_no_warning():
    assert of_coverage(INFO) == []


def test_nothing_was_read():
    assert of_coverage() == [Warning(Code.NO_MAIL_READ)]


ACCOUNTS = [
    (
        "never read",
        {"covered_from": None, "last_complete": None, "last_attempt": None},
        (Code.NEVER_READ_COMPLETELY, {"error": None}),
    ),
    (
        "never, since it fails",
        {"covered_from": None, "last_complete": None, "last_error": "login refused"},
        (Code.NEVER_READ_COMPLETELY, {"error": "login refused"}),
    ),
    (
        "fails now",
        {"last_error": "no route to host"},
        (Code.LAST_ATTEMPT_FAILED, {"last_complete_at": FEB, "error": "no route to host"}),
    ),
    ("messages do not come", {"unread": 2}, (Code.MESSAGES_UNREAD, {"count": 2})),
    (
        "its sent mail can't be opened",
        {"stale_after": DAY, "holes": (Hole("Sent", JAN),)},
        (Code.MAILBOXES_UNOPENED, {"unopened": [{"mailbox": "Sent", "last_read_at": JAN}], "more": 0}),
    ),
    (
        "it never could be: that it is empty, or that there is none, nobody knows",
        {"stale_after": DAY, "holes": (Hole("Sent", None),), "covered_from": None, "has_sent": False},
        (Code.MAILBOXES_UNOPENED, {"unopened": [{"mailbox": "Sent", "last_read_at": None}], "more": 0}),
    ),
    (
        "many mailboxes",
        {"stale_after": DAY, "holes": tuple(Hole(str(n), None) for n in range(7))},
        (
            Code.MAILBOXES_UNOPENED,
            {"unopened": [{"mailbox": str(n), "last_read_at": None} for n in range(5)], "more": 2},
        ),
    ),
    ("no Sent", {"has_sent": False, "covered_from": None}, (Code.NO_SENT_MAILBOX, {})),
    ("Sent is empty", {"covered_from": None}, (Code.SENT_EMPTY, {})),
    (
        "files without mail of ours",
        {"kind": "mbox", "has_sent": False, "covered_from": None},
        (Code.NO_MAIL_OF_OURS, {"kind": "mbox"}),
    ),
]


@cases("changes", "expected", rows=ACCOUNTS)
def test_what_is_wrong_with_an_account_is_one_warning(changes, expected):
    code, values = expected
    assert of_coverage(replace(INFO, **changes)) == [Warning(code, "info", values)]


def test_of_a_retired_account_it_is_said_that_coverage_ends():
    assert [w.code for w in of_coverage(replace(INFO, holes=(Hole("Sent", JAN),)))] == [Code.COVERAGE_ENDS_EARLY]


def test_a_hole_says_by_itself_that_nothing_is_covered_since():
    account = replace(INFO, stale_after=DAY, holes=(Hole("Sent", FEB - DAY),))
    assert [w.code for w in of_coverage(account)] == [Code.MAILBOXES_UNOPENED]


def test_an_account_that_fails_and_has_no_sent_mail_has_two():
    codes = [w.code for w in of_coverage(replace(INFO, last_error="no", has_sent=False, covered_from=None))]
    assert codes == [Code.LAST_ATTEMPT_FAILED, Code.NO_SENT_MAILBOX]


def test_an_archive_that_holds_both_directions_needs_no_sent_mailbox():
    assert of_coverage(replace(INFO, has_sent=False)) == []


def test_a_late_start_of_sent_mail_is_worth_a_word_only_if_mail_before_it_has_no_answer():
    late = replace(INFO, covered_from=JAN + 1)
    assert of_coverage(late, open_before_sent=True) == [Warning(Code.SENT_BEGINS_LATE, values={"begins_at": JAN + 1})]
    assert of_coverage(late) == []


def test_the_earliest_of_all_accounts_begins():
    (found,) = of_coverage(replace(INFO, account="late", covered_from=JAN + DAY), INFO, open_before_sent=True)
    assert found.values == {"begins_at": JAN}


def test_a_report_beyond_what_was_read():
    assert of_coverage(INFO, as_of=FEB + 1) == [Warning(Code.COVERAGE_ENDS_EARLY, values={"last_read_at": FEB})]


def test_the_most_frequent_unknown_senders_are_named_and_the_others_counted():
    senders = tuple((f"s{number}@example.org", number) for number in range(1, 8))
    (found,) = of_coverage(INFO, senders=senders)
    assert (found.code, found.account, found.values["more"]) == (Code.SENDERS_NOT_OURS, "", 2)
    assert found.values["senders"] == [{"address": f"s{n}@example.org", "count": n} for n in (7, 6, 5, 4, 3)]


def test_equally_frequent_ones_go_by_name():
    (found,) = of_coverage(INFO, senders=(("b@example.org", 1), ("a@example.org", 1)))
    assert [sender["address"] for sender in found.values["senders"]] == ["a@example.org", "b@example.org"]


STALE = replace(INFO, stale_after=2 * DAY)
AGES = [
    # seconds that passed since the mail was read, seconds from then to the as_of that was asked for
    ("just read", 0, None, None),
    ("a second less than what is stale", 2 * DAY - 1, None, None),
    ("just that", 2 * DAY, None, (Code.READ_LONG_AGO, {"age_seconds": 2 * DAY})),
    ("long ago, an earlier moment asked for", 9 * DAY, -1, None),
    ("that very moment", 9 * DAY, 0, None),
    ("a later one", 9 * DAY, 1, (Code.AS_OF_NOT_READ, {})),
]


@cases("passed", "asked_for", "expected", rows=AGES)
def test_the_age_of_what_was_read(passed, asked_for, expected):
    found = list(age_warnings([STALE], FEB, FEB + passed, None if asked_for is None else FEB + asked_for))
    if expected is None:
        assert found == []
    else:
        assert found == [Warning(expected[0], "", {"last_read_at": FEB} | expected[1])]


def test_one_account_of_several_that_is_stale_is_named():
    late = replace(STALE, account="anna", stale_after=DAY)
    found = list(age_warnings([STALE, late], FEB, FEB + DAY, None))
    assert found == [Warning(Code.READ_LONG_AGO, "anna", {"last_read_at": FEB, "age_seconds": DAY})]


def test_of_several_that_are_all_stale_the_oldest_is_said_once():
    later = replace(STALE, account="anna", last_complete=FEB + HOUR)
    found = list(age_warnings([later, STALE], FEB, FEB + 9 * DAY, None))
    assert found == [Warning(Code.READ_LONG_AGO, "", {"last_read_at": FEB, "age_seconds": 9 * DAY})]


@cases("ahead", "said", rows=[("an hour", HOUR, False), ("further", HOUR + 1, True), ("years", 4_000 * DAY, True)])
def test_a_pass_ahead_says_nothing_of_how_fresh_the_others_are(ahead, said):
    found = list(age_warnings([STALE], FEB, FEB, None, ahead=FEB + ahead))
    assert found == ([Warning(Code.READ_IN_FUTURE, "", {"last_read_at": FEB + ahead})] if said else [])


def test_an_account_that_is_polled_no_more_is_never_stale():
    assert list(age_warnings([replace(INFO, stale_after=None)], FEB, FEB + 99 * DAY, None)) == []


ARCHIVES = [
    # kinds of the accounts, days from the end of what they hold to the pass
    ("an archive that ends a day before", ("mbox",), 1, True),
    ("one that is kept up", ("mbox",), 0, False),
    ("several", ("mbox", "mbox"), 700, True),
    ("beside a server, whose pass is what counts", ("mbox", "imap"), 700, False),
]


@cases("kinds", "days", "said", rows=ARCHIVES)
def test_the_end_of_an_archive_is_no_age(kinds, days, said):
    polled = FEB + days * DAY
    accounts = [replace(STALE, account=f"a{i}", kind=kind, last_complete=polled) for i, kind in enumerate(kinds)]
    found = list(age_warnings(accounts, FEB, polled + HOUR, None))
    assert found == ([Warning(Code.ARCHIVE_ENDS, "", {"last_read_at": FEB})] if said else [])


def test_a_ledger_that_does_not_close():
    ledger = Ledger(1, 1, {}, 0, 0, 0, 0, 0)
    assert list(ledger_warnings(ledger)) == []
    assert list(ledger_warnings(replace(ledger, read=2))) == [Warning(Code.LEDGER_OPEN)]


@cases(
    "doubts",
    "answered",
    "said",
    rows=[
        ("none", {}, 10, None),
        ("none of none", {}, 0, None),
        ("fewer than one in twenty", {"answer_date": 4}, 81, None),
        ("one in twenty", {"answer_date": 4}, 80, (4, "answer_date")),
        ("the commonest reason", {"answer_date": 2, "arrival_date": 3, "arrival_received": 3}, 10, (8, "arrival_date")),
    ],
)
def test_clocks_that_nothing_confirms(doubts, answered, said):
    found = list(clock_warnings(Doubts(doubts), answered))
    if said is None:
        assert found == []
    else:
        values = {"unsure": said[0], "answered": answered, "reason": said[1]}
        assert found == [Warning(Code.UNSURE_CLOCKS, values=values)]


@pytest.mark.parametrize("code", Code)
def test_codes_are_words_for_programs(code):
    assert code.value == code.name.lower()
