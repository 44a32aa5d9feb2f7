"""The same numbers in every format: every number of the JSON stands in the CSV, and all that people are shown."""

import csv
import json
import re
from io import StringIO

import pytest

from replywatch.render.csv_lines import harmless
from replywatch.render.report.csv import report_csv
from replywatch.render.report.details import report_details
from replywatch.render.report.json import report_json
from replywatch.render.text import human_duration
from sample_report import LOCALE, empty, full

NUMBERS = (
    *("count", "share", "share_early", "interval_low", "interval_high"),
    *("expected_share", "expected_share_early", "benchmark_share", "seconds"),
)
"""Columns of the CSV that hold figures."""
PLACES = (
    # path in the JSON → section, key and column of the CSV; the first that fits counts
    (r"(buckets|expected)/(.+)/(from_seconds|to_seconds)", r"\1", r"\2", r"\3"),
    (r"buckets/(.+)/(.+)", "buckets", r"\1", r"\2"),
    (r"expected/(.+)/(.+)", "expected", r"\1", r"expected_\2"),
    (r"survival/within/(.+)/seconds", "survival", r"within \1", "to_seconds"),
    (r"survival/within/(.+)/share_(low|high)", "survival", r"within \1", r"interval_\2"),
    (r"survival/within/(.+)/(.+)", "survival", r"within \1", r"\2"),
    (r"(survival|percentiles|definition)/(.+)_seconds", r"\1", r"\2", "seconds"),
    (r"(percentiles|totals)/(.+)", r"\1", r"\2", "count"),
    (r"acknowledged/median_seconds", "acknowledged", "median", "seconds"),
    (r"acknowledged/(.+)", "acknowledged", "median", r"\1"),
    (r"waiting/count", "totals", "waiting", "count"),
    (r"waiting/oldest/(.+)/waiting_seconds", "waiting", r"\1", "seconds"),
    (r"ledger/excluded_by_kind/(.+)", "account", r"excluded.\1", "count"),
    (r"ledger/(.+)", "account", r"\1", "count"),
    (r"coverage/senders_not_ours/(=.+)/count", "senders_not_ours", r"'\1", "count"),
    (r"coverage/senders_not_ours/(.+)/count", "senders_not_ours", r"\1", "count"),
    (r"definition/rules_version", "definition", "rules_version", "text"),
)
JSON_ALONE = r"benchmarks/.+|warnings/.+|definition/fields_version"
"""Numbers that the CSV has not: published ones, and those in warnings, which it has in words."""


@pytest.fixture(params=["first", "turn"])
def report(request):
    return full(request.param)


@pytest.fixture
def as_json(report):
    return json.loads(report_json(report))


@pytest.fixture
def as_csv(report):
    return cells(report)


@pytest.fixture
def lines(report):
    return report_details(report, LOCALE).splitlines()


def cells(report):
    """(section, key) → row."""
    rows = list(csv.DictReader(StringIO(report_csv(report))))
    for row in rows:
        row["key"] += f" {row['to_seconds']}" if row["key"] == "within" else ""
    return {(row["section"], row["key"]): row for row in rows}


def numbers(value, path=""):
    """(path, number) of every number; the rows of a list are told by what names them."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from numbers(part, f"{path}/{name}")
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part, f"{path}/{next(part[name] for name in NAMES if name in part)}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path.removeprefix("/"), value


NAMES = ("key", "seconds", "message_id", "address", "account")


def place(path):
    """Row and column of the CSV where a number of the JSON has to stand; None if it stands in the JSON alone."""
    for pattern, *where in PLACES:
        if found := re.fullmatch(pattern, path):
            section, key, column = (found.expand(part) for part in where)
            return (section, key), column
    assert re.fullmatch(JSON_ALONE, path), path
    return None


def same(text, number):
    """Whether a CSV cell holds a JSON number."""
    return text == "" if number is None else float(text) == number


def percent(share):
    return f"{share * 100:.1f} %"


def test_every_number_of_the_json_stands_in_the_csv_and_the_other_way_round(as_json, as_csv):
    read = set()
    for path, number in numbers(as_json):
        if where := place(path):
            name, column = where
            assert same(as_csv[name][column], number), path
            read.add((name, column))
    figures = {(name, column) for name, row in as_csv.items() for column in NUMBERS if row[column]}
    assert figures <= read
    assert len(figures) > 90


def test_what_is_not_known_is_not_known_anywhere(as_json, as_csv):
    unknown = [row for row in as_json["buckets"] if row["expected_share"] is None]
    assert [row["key"] for row in unknown] == ["over_14_days", "never", "waiting", "answered_time_unknown", "unknown"]
    assert {as_csv["buckets", row["key"]]["expected_share"] for row in unknown} == {""}


def test_instants(as_json, as_csv, report):
    rows = list(csv.DictReader(StringIO(report_csv(report))))
    assert as_csv["report", "as_of"]["instant"] == as_json["as_of"]
    for name, instant in as_json["period"].items():
        assert as_csv["period", name]["instant"] == (instant or "")
    for account in as_json["coverage"]["accounts"]:
        found = {r["label"]: r["instant"] for r in rows if (r["section"], r["key"]) == ("coverage", account["account"])}
        assert found == {name: account[name] or "" for name in found}
        assert len(found) == 4
    for person in as_json["waiting"]["oldest"]:
        assert as_csv["waiting", person["message_id"]]["instant"] == person["arrived_at"]


def test_warnings(as_json, lines, report):
    texts = [warning["text"] for warning in as_json["warnings"]]
    rows = list(csv.DictReader(StringIO(report_csv(report))))
    assert [row["text"] for row in rows if row["section"] == "warning"] == list(map(harmless, texts))
    said = " ".join(line.strip() for line in lines)
    assert [text for text in texts if text not in said] == []


def test_rows_that_people_are_shown(as_json, lines):
    for row in as_json["buckets"]:
        (line,) = [line for line in lines if line.startswith(f"{row['label']} ")]
        shown = re.split(r"  +", line)
        assert shown[1:3] == [str(row["count"]), percent(row["share"])]
        if row["expected_share"] is not None:
            ends = {percent(row["expected_share"]), percent(row["expected_share_early"])}
            assert shown[3] in ends or all(end.removesuffix(" %") in shown[3] for end in ends)
    (line,) = [line for line in lines if line.startswith("not within 14 days ")]
    assert line.endswith(percent(as_json["expected"][-1]["share"]))
    (line,) = [line for line in lines if line.startswith("all ")]
    assert line.split()[1] == str(as_json["totals"]["exchanges"])


def test_durations_that_people_are_shown(as_json, lines):
    figures = as_json["percentiles"]
    at = lines.index(f"Those answered at a known time: {figures['n']}")
    names = ("median", "p75", "p90", "p95", "max", "mean")
    assert re.split(r"  +", lines[at + 3].strip()) == [human_duration(figures[f"{name}_seconds"]) for name in names]


def test_estimates_that_people_are_shown(as_json, lines):
    estimate = next(line for line in lines if line.startswith("estimate "))
    interval = next(line for line in lines if line.startswith("likely between "))
    for row in as_json["survival"]["within"]:
        assert percent(max(row["share"], row["share_early"])) in estimate
        assert f"{row['share_low'] * 100:.1f}-{percent(row['share_high'])}" in interval
    for name in ("median_seconds", "median_early_seconds"):
        assert human_duration(as_json["survival"][name]) in estimate


def test_the_rest_that_people_are_shown(as_json, lines):
    said = " ".join(line.strip() for line in lines)
    ledger, totals, acknowledged = as_json["ledger"], as_json["totals"], as_json["acknowledged"]
    words = {
        "counted": "counted",
        "internal": "internal",
        "outbound": "sent",
        "foreign": "sent by nobody in [team]",
        "set_aside": "put into spam or trash",
        "not_watched": "not watched",
    }
    for name, word in words.items():
        assert f" {ledger[name]} {word}" in said
    for kind, count in ledger["excluded_by_kind"].items():
        assert f"{kind.replace('_', ' ')} {count}" in said
    assert f"{ledger['read']} messages = " in said
    assert f"{acknowledged['count']} ({percent(acknowledged['share'])})" in said
    assert f"in another conversation afterwards: {totals['contact_written_to']}." in said
    assert f"before the message they answer: {totals['clock_anomalies']};" in said
    answered = as_json["percentiles"]["n"]
    assert f"on an unsure clock: {totals['unsure_clocks']} of {answered}." in said
    assert any(line.endswith(f": {as_json['waiting']['count']}, the longest") for line in lines)
    for person in as_json["waiting"]["oldest"]:
        assert any(human_duration(person["waiting_seconds"]) in line and "customer." in line for line in lines)


def test_an_empty_report_has_no_shares_anywhere():
    rows = list(csv.DictReader(StringIO(report_csv(empty()))))
    assert {row["share"] for row in rows} == {""}
    assert {row["share"] for row in json.loads(report_json(empty()))["buckets"]} == {None}
    assert "%" not in report_details(empty(), LOCALE)
