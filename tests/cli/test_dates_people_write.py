"""Periods in words: what is counted, and what is refused, whichever command is asked."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story

NOW = "2024-04-02 09:00"
"""A Tuesday; the mail was read the evening before."""


def berlin(text):
    """The instant of a local time in the zone of the config."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp())


def clock(monkeypatch, text):
    monkeypatch.setattr(time, "time", lambda: float(berlin(text)))


@pytest.fixture
def office(tmp_path, monkeypatch):
    story = Story()
    story.outbound("xaver", "2023-01-05 09:00")
    for name, when in (
        ("anna", "2024-02-29 23:59"),
        ("berta", "2024-03-01 00:00"),
        ("carl", "2024-03-24 23:59"),
        ("dora", "2024-03-25 00:00"),
        ("emil", "2024-03-31 23:59"),
        ("fred", "2024-04-01 00:00"),
        ("gerd", "2024-04-01 19:00"),
    ):
        story.inbound(name, berlin(when))
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, tmp_path / "mail")
    clock(monkeypatch, "2024-04-01 20:00")
    program.output("poll")
    clock(monkeypatch, NOW)
    return program


def names(office, *words):
    return [row["contact"].partition("@")[0] for row in office.lines("export", *words)]


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        (["--since", "last month", "--until", "last month"], ["berta", "carl", "dora", "emil"]),
        (["--since", "letzten Monat", "--until", "gestern"], ["berta", "carl", "dora", "emil", "fred", "gerd"]),
        (["--since", "2024-03", "--until", "2024-03"], ["berta", "carl", "dora", "emil"]),
        (["--since", "Q1 2024", "--until", "2024-Q1"], ["anna", "berta", "carl", "dora", "emil"]),
        (["--since", "2024-04"], ["fred", "gerd"]),
        (["--since", "vorige Woche", "--until", "last week"], ["dora", "emil"]),
        (["--since", "Yesterday"], ["fred", "gerd"]),
        (["--until", "Q4 2023"], []),
        (["--as-of", "last month", "--since", "Q1 2024"], ["anna", "berta", "carl", "dora", "emil"]),
        (["--as-of", "2024-02"], ["anna"]),
    ],
    ids=lambda cell: " ".join(cell) if cell and cell[0].startswith("--") else "",
)
def test_the_exchanges_of_a_period_in_words(office, words, counted):
    assert names(office, *words) == counted


def test_a_report_of_last_month_has_its_first_and_its_last_minute(office):
    report = office.json("report", "--since", "last month", "--until", "last month")
    assert report["totals"]["exchanges"] == 4
    period = (report["period"]["since"], report["period"]["until"])
    assert period == ("2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z")


def test_days_back_are_counted_from_the_poll_and_words_from_today(office):
    assert names(office, "--since", "0d") == ["fred", "gerd"]
    assert "later than the figures reach: 2024-04-01 20:00" in office.fails("export", "--since", "today", code=2)


@pytest.mark.parametrize("command", ["report", "export"])
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--since", "2024-04-03"], "begins in the future (--since 2024-04-03"),
        (["--since", "1.1.2030"], "begins in the future (--since 1.1.2030"),
        (["--since", "2024-03", "--until", "2024-02"], "ends (--until 2024-02) before it begins (--since 2024-03)"),
        (["--since", "heute"], "begins (--since heute, that is 2024-04-02 00:00) later than"),
        (["--as-of", "2024-02", "--since", "last month"], "later than the figures reach: 2024-02-29 23:59"),
        (["--since", "last fortnight"], "'last fortnight' is no date or time"),
        (["--until", "10/2024"], "ambiguous"),
    ],
    ids=lambda cell: " ".join(cell) if isinstance(cell, list) else "",
)
def test_a_period_that_can_hold_nothing_is_refused(office, command, words, says):
    said = " ".join(office.fails(command, *words, code=2).split())
    assert says in said


def test_a_mark_takes_now_and_days_but_nothing_longer(office):
    (gerd,) = [row["id"] for row in office.lines("export") if row["contact"].startswith("gerd")]
    assert office.call("mark", gerd, "--answered", "now").returncode == 0
    (row,) = [row for row in office.lines("export") if row["id"] == gerd]
    assert row["status"] == "waiting", "the mail was read before that"
    assert "lasts longer than a day" in office.fails("mark", gerd, "--answered", "last week", code=2)


def test_the_config_takes_words_for_its_period(office):
    office.configure({"info": maildir_account()}, report={"period": "this month"})
    assert office.json("report")["totals"]["exchanges"] == 2
