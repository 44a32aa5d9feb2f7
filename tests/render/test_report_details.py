"""The report for people in full."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from replywatch.domain.instants import DAY
from replywatch.render.report.details import report_details
from replywatch.render.report.headline import headline
from sample_report import ABSENT, LOCALE, empty, full

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize(
    ("name", "measure", "width", "terminal"),
    [
        ("full_80.txt", "first", 80, False),
        ("full_120.txt", "first", 120, False),
        ("full_80_terminal.txt", "first", 80, True),
        ("turn_80.txt", "turn", 80, False),
    ],
)
def test_the_whole_text_is_as_expected(name, measure, width, terminal, golden):
    golden(name, report_details(full(measure), replace(LOCALE, width=width, colours=terminal)))


def test_nothing_at_all_is_said_in_words(golden):
    text = report_details(empty(), LOCALE)
    golden("empty_80.txt", text)
    assert "No enquiries in this period." in text


@pytest.mark.parametrize("terminal", [True, False])
def test_hostile_mail_does_nothing_to_a_terminal(terminal):
    text = report_details(full(), replace(LOCALE, width=200, colours=terminal))
    assert "=HYPERLINK" in text
    plain = COLOURS.sub("", text) if terminal else text
    assert all(character.isprintable() for character in plain.replace("\n", ""))
    assert "[bold]" in plain


@pytest.mark.parametrize(("count", "said"), [(4, "4 (16.3 %). That"), (5, "5 (16.3 %), median after 5 s. That")])
def test_of_a_few_acknowledgements_there_is_no_median(count, said):
    report = full()
    few = replace(report.summary.acknowledged, count=count)
    text = report_details(replace(report, summary=replace(report.summary, acknowledged=few)), LOCALE)
    assert f"Acknowledged by a machine: {said}" in text


def test_the_answer_in_words_is_that_of_the_first_screen():
    text = report_details(full(), LOCALE)
    for paragraph in headline(full().summary, "first", 14 * DAY):
        assert f"\n{paragraph}\n" in text


def test_warnings_come_before_any_figure():
    text = report_details(full(), LOCALE)
    assert text.index("! The mail was last read completely 3 days ago") < text.index("within 1 hour")


def test_an_account_that_does_not_close_shows_it():
    report = full()
    assert "1000 messages = 55" in report_details(report, LOCALE)
    lost = replace(report, ledger=replace(report.ledger, read=1001))
    assert "1001 messages ≠ 55" in report_details(lost, LOCALE)


def test_without_a_terminal_there_are_no_colours_and_no_bars():
    text = report_details(full(), LOCALE)
    assert "\x1b" not in text
    assert "█" not in text
    assert "█" in report_details(full(), replace(LOCALE, colours=True))


@settings(max_examples=20)
@given(st.integers(20, 200), st.booleans(), st.sampled_from(["first", "turn"]))
def test_no_line_is_wider_than_asked_for(width, terminal, measure):
    text = report_details(full(measure), replace(LOCALE, width=width, colours=terminal))
    to_copy = {f"    {line}" for mailbox in ABSENT.likely for line in mailbox.toml.splitlines()}
    lines = [COLOURS.sub("", line) for line in text.splitlines()]
    assert to_copy & set(lines), "what belongs into the config is one line, however narrow the terminal"
    assert max(cell_len(line) for line in lines if line not in to_copy) <= width


def test_times_and_days_are_shown_in_the_zone_of_those_who_read():
    text = report_details(full(), replace(LOCALE, zone=ZoneInfo("Pacific/Auckland")))
    assert "as of 2026-05-29 08:26 (Pacific/Auckland)" in text
    assert "Sent mail starts only on 2026-03-30" in text
    assert "2026-05-16 08:26      13 d" in text
    assert "info (imap): 2026-03-30 09:26 to 2026-05-29 08:26" in text


HOUR_LATER = 108_000
"""1 d 6 h."""


@pytest.mark.parametrize(
    ("early", "late", "shown"),
    [
        (HOUR_LATER, HOUR_LATER + 3599, "1 d 6 h"),
        (HOUR_LATER, HOUR_LATER, "1 d 6 h"),
        (HOUR_LATER, HOUR_LATER + 3600, "1 d 6 h to 1 d 7 h"),
        (HOUR_LATER, None, "1 d 6 h to not reached"),
        (None, None, "not reached"),
    ],
)
def test_a_range_whose_ends_read_alike_is_one_value(early, late, shown):
    report = full()
    survival = replace(report.summary.survival, median=late, median_early=early)
    text = report_details(
        replace(report, summary=replace(report.summary, survival=survival)), replace(LOCALE, width=120)
    )
    (line,) = [line for line in text.splitlines() if line.startswith("estimate ")]
    assert line.endswith(f" {shown}")
    assert line.count(" to ") == shown.count(" to ")


def test_no_figure_is_cut_however_long_the_durations_are():
    """A table that is too wide for the line is turned."""
    answered = full().summary.answered
    longest = answered._replace(**dict.fromkeys(("median", "p75", "p90", "p95", "max", "mean"), 123 * DAY + 23 * 3600))
    report = replace(full(), summary=replace(full().summary, answered=longest))
    for width in (80, 100, 120):
        text = report_details(report, replace(LOCALE, width=width))
        assert text.count("123 d 23 h") == 6, width
