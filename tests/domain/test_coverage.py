"""What was read, and what is said about the rest."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.figures.coverage import AccountCoverage, Coverage

JAN = 1_767_225_600
"""2026-01-01T00:00:00Z"""
FEB = JAN + 31 * 86_400
INFO = AccountCoverage(
    "info",
    "imap",
    watched=True,
    has_sent=True,
    covered_from=JAN,
    covered_to=FEB,
    last_complete=FEB,
    last_attempt=FEB,
    last_error=None,
)


def read(*intervals):
    return Coverage(tuple(replace(INFO, covered_from=start, covered_to=end) for start, end in intervals))


@pytest.mark.parametrize(
    ("intervals", "span", "gap"),
    [
        ([(10, 20)], (10, 20), None),
        ([(10, 20)], (12, 12), None),
        ([(10, 20)], (9, 20), 9),
        ([(10, 20)], (10, 21), 21),
        ([(10, 20)], (21, 30), 21),
        ([(10, 20), (21, 30)], (10, 30), None),
        ([(10, 20), (22, 30)], (10, 30), 21),
        ([(10, 30), (12, 15)], (10, 30), None),
        ([(22, 30), (10, 20)], (25, 30), None),
        ([(None, 20)], (10, 20), 10),
        ([(10, None)], (10, 20), 10),
        ([(20, 10)], (12, 15), 12),
        ([], (1, 2), 1),
        ([], (2, 1), None),
    ],
)
def test_the_gap_is_the_first_instant_no_account_covers(intervals, span, gap):
    assert read(*intervals).gap(*span) == gap


moments = st.integers(0, 30)


@given(st.lists(st.tuples(moments, moments), max_size=6), moments, moments)
def test_the_gap_is_what_looking_at_every_second_finds(intervals, start, end):
    uncovered = [
        second for second in range(start, end + 1) if not any(low <= second <= high for low, high in intervals)
    ]
    assert read(*intervals).gap(start, end) == min(uncovered, default=None)


def test_a_complete_pass_with_sent_mail_needs_no_warning():
    assert Coverage((INFO,)).warnings(FEB, since=JAN) == ()


def test_without_accounts_the_first_step_is_named():
    assert Coverage(()).warnings(FEB) == ("No mail has been read yet: run `replywatch poll` first.",)


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        (
            replace(INFO, covered_from=None, covered_to=None, last_complete=None, last_attempt=None),
            "Account info has never been read completely.",
        ),
        (
            replace(INFO, covered_from=None, covered_to=None, last_complete=None, last_error="login refused"),
            "Account info has never been read completely; the last attempt failed: login refused",
        ),
        (
            replace(INFO, last_error="no route to host"),
            "Account info was last read completely on 2026-02-01; the last attempt failed: no route to host",
        ),
        (
            replace(INFO, has_sent=False, covered_from=None, covered_to=None),
            (
                "No Sent mailbox found in account info: its replies are not seen. Name it in the config, "
                'under [accounts.info]: mailboxes = { sent = ["…"] }'
            ),
        ),
        (
            replace(INFO, covered_from=None, covered_to=None),
            "The Sent mailbox of account info is empty: replies written elsewhere are not seen.",
        ),
        (
            replace(INFO, kind="mbox", has_sent=False, covered_from=None, covered_to=None),
            "Account info (mbox) holds no mail written by the team: its replies are not seen.",
        ),
    ],
)
def test_what_is_wrong_with_an_account_is_said_in_one_sentence(account, sentence):
    assert Coverage((account,)).warnings(FEB, since=JAN) == (sentence,)


def test_an_archive_that_holds_both_directions_needs_no_sent_mailbox():
    assert Coverage((replace(INFO, has_sent=False),)).warnings(FEB, since=JAN) == ()


def test_a_late_start_of_sent_mail_is_said_only_if_it_lies_in_the_period():
    late = Coverage((replace(INFO, covered_from=JAN + 86_400),))
    assert late.warnings(FEB, since=JAN) == (
        "Sent mail starts only on 2026-01-02: mail from before that has no answer here is counted as unknown.",
    )
    assert late.warnings(FEB, since=JAN + 86_400) == ()
    assert late.warnings(FEB) == ()


def test_a_report_beyond_what_was_read_says_so():
    assert Coverage((INFO,)).warnings(FEB + 1) == ("Mail was read only up to 2026-02-01: later replies are not seen.",)


def test_dates_are_those_of_the_zone():
    (sentence,) = Coverage((INFO,)).warnings(FEB + 1, zone=ZoneInfo("America/New_York"))
    assert "2026-01-31" in sentence


def test_senders_the_team_does_not_know_are_named_with_counts_most_frequent_first():
    senders = tuple((f"s{number}@example.org", number) for number in range(1, 8))
    (sentence,) = Coverage((INFO,), senders).warnings(FEB)
    assert "s7@example.org (7), s6@example.org (6), s5@example.org (5)" in sentence
    assert "s2@" not in sentence
    assert "and 2 more" in sentence
    assert 'addresses = […, "s7@example.org", "s6@example.org", "s5@example.org", "s4@' in sentence
    assert sentence.endswith('"s3@example.org"]')
